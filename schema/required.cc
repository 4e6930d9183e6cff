#include "schema/required.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "schema/fault.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsBlank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; });
}

bool IsMissing(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (field->is_repeated()) return reflection->FieldSize(message, field) == 0;
  if (!reflection->HasField(message, field)) return true;
  return field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && IsBlank(reflection->GetString(message, field));
}

// ElastiCache has words of its own; IAM and STS let their validator speak, which spells members from a small letter.
Status Missing(const Message& message, const FieldDescriptor* field, const std::string& path) {
  if (message.GetDescriptor()->file()->package() == "elasticache.v1") {
    return MakeFault(elasticache::v1::INVALID_PARAMETER_VALUE,
                     fmt::format("The parameter {} must be provided and must not be blank.", path));
  }
  std::string member = path;
  for (size_t i = 0; i < member.size(); ++i) {
    if (i == 0 || member[i - 1] == '.') member[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(member[i])));
  }
  const bool blank = !field->is_repeated() && message.GetReflection()->HasField(message, field);
  return MakeFault(elasticache::v1::VALIDATION_ERROR,
                   fmt::format("1 validation error detected: Value {} at '{}' failed to satisfy constraint: Member must not be {}",
                               blank ? "''" : "null", member, blank ? "blank" : "null"));
}

Status Check(const Message& message, const std::string& prefix);

Status CheckNested(const Message& message, const FieldDescriptor* field, const std::string& path) {
  const auto* reflection = message.GetReflection();
  if (!field->is_repeated()) {
    if (!reflection->HasField(message, field)) return absl::OkStatus();
    return Check(reflection->GetMessage(message, field), path + ".");
  }
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    RETURN_IF_ERROR(Check(reflection->GetRepeatedMessage(message, field, i),
                          fmt::format("{}.{}.{}.", path, ListElement(field), i + 1)));
  }
  return absl::OkStatus();
}

Status Check(const Message& message, const std::string& prefix) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!nested && !IsRequired(field)) continue;
    const std::string path = prefix + WireName(field);
    if (IsRequired(field) && IsMissing(message, field)) return Missing(message, field, path);
    if (nested) RETURN_IF_ERROR(CheckNested(message, field, path));
  }
  return absl::OkStatus();
}

}  // namespace

Status CheckRequired(const Message& request) { return Check(request, ""); }

}  // namespace elastilab
