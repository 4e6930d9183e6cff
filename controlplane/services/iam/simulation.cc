#include "controlplane/identity/policy/simulate.h"

#include <fmt/format.h>

#include "controlplane/identity/authorization/request_keys.h"
#include "controlplane/identity/policy/quota.h"
#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/simulation.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

template <typename Strings>
std::vector<std::string> List(const Strings& strings) {
  return {strings.begin(), strings.end()};
}

template <typename Entries>
ConditionContext ContextOf(const Entries& entries) {
  ConditionContext context;
  for (const auto& entry : entries) context.Set(entry.context_key_name(), List(entry.context_key_values()));
  return context;
}

template <typename Documents>
Status AddPolicies(const Documents& documents, std::string_view list, PolicyKind kind, std::vector<AppliedPolicy>& to) {
  int number = 0;
  for (const std::string& document : documents) {
    ASSIGN_OR_RETURN(CompiledPolicyPtr compiled, CompilePolicy(document, kind));
    to.push_back({fmt::format("{}.{}", list, ++number), "", std::move(compiled)});
  }
  return absl::OkStatus();
}

void FillPosition(const TextPosition& from, pb::Position& to) {
  to.set_line(from.line);
  to.set_column(from.column);
}

void Fill(const SimulationResult& result, pb::EvaluationResult& out) {
  out.set_eval_action_name(result.action);
  out.set_eval_resource_name(result.resource);
  out.set_eval_decision(std::string(SimulationWord(result.outcome)));
  for (const StatementRef& statement : result.matched_statements) {
    pb::Statement& matched = *out.add_matched_statements();
    matched.set_source_policy_id(statement.policy_id);
    matched.set_source_policy_type("IAM Policy");
    FillPosition(statement.simulator_start, *matched.mutable_start_position());
    FillPosition(statement.simulator_end, *matched.mutable_end_position());
  }
  for (const std::string& key : result.missing_context_values) out.add_missing_context_values(key);
  if (result.allowed_by_boundary) {
    out.mutable_permissions_boundary_decision_detail()->set_allowed_by_permissions_boundary(*result.allowed_by_boundary);
  }
}

// What the request's context says, and who calls: the principal itself, unless CallerArn names another.
template <typename Request>
StatusOr<ConditionContext> ContextFor(const Directory& directory, const RequestContext& call, const Request& request,
                                      const std::string& principal) {
  ConditionContext context = ContextOf(request.context_entries());
  const std::string& arn = request.has_caller_arn() ? request.caller_arn() : principal;
  if (arn.empty()) return context;
  const auto caller = directory.CallerOfPrincipal(arn);
  if (!caller.ok()) {
    if (request.has_caller_arn()) return caller.status();
    return context;  // a group calls nobody
  }
  for (const auto& key : GlobalKeys(*caller, directory.location(), call.now).Sorted()) {
    const bool identity = key.key.starts_with("aws:Principal") || key.key == "aws:username" || key.key == "aws:userid";
    if (identity && context.Find(key.key) == nullptr) context.Set(key.key, key.values);
  }
  return context;
}

template <typename Request>
Status CheckSimulated(const Request& request) {
  if (request.has_resource_policy()) {
    return MakeFault(elasticache::v1::INVALID_INPUT,
                     "ResourcePolicy is not simulated by this lab, whose services have no policies on resources: leave it out.");
  }
  if (request.permissions_boundary_policy_input_list_size() > 1) {
    return MakeFault(elasticache::v1::VALIDATION_ERROR, "PermissionsBoundaryPolicyInputList holds one policy at most.");
  }
  return absl::OkStatus();
}

// As AWS's simulator calls a principal's own policies: "user_alice_limits".
void NameAsSimulated(PolicySet& set) {
  for (AppliedPolicy& policy : set.identity) {
    if (!policy.is_inline) continue;
    std::string owner = policy.owner;
    std::replace(owner.begin(), owner.end(), ' ', '_');
    policy.id = owner + "_" + policy.id;
  }
}

template <typename Request, typename Response>
Status Answer(const PolicySet& policies, const ConditionContext& context, const Request& request, Response& response) {
  ASSIGN_OR_RETURN(const auto results,
                   Simulate(policies, List(request.action_names()), List(request.resource_arns()), context));
  std::vector<std::pair<std::string, const SimulationResult*>> numbered;
  for (const SimulationResult& result : results) numbered.emplace_back(fmt::format("{:06}", numbered.size()), &result);
  return FillIamPage(request, response, numbered, [](const auto& entry) { return entry.first; },
                     [&](const auto& entry) { Fill(*entry.second, *response.add_evaluation_results()); });
}

Status SimulateCustomPolicy(const Directory& directory, RequestContext& call, const pb::SimulateCustomPolicyRequest& request,
                            pb::SimulateCustomPolicyResponse& response) {
  RETURN_IF_ERROR(CheckSimulated(request));
  PolicySet set;
  RETURN_IF_ERROR(AddPolicies(request.policy_input_list(), "PolicyInputList", PolicyKind::kIdentity, set.identity));
  RETURN_IF_ERROR(AddPolicies(request.permissions_boundary_policy_input_list(), "PermissionsBoundaryPolicyInputList",
                              PolicyKind::kBoundary, set.boundary));
  ASSIGN_OR_RETURN(const ConditionContext context, ContextFor(directory, call, request, ""));
  return Answer(set, context, request, response);
}

Status SimulatePrincipalPolicy(const Directory& directory, RequestContext& call, const pb::SimulatePrincipalPolicyRequest& request,
                               pb::SimulatePrincipalPolicyResponse& response) {
  RETURN_IF_ERROR(CheckSimulated(request));
  ASSIGN_OR_RETURN(PolicySet set, directory.PoliciesOfPrincipal(request.policy_source_arn()));
  NameAsSimulated(set);
  RETURN_IF_ERROR(AddPolicies(request.policy_input_list(), "PolicyInputList", PolicyKind::kIdentity, set.identity));
  if (request.permissions_boundary_policy_input_list_size() > 0) {
    set.boundary.clear();
    RETURN_IF_ERROR(AddPolicies(request.permissions_boundary_policy_input_list(), "PermissionsBoundaryPolicyInputList",
                                PolicyKind::kBoundary, set.boundary));
  }
  ASSIGN_OR_RETURN(const ConditionContext context, ContextFor(directory, call, request, request.policy_source_arn()));
  return Answer(set, context, request, response);
}

Status GetContextKeysForCustomPolicy(const Directory&, RequestContext&, const pb::GetContextKeysForCustomPolicyRequest& request,
                                     pb::GetContextKeysForCustomPolicyResponse& response) {
  PolicySet set;
  RETURN_IF_ERROR(AddPolicies(request.policy_input_list(), "PolicyInputList", PolicyKind::kIdentity, set.identity));
  std::vector<const PolicyDocument*> documents;
  for (const AppliedPolicy& policy : set.identity) documents.push_back(&DocumentOf(*policy.policy));
  for (const std::string& key : ContextKeysOf(documents)) response.add_context_key_names(key);
  return absl::OkStatus();
}

Status GetContextKeysForPrincipalPolicy(const Directory& directory, RequestContext&,
                                        const pb::GetContextKeysForPrincipalPolicyRequest& request,
                                        pb::GetContextKeysForPrincipalPolicyResponse& response) {
  ASSIGN_OR_RETURN(PolicySet set, directory.PoliciesOfPrincipal(request.policy_source_arn()));
  RETURN_IF_ERROR(AddPolicies(request.policy_input_list(), "PolicyInputList", PolicyKind::kIdentity, set.identity));
  std::vector<const PolicyDocument*> documents;
  for (const auto* layer : {&set.identity, &set.boundary}) {
    for (const AppliedPolicy& policy : *layer) documents.push_back(&DocumentOf(*policy.policy));
  }
  for (const std::string& key : ContextKeysOf(documents)) response.add_context_key_names(key);
  return absl::OkStatus();
}

Status GetAccountSummary(const Directory&, RequestContext& context, const pb::GetAccountSummaryRequest&,
                         pb::GetAccountSummaryResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    const auto add = [&](const char* name, size_t number) {
      auto& entry = *response.add_summary_map();
      entry.set_key(name);
      entry.set_value(std::to_string(number));
    };
    size_t versions = 0;
    for (const auto& [key, policy] : state.managed_policies) versions += policy->versions.size();
    add("AccessKeysPerUserQuota", 2);
    add("AccountAccessKeysPresent", 1);
    add("AccountMFAEnabled", 0);
    add("AssumeRolePolicySizeQuota", MaxPolicySize(PolicyHome::kTrust));
    add("AttachedPoliciesPerGroupQuota", 10);
    add("AttachedPoliciesPerRoleQuota", 10);
    add("AttachedPoliciesPerUserQuota", 10);
    add("GroupPolicySizeQuota", MaxPolicySize(PolicyHome::kGroupInline));
    add("Groups", state.iam_groups.size());
    add("GroupsPerUserQuota", 10);
    add("GroupsQuota", 300);
    add("MFADevices", 0);
    add("Policies", state.managed_policies.size());
    add("PoliciesQuota", 1500);
    add("PolicySizeQuota", MaxPolicySize(PolicyHome::kManaged));
    add("PolicyVersionsInUse", versions);
    add("RolePolicySizeQuota", MaxPolicySize(PolicyHome::kRoleInline));
    add("Roles", state.iam_roles.size());
    add("RolesQuota", 1000);
    add("UserPolicySizeQuota", MaxPolicySize(PolicyHome::kUserInline));
    add("Users", state.iam_users.size());
    add("UsersQuota", 5000);
    add("VersionsPerPolicyQuota", 5);
    return absl::OkStatus();
  });
}

}  // namespace

void AddSimulationHandlers(HandlerTable& table, const Directory& directory) {
  table["SimulateCustomPolicy"] = WithDirectory(directory, SimulateCustomPolicy);
  table["SimulatePrincipalPolicy"] = WithDirectory(directory, SimulatePrincipalPolicy);
  table["GetContextKeysForCustomPolicy"] = WithDirectory(directory, GetContextKeysForCustomPolicy);
  table["GetContextKeysForPrincipalPolicy"] = WithDirectory(directory, GetContextKeysForPrincipalPolicy);
  table["GetAccountSummary"] = WithDirectory(directory, GetAccountSummary);
}

}  // namespace elastilab
