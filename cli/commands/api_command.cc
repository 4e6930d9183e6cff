// The API's operations as commands, made from their descriptors when one is invoked.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "cli/commands/api_flags.h"
#include "cli/commands/field_help.h"
#include "cli/commands/registry.h"
#include "schema/identity_operations.h"
#include "schema/json.h"
#include "schema/operations.h"
#include "schema/required.h"
#include "schema/scalar.h"
#include "schema/shorthand.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr char kInputJson[] = "cli-input-json";
constexpr char kNoPaginate[] = "no-paginate";

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

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
  if (field->is_repeated()) {
    flag.kind = FlagKind::kList;
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    flag.kind = FlagKind::kToggle;
  }
  if (!IsScalar(field)) flag.help += fmt::format(" Spelt {} or as JSON.", ShorthandExample(field->message_type()));
  return flag;
}

StatusOr<std::string> ReadValueFile(const std::string& word) {
  constexpr std::string_view kFile = "file://";
  if (!word.starts_with(kFile)) return word;
  const std::string path = word.substr(kFile.size());
  std::ifstream in(path);
  if (!in) return UsageError(fmt::format("cannot read {}", path));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
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
    const bool there = field->is_repeated() ? reflection->FieldSize(request, field) > 0
                                            : reflection->HasField(request, field);
    if (!there) missing.push_back("--" + CliFlag(field));
  }
  if (missing.empty()) return absl::OkStatus();
  return UsageError(fmt::format("the following arguments are required: {}", fmt::join(missing, ", ")));
}

void ClearPath(const Paging::Path& path, Message* message) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (i + 1 == path.size()) return message->GetReflection()->ClearField(message, path[i]);
    message = message->GetReflection()->MutableMessage(message, path[i]);
  }
}

std::string TextAt(const Paging::Path& path, const Message& message) {
  const Message* at = &message;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!at->GetReflection()->HasField(*at, path[i])) return "";
    at = &at->GetReflection()->GetMessage(*at, path[i]);
  }
  if (path.empty() || !at->GetReflection()->HasField(*at, path.back())) return "";
  return ScalarText(*at, path.back());
}

std::string MethodPath(const Operation& operation) {
  return fmt::format("/{}/{}", operation.method->service()->full_name(), operation.method->name());
}

// All pages as one answer, as the aws CLI does unless the user pages by hand.
Status CallAllPages(Rpc& rpc, const Operation& operation, Message* request, Message* response) {
  RETURN_IF_ERROR(rpc.Call(MethodPath(operation), *request, response));
  const Paging& paging = *operation.paging;
  if (paging.input_token == nullptr) return absl::OkStatus();
  for (std::string token = TextAt(paging.output_token, *response); !token.empty();) {
    RETURN_IF_ERROR(SetScalar(request, paging.input_token, token));
    const auto page = NewMessage(operation.response);
    RETURN_IF_ERROR(rpc.Call(MethodPath(operation), *request, page.get()));
    const std::string next = TextAt(paging.output_token, *page);
    ClearPath(paging.output_token, response);
    response->MergeFrom(*page);
    if (next == token) break;  // a service that repeats itself must not keep us here
    token = next;
  }
  if (!paging.output_token.empty() && !TextAt(paging.output_token, *response).empty()) {
    ClearPath(paging.output_token, response);
  }
  return absl::OkStatus();
}

bool PagesByHand(const Operation& operation, const Args& args) {
  if (!operation.paging || args.Has(kNoPaginate)) return true;
  const auto given = [&](const FieldDescriptor* field) { return field != nullptr && args.Has(CliFlag(field)); };
  return given(operation.paging->limit) || given(operation.paging->input_token);
}

// "create-user" is ElastiCache's, "iam create-user" IAM's.
const Operation* OperationOfCommand(std::string_view name) {
  const auto in = [](const std::vector<Operation>& operations, std::string_view cli_name) -> const Operation* {
    for (const Operation& operation : operations) {
      if (operation.cli_name == cli_name) return &operation;
    }
    return nullptr;
  };
  if (name.starts_with("iam ")) return in(IamOperations(), name.substr(4));
  if (name.starts_with("sts ")) return in(StsOperations(), name.substr(4));
  return OperationFromCliName(name);
}

StatusOr<int> RunOperation(const Operation& operation, Context& context) {
  ASSIGN_OR_RETURN(const OutputFormat format, context.Format(OutputFormat::kJson));
  const auto request = NewMessage(operation.request);
  RETURN_IF_ERROR(FillRequest(context.args, request.get()));
  const auto response = NewMessage(operation.response);
  if (PagesByHand(operation, context.args)) {
    RETURN_IF_ERROR(context.rpc().Call(MethodPath(operation), *request, response.get()));
  } else {
    RETURN_IF_ERROR(CallAllPages(context.rpc(), operation, request.get(), response.get()));
  }
  RETURN_IF_ERROR(context.PrintAnswer(*response, format));
  return kExitOk;
}

}  // namespace

std::vector<Flag> RequestFlags(const Descriptor* request) {
  std::vector<Flag> flags;
  for (int i = 0; i < request->field_count(); ++i) flags.push_back(FlagOf(request->field(i)));
  return flags;
}

Status FillRequest(const Args& args, Message* request) {
  if (args.Has(kInputJson)) {
    ASSIGN_OR_RETURN(const std::string json, ReadValueFile(args.Get(kInputJson)));
    if (Status status = FromAwsJson(json, request); !status.ok()) return AsUsage(kInputJson, status);
  }
  const Descriptor* type = request->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) RETURN_IF_ERROR(SetField(type->field(i), args, request));
  return CheckRequiredFlags(*request);
}

CommandSpec OperationSpec(const Operation& operation) {
  CommandSpec spec{.name = operation.cli_name, .group = "API", .answers = true, .summary = FieldHelp(operation.method->full_name())};
  if (spec.summary.empty()) spec.summary = "The API operation " + operation.name + ".";
  spec.flags = RequestFlags(operation.request);
  // With --cli-input-json flags can be left out, so FillRequest checks them.
  for (Flag& flag : spec.flags) flag.checked_later = true;
  spec.flags.push_back({.name = kInputJson,
                        .value = "JSON",
                        .help = "The whole request as JSON, or file://PATH. Flags win over it."});
  if (operation.paging) {
    spec.flags.push_back({.name = kNoPaginate, .kind = FlagKind::kSwitch, .help = "Only the first page."});
  }
  return spec;
}

std::optional<Command> ApiCommand(const std::string& name) {
  const Operation* operation = OperationOfCommand(name);
  if (operation == nullptr) return std::nullopt;
  CommandSpec spec = OperationSpec(*operation);
  spec.name = name;
  return Command{std::move(spec), [operation](Context& context) { return RunOperation(*operation, context); }};
}

std::vector<std::string> ApiCommandNames() {
  std::vector<std::string> names;
  for (const Operation& operation : AllOperations()) names.push_back(operation.cli_name);
  for (const Operation& operation : IamOperations()) names.push_back("iam " + operation.cli_name);
  for (const Operation& operation : StsOperations()) names.push_back("sts " + operation.cli_name);
  return names;
}

}  // namespace elastilab
