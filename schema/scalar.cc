#include "schema/scalar.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "common/time_text.h"
#include "schema/fault.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

// One field of one message, to be set from text.
struct Target {
  Message* message;
  const FieldDescriptor* field;

  // Calls the setter or the adder, whichever the field needs.
  template <typename Value>
  bool Put(void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const,
           void (Reflection::*add)(Message*, const FieldDescriptor*, Value) const,
           const std::optional<std::remove_cv_t<std::remove_reference_t<Value>>>& value) const {
    if (!value.has_value()) return false;
    (message->GetReflection()->*(field->is_repeated() ? add : set))(message, field, *value);
    return true;
  }
};

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<bool> ParseBool(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "true") return true;
  if (lower == "false") return false;
  return std::nullopt;
}

bool PutString(const Target& to, std::string_view text) {
  if (!IsValidUtf8(text)) return false;
  const auto* reflection = to.message->GetReflection();
  if (to.field->is_repeated()) {
    reflection->AddString(to.message, to.field, std::string(text));
  } else {
    reflection->SetString(to.message, to.field, std::string(text));
  }
  return true;
}

bool PutTimestamp(const Target& to, std::string_view text) {
  const auto time = ParseIso8601(text);
  if (!time.has_value()) return false;
  const auto* reflection = to.message->GetReflection();
  auto* timestamp = static_cast<Timestamp*>(to.field->is_repeated() ? reflection->AddMessage(to.message, to.field)
                                                                    : reflection->MutableMessage(to.message, to.field));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  timestamp->set_seconds(seconds.time_since_epoch().count());
  timestamp->set_nanos(static_cast<int32_t>(std::chrono::nanoseconds(*time - seconds).count()));
  return true;
}

bool PutEnum(const Target& to, std::string_view text) {
  const auto* value = ParseEnumWire(to.field->enum_type(), text);
  if (value == nullptr) return false;
  const auto* reflection = to.message->GetReflection();
  if (to.field->is_repeated()) {
    reflection->AddEnum(to.message, to.field, value);
  } else {
    reflection->SetEnum(to.message, to.field, value);
  }
  return true;
}

bool PutText(const Target& to, std::string_view text) {
  switch (to.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return PutString(to, text);
    case FieldDescriptor::CPPTYPE_ENUM:
      return PutEnum(to, text);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return IsTimestamp(to.field->message_type()) && PutTimestamp(to, text);
    case FieldDescriptor::CPPTYPE_BOOL:
      return to.Put(&Reflection::SetBool, &Reflection::AddBool, ParseBool(text));
    case FieldDescriptor::CPPTYPE_INT32:
      return to.Put(&Reflection::SetInt32, &Reflection::AddInt32, ParseNumber<int32_t>(text));
    case FieldDescriptor::CPPTYPE_INT64:
      return to.Put(&Reflection::SetInt64, &Reflection::AddInt64, ParseNumber<int64_t>(text));
    case FieldDescriptor::CPPTYPE_UINT32:
      return to.Put(&Reflection::SetUInt32, &Reflection::AddUInt32, ParseNumber<uint32_t>(text));
    case FieldDescriptor::CPPTYPE_UINT64:
      return to.Put(&Reflection::SetUInt64, &Reflection::AddUInt64, ParseNumber<uint64_t>(text));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return to.Put(&Reflection::SetDouble, &Reflection::AddDouble, ParseNumber<double>(text));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return to.Put(&Reflection::SetFloat, &Reflection::AddFloat, ParseNumber<float>(text));
  }
  return false;
}

std::string Wanted(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return "text in UTF-8";
    case FieldDescriptor::CPPTYPE_ENUM:
      return fmt::format("one of: {}", EnumChoices(field->enum_type()));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return IsTimestamp(field->message_type()) ? "a time such as 2024-01-31T00:00:00Z" : "a structure";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
    default:
      return "an integer";
  }
}

ServiceTime ToServiceTime(const Timestamp& timestamp) {
  return ServiceTime(std::chrono::seconds(timestamp.seconds()) + milliseconds(timestamp.nanos() / 1'000'000));
}

}  // namespace

bool IsTimestamp(const google::protobuf::Descriptor* type) { return type == Timestamp::descriptor(); }

bool IsScalar(const FieldDescriptor* field) {
  return field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsTimestamp(field->message_type());
}

Status SetScalar(Message* message, const FieldDescriptor* field, std::string_view text, std::string_view path) {
  if (PutText({message, field}, text)) return absl::OkStatus();
  const bool quotable = !IsSensitive(field) && text.size() <= 200 && IsValidUtf8(text);
  return MakeFault(
      elasticache::v1::INVALID_PARAMETER_VALUE,
      fmt::format("Invalid value {}for parameter {}: must be {}.", quotable ? fmt::format("'{}' ", text) : "",
                  path.empty() ? WireName(field) : path, Wanted(field)));
}

std::string ScalarText(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection->GetRepeatedString(message, field, index) : reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWire(many ? reflection->GetRepeatedEnum(message, field, index) : reflection->GetEnum(message, field));
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& value =
          many ? reflection->GetRepeatedMessage(message, field, index) : reflection->GetMessage(message, field);
      return IsTimestamp(value.GetDescriptor()) ? FormatIso8601(ToServiceTime(static_cast<const Timestamp&>(value)))
                                                : "";
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return (many ? reflection->GetRepeatedBool(message, field, index) : reflection->GetBool(message, field))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::to_string(many ? reflection->GetRepeatedInt32(message, field, index)
                                 : reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::to_string(many ? reflection->GetRepeatedInt64(message, field, index)
                                 : reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::to_string(many ? reflection->GetRepeatedUInt32(message, field, index)
                                 : reflection->GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::to_string(many ? reflection->GetRepeatedUInt64(message, field, index)
                                 : reflection->GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return DoubleText(many ? reflection->GetRepeatedDouble(message, field, index)
                             : reflection->GetDouble(message, field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return DoubleText(many ? reflection->GetRepeatedFloat(message, field, index)
                             : reflection->GetFloat(message, field));
  }
  return "";
}

std::string DoubleText(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

bool IsValidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                          : lead >= 0xE0 && lead < 0xF0 ? 3
                          : lead >= 0xF0 && lead < 0xF5 ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size()) return false;
    const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[i + k]); };
    for (size_t k = 1; k < length; ++k) {
      if ((byte(k) & 0xC0) != 0x80) return false;
    }
    // Overlong forms, surrogates and code points past U+10FFFF show in the second byte.
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF0 && byte(1) < 0x90) ||
        (lead == 0xF4 && byte(1) > 0x8F)) {
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace elastilab
