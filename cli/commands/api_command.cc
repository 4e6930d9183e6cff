// The API's operations as commands, made from their descriptors when one is invoked.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>

#include "cli/commands/api_flags.h"
#include "cli/commands/field_help.h"
#include "cli/commands/paging.h"
#include "cli/commands/registry.h"
#include "cli/commands/skeleton.h"
#include "schema/identity_operations.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using nlohmann::ordered_json;

constexpr char kNextToken[] = "NextToken";

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
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

std::string Summary(const Operation& operation) {
  const std::string help = FieldHelp(operation.method->full_name());
  return help.empty() ? "The API operation " + operation.name + "." : help;
}

Status PrintPages(Context& context, const Pages& pages, OutputFormat format) {
  if (pages.next_token.empty()) return context.PrintAnswer(*pages.answer, format);
  if (format == OutputFormat::kText && !context.args.Has("query")) {
    RETURN_IF_ERROR(context.PrintAnswer(*pages.answer, format));
    context.Print(fmt::format("NEXTTOKEN\t{}\n", pages.next_token));
    return absl::OkStatus();
  }
  ordered_json answer = MessageTree(*pages.answer);
  answer[kNextToken] = pages.next_token;
  return context.PrintAnswer(answer, format);
}

// Prints instead of calling; true when it was asked for. Of the request only what makes `output` is checked.
StatusOr<bool> PrintSkeleton(const Operation& operation, Context& context, OutputFormat format) {
  if (!context.args.Has(kGenerateSkeleton)) return false;
  const std::string kind = context.args.Get(kGenerateSkeleton);
  if (kind == "output") {
    RETURN_IF_ERROR(FillRequest(context.args, NewMessage(operation.request).get()));
    RETURN_IF_ERROR(context.PrintAnswer(Skeleton(operation.response, SkeletonOf::kOutput), format));
    return true;
  }
  const ordered_json input = Skeleton(operation.request, SkeletonOf::kInput);
  const std::string yaml = input.empty() ? "{}\n" : RenderTree(input, OutputFormat::kYaml, context.io.style);
  context.Print(kind == "yaml-input" ? yaml : input.dump(4) + "\n");
  return true;
}

StatusOr<int> RunOperation(const Operation& operation, Context& context) {
  ASSIGN_OR_RETURN(const OutputFormat format, context.Format(OutputFormat::kJson));
  ASSIGN_OR_RETURN(const bool printed, PrintSkeleton(operation, context, format));
  if (printed) return kExitOk;
  std::vector<std::string> paging_flags;
  for (const Flag& flag : PagingFlags(operation)) paging_flags.push_back(flag.name);
  auto request = NewMessage(operation.request);
  RETURN_IF_ERROR(FillRequest(context.args, request.get(), paging_flags));
  ASSIGN_OR_RETURN(const bool by_hand, PagesByHand(operation, context.args, *request));
  if (!by_hand) {
    ASSIGN_OR_RETURN(const Pages pages, CallAllPages(context.rpc(), operation, context.args, request.get()));
    RETURN_IF_ERROR(PrintPages(context, pages, format));
    return kExitOk;
  }
  // Now --max-items means IAM's member of that name.
  request = NewMessage(operation.request);
  RETURN_IF_ERROR(FillRequest(context.args, request.get()));
  const auto response = NewMessage(operation.response);
  RETURN_IF_ERROR(context.rpc().Call(MethodPath(operation), *request, response.get()));
  RETURN_IF_ERROR(context.PrintAnswer(*response, format));
  return kExitOk;
}

}  // namespace

CommandSpec OperationSpec(const Operation& operation) {
  return {.name = operation.cli_name,
          .group = "API",
          .answers = true,
          .summary = Summary(operation),
          .flags = OperationFlags(operation)};
}

std::optional<Command> ApiCommand(const std::string& name) {
  const Operation* operation = OperationOfCommand(name);
  if (operation == nullptr) return std::nullopt;
  CommandSpec spec = OperationSpec(*operation);
  spec.name = name;
  return Command{std::move(spec), [operation](Context& context) { return RunOperation(*operation, context); }};
}

std::string ApiCommandSummary(const std::string& name) {
  const Operation* operation = OperationOfCommand(name);
  return operation == nullptr ? "" : Summary(*operation);
}

std::vector<std::string> ApiCommandNames() {
  std::vector<std::string> names;
  for (const Operation& operation : AllOperations()) names.push_back(operation.cli_name);
  for (const Operation& operation : IamOperations()) names.push_back("iam " + operation.cli_name);
  for (const Operation& operation : StsOperations()) names.push_back("sts " + operation.cli_name);
  return names;
}

}  // namespace elastilab
