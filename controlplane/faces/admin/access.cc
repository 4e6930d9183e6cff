#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <memory>

#include "controlplane/faces/admin/handlers.h"
#include "schema/identity_operations.h"
#include "schema/json.h"

namespace elastilab {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;

const Operation* FindIn(const std::vector<Operation>& operations, std::string_view name) {
  for (const Operation& operation : operations) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}

StatusOr<const Operation*> OperationNamed(const std::string& text) {
  const size_t colon = text.find(':');
  const std::string service = colon == std::string::npos ? "elasticache" : text.substr(0, colon);
  const std::string name = text.substr(colon == std::string::npos ? 0 : colon + 1);
  const Operation* operation = service == "elasticache" ? FindIn(AllOperations(), name)
                               : service == "iam"       ? FindIn(IamOperations(), name)
                               : service == "sts"       ? FindIn(StsOperations(), name)
                                                        : nullptr;
  if (operation != nullptr) return operation;
  return absl::InvalidArgumentError(
      fmt::format("there is no operation '{}': write it as in elasticache:CreateReplicationGroup", text));
}

std::string_view Text(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed: return "allowed";
    case Outcome::kExplicitDeny: return "explicit deny";
    case Outcome::kImplicitDeny: return "implicit deny";
  }
  return "";
}

std::string_view Text(Verdict verdict) {
  switch (verdict) {
    case Verdict::kMatches: return "matches";
    case Verdict::kOtherAction: return "is about other actions";
    case Verdict::kOtherResource: return "is about other resources";
    case Verdict::kConditionNotMet: return "has a condition that is not met";
    case Verdict::kVariableUnresolved: return "has a variable without a value";
  }
  return "";
}

void Fill(const PolicySet& policies, const PermissionDecision& decided, pb::AccessDecision& out) {
  const auto& [permission, decision] = decided;
  out.set_action(permission.action);
  out.set_resource(permission.resource);
  out.set_outcome(std::string(Text(decision.outcome)));
  out.set_reason(RefusalReason(decision, permission.action));
  for (const StatementRef& statement : decision.statements) out.add_decided_by(ToString(statement));
  for (const StatementTrace& trace : Explain(policies, permission.action, permission.resource, permission.context)) {
    std::string line = fmt::format("{} ({}) {}", ToString(trace.statement),
                                   trace.effect == PolicyEffect::kAllow ? "Allow" : "Deny", Text(trace.verdict));
    if (!trace.why.empty()) line += ": " + trace.why;
    out.add_considered(std::move(line));
  }
  for (const auto& entry : permission.context.Sorted()) {
    (*out.mutable_context())[entry.key] = fmt::format("{}", fmt::join(entry.values, ", "));
  }
}

}  // namespace

Status ExplainAccess(AdminContext& ctx, const pb::ExplainAccessRequest& request, pb::ExplainAccessResponse& response) {
  ASSIGN_OR_RETURN(const Operation* operation, OperationNamed(request.operation()));
  std::string arn = request.principal();
  if (!arn.starts_with("arn:")) arn = ctx.directory.ArnOf("user", arn);
  if (arn.empty()) return absl::NotFoundError(fmt::format("there is no user named '{}'", request.principal()));
  ASSIGN_OR_RETURN(Caller caller, ctx.directory.CallerOfPrincipal(arn));
  caller.source_ip = request.source_ip().empty() ? "127.0.0.1" : request.source_ip();
  const std::unique_ptr<Message> call(MessageFactory::generated_factory()->GetPrototype(operation->request)->New());
  if (!request.request_json().empty()) RETURN_IF_ERROR(FromAwsJson(request.request_json(), call.get()));
  const PolicySet policies = ctx.directory.PoliciesOf(caller);
  response.set_allowed(true);
  for (const PermissionDecision& decided : ctx.authorizer.Decide(*operation, *call, caller, ctx.clock.Now())) {
    if (!decided.decision.allowed()) response.set_allowed(false);
    Fill(policies, decided, *response.add_decisions());
  }
  return absl::OkStatus();
}

}  // namespace elastilab
