#include "cli/commands/api_flags.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/client/exit_code.h"
#include "cli/commands/field_help.h"
#include "cli/commands/paging.h"
#include "cli/commands/yaml_input.h"
#include "schema/json.h"
#include "schema/operations.h"
#include "schema/scalar.h"
#include "schema/shorthand.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kInputJson[] = "cli-input-json";
constexpr char kInputYaml[] = "cli-input-yaml";

std::string ValueName(const FieldDescriptor* field) {
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return "CHOICE";
  if (!IsScalar(field)) return "STRUCTURE";
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return "TEXT";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "TIME";
    default:
      return "NUMBER";
  }
}

std::vector<std::string> Choices(const FieldDescriptor* field) {
  std::vector<std::string> choices;
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return choices;
  for (int i = 0; i < field->enum_type()->value_count(); ++i) {
    if (std::string text = EnumWire(field->enum_type()->value(i)); !text.empty()) choices.push_back(std::move(text));
  }
  return choices;
}

// "Key=text,Value=text": how one structure is spelt.
std::string ShorthandExample(const Descriptor* type) {
  std::string text;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* member = type->field(i);
    text += fmt::format("{}{}={}", i == 0 ? "" : ",", WireName(member), IsScalar(member) ? "…" : "{…}");
  }
  return text;
}

Flag FlagOf(const FieldDescriptor* field) {
  Flag flag{.name = CliFlag(field), .value = ValueName(field), .help = FieldHelp(field->full_name())};
  flag.required = IsRequired(field);
  flag.choices = Choices(field);
  flag.checked_later = true;  // with --cli-input-json flags can be left out, and lists can be JSON
  flag.last_list = true;
  if (flag.name.ends_with("-azs"))
    flag.alias = flag.name.substr(0, flag.name.size() - 3) + "a-zs";  // older aws CLIs' spelling
  if (field->is_repeated()) {
    flag.kind = FlagKind::kList;
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    flag.kind = FlagKind::kToggle;
  }
  if (!IsScalar(field)) flag.help += fmt::format(" Spelt {} or as JSON.", ShorthandExample(field->message_type()));
  return flag;
}

// "~" and "$NAME" at the places where a shell would have read them, had they not stood behind "file://".
std::string ExpandedPath(const std::string& path) {
  const auto variable = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
  std::string expanded = path.starts_with("~/") ? variable("HOME") : "";
  for (size_t i = expanded.empty() ? 0 : 1; i < path.size(); ++i) {
    size_t end = i + 1;
    while (path[i] == '$' && end < path.size() &&
           (std::isalnum(static_cast<unsigned char>(path[end])) || path[end] == '_'))
      ++end;
    if (end == i + 1) {
      expanded += path[i];
      continue;
    }
    expanded += variable(path.substr(i + 1, end - i - 1));
    i = end - 1;
  }
  return expanded;
}

// The text of file://PATH and fileb://PATH; other words stand for themselves.
StatusOr<std::string> ReadValueFile(const std::string& word) {
  for (const std::string_view prefix : {"file://", "fileb://"}) {
    if (!word.starts_with(prefix)) continue;
    const std::string path = ExpandedPath(word.substr(prefix.size()));
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    if (in) text << in.rdbuf();
    if (!in) return UsageError(fmt::format("cannot read {}", path));
    return text.str();
  }
  return word;
}

Status AsUsage(const std::string& flag, const Status& status) {
  return UsageError(fmt::format("--{}: {}", flag, std::string(status.message())));
}

// aws spells booleans of structures as text, those of the request as flags without a value.
Status SetField(const FieldDescriptor* field, const Args& args, Message* request) {
  const std::string flag = CliFlag(field);
  if (!args.Has(flag)) return absl::OkStatus();
  std::vector<std::string> words;
  for (const std::string& word : args.List(flag)) {
    ASSIGN_OR_RETURN(std::string text, ReadValueFile(word));
    words.push_back(std::move(text));
  }
  request->GetReflection()->ClearField(request, field);  // flags win over --cli-input-json
  if (Status status = SetFromWords(words, field, request); !status.ok()) return AsUsage(flag, status);
  return absl::OkStatus();
}

Status CheckRequiredFlags(const Message& request) {
  const Descriptor* type = request.GetDescriptor();
  std::vector<std::string> missing;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!IsRequired(field)) continue;
    const auto* reflection = request.GetReflection();
    const bool there =
        field->is_repeated() ? reflection->FieldSize(request, field) > 0 : reflection->HasField(request, field);
    if (!there) missing.push_back("--" + CliFlag(field));
  }
  if (missing.empty()) return absl::OkStatus();
  return UsageError(fmt::format("the following arguments are required: {}", fmt::join(missing, ", ")));
}

}  // namespace

std::vector<Flag> RequestFlags(const Descriptor* request) {
  std::vector<Flag> flags;
  for (int i = 0; i < request->field_count(); ++i) flags.push_back(FlagOf(request->field(i)));
  return flags;
}

std::vector<Flag> InputFlags() {
  return {
      {.name = kInputJson, .value = "JSON", .help = "The whole request as JSON, or file://PATH. Flags win over it."},
      {.name = kInputYaml, .value = "YAML", .help = "The same as YAML."},
      {.name = kGenerateSkeleton,
       .kind = FlagKind::kMaybeValue,
       .value = "KIND",
       .help = "Send nothing; print a request to fill in for --cli-input-json, or what an answer looks like.",
       .choices = {"input", "output", "yaml-input"}},
  };
}

std::vector<Flag> OperationFlags(const Operation& operation) {
  std::vector<Flag> flags = RequestFlags(operation.request);
  std::vector<Flag> paging = PagingFlags(operation);
  const auto is_shadowed = [&](const Flag& flag) {
    return std::any_of(paging.begin(), paging.end(), [&](const Flag& other) { return other.name == flag.name; });
  };
  std::erase_if(flags, is_shadowed);
  flags.insert(flags.end(), paging.begin(), paging.end());
  for (Flag& flag : InputFlags()) flags.push_back(std::move(flag));
  return flags;
}

Status FillRequest(const Args& args, Message* request, const std::vector<std::string>& not_these) {
  if (args.Has(kInputJson) && args.Has(kInputYaml))
    return UsageError("only one of the --cli-input- flags can be given");
  for (const std::string flag : {kInputJson, kInputYaml}) {
    if (!args.Has(flag)) continue;
    ASSIGN_OR_RETURN(std::string json, ReadValueFile(args.Get(flag)));
    if (flag == kInputYaml) {
      ASSIGN_OR_RETURN(json, YamlToJson(json));
    }
    if (Status status = FromAwsJson(json, request); !status.ok()) return AsUsage(flag, status);
  }
  const Descriptor* type = request->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const bool skip = std::find(not_these.begin(), not_these.end(), CliFlag(type->field(i))) != not_these.end();
    if (!skip) RETURN_IF_ERROR(SetField(type->field(i), args, request));
  }
  return CheckRequiredFlags(*request);
}

}  // namespace elastilab
