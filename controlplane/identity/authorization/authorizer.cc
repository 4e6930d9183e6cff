#include "controlplane/identity/authorization/authorizer.h"

#include <fmt/format.h>

#include "controlplane/identity/signature/sigv4.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

std::string Statements(const Decision& decision) {
  std::string text;
  for (const StatementRef& statement : decision.statements) text += (text.empty() ? "" : "; ") + ToString(statement);
  return text;
}

// Whoever has valid credentials may ask who they are and take temporary ones for themselves. Of a role, its trust policy
// decides, which only the handler knows.
bool NeedsNoPermission(const Caller& caller, const std::string& action) {
  return caller.type == PrincipalType::kService || action == "sts:GetCallerIdentity" || action == "sts:GetSessionToken" ||
         action == "sts:AssumeRole";
}

// GetSessionToken's credentials (without MFA, which the lab has not) are not taken by IAM.
bool IsUsersSession(const Caller& caller) {
  return caller.type != PrincipalType::kAssumedRole && caller.access_key_id.starts_with("ASIA");
}

}  // namespace

std::vector<PermissionDecision> Authorizer::Decide(const Operation& operation, const google::protobuf::Message& request,
                                                   const Caller& caller, ServiceTime now) const {
  const PolicySet policies = policies_(caller);
  std::vector<PermissionDecision> decisions;
  for (RequiredPermission& permission : RequiredPermissions(operation, request, caller, where_, now, facts_)) {
    Decision decision = Evaluate(policies, permission.action, permission.resource, permission.context);
    decisions.push_back({std::move(permission), std::move(decision)});
  }
  return decisions;
}

Status Authorizer::Authorize(const Operation& operation, const google::protobuf::Message& request, const Caller& caller,
                             ServiceTime now, std::string* decided_by) const {
  if (IsUsersSession(caller) && ServicePrefix(operation) == "iam") {
    *decided_by = "IAM takes no credentials of GetSessionToken";
    return InvalidClientTokenId();
  }
  if (caller.type == PrincipalType::kRoot && caller.session_policies.empty()) {
    *decided_by = "the account's root";
    return absl::OkStatus();
  }
  if (NeedsNoPermission(caller, ServicePrefix(operation) + ":" + operation.name)) {
    *decided_by = "no permission is needed";
    return absl::OkStatus();
  }
  std::string allowed_by;
  for (const auto& [permission, decision] : Decide(operation, request, caller, now)) {
    if (!decision.allowed()) {
      *decided_by = Statements(decision);
      return MakeFault(elasticache::v1::ACCESS_DENIED,
                       RefusalMessage(caller.arn, permission.action, permission.resource, decision));
    }
    if (allowed_by.empty()) allowed_by = Statements(decision);
  }
  *decided_by = allowed_by;
  return absl::OkStatus();
}

}  // namespace elastilab
