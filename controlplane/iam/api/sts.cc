#include <fmt/format.h>

#include "controlplane/iam/api/entities.h"
#include "controlplane/iam/api/iam_handlers.h"
#include "controlplane/iam/authorization/request_keys.h"
#include "controlplane/iam/policy/quota.h"
#include "controlplane/iam/policy/trust.h"
#include "proto/sts/v1/sts.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::sts::v1;

using std::chrono::seconds;

constexpr int kShortestSession = 900;
constexpr int kLongestChainedSession = 3600;
constexpr int kLongestRootSession = 3600;
constexpr int kLongestUserSession = 129'600;
constexpr size_t kMaxSessionPolicies = 10;
constexpr size_t kMaxPacked = 2048;

Status Invalid(std::string message) { return MakeFault(elasticache::v1::VALIDATION_ERROR, std::move(message)); }

StatusOr<int> SessionLength(bool given, int asked, int otherwise, int longest) {
  const int length = given ? asked : std::min(otherwise, longest);
  if (length < kShortestSession) {
    return Invalid(fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed to satisfy constraint: Member "
                               "must have value greater than or equal to {}", length, kShortestSession));
  }
  if (length > longest) {
    return Invalid(fmt::format("The requested DurationSeconds exceeds the MaxSessionDuration set for this session: {} is more than "
                               "{}.", length, longest));
  }
  return length;
}

Status AccessDenied(const RequestContext& context, const std::string& role_arn) {
  return MakeFault(elasticache::v1::ACCESS_DENIED, fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: "
                                                               "{}", context.caller.arn, role_arn));
}

TrustCaller TrustCallerOf(const Directory& directory, const Caller& caller) {
  TrustCaller trusted;
  trusted.account = caller.account;
  trusted.arn = caller.arn;
  trusted.user_id = caller.user_id;
  if (!caller.role_name.empty()) trusted.role_arn = directory.ArnOf("role", caller.role_name);
  return trusted;
}

// The role's trust policy must allow the caller; unless it names the caller itself, so must the caller's own policies.
Status CheckMayAssume(const Directory& directory, const RequestContext& context, const IamRole& role, const std::string& role_arn,
                      const ConditionContext& request_keys) {
  ASSIGN_OR_RETURN(const CompiledPolicyPtr trust, CompilePolicy(role.trust_policy, PolicyKind::kTrust));
  ConditionContext keys = request_keys;
  keys.Fill(GlobalKeys(context.caller, directory.location(), context.now));
  const TrustDecision decision = EvaluateTrust(*trust, TrustCallerOf(directory, context.caller), "sts:AssumeRole", keys);
  if (!decision.allowed()) return AccessDenied(context, role_arn);
  const Decision own = Evaluate(directory.PoliciesOf(context.caller), "sts:AssumeRole", role_arn, keys);
  const bool enough = own.outcome == Outcome::kAllowed || (own.outcome == Outcome::kImplicitDeny && decision.names_caller);
  return enough ? absl::OkStatus() : AccessDenied(context, role_arn);
}

StatusOr<std::vector<std::string>> SessionPolicies(const Directory& directory, RequestContext& context,
                                                   const pb::AssumeRoleRequest& request) {
  std::vector<std::string> policies;
  if (request.policy_arns_size() > static_cast<int>(kMaxSessionPolicies)) {
    return Invalid(fmt::format("PolicyArns has {} policies; at most {} can narrow a session.", request.policy_arns_size(),
                               kMaxSessionPolicies));
  }
  if (request.has_policy()) {
    RETURN_IF_ERROR(ParsePolicyDocument(request.policy(), PolicyKind::kSession).status());
    RETURN_IF_ERROR(CheckPolicySize(PolicyHome::kSession, PolicySize(request.policy()), ""));
    policies.push_back(request.policy());
  }
  RETURN_IF_ERROR(context.region.store.Read([&](const State& state) -> Status {
    for (const auto& named : request.policy_arns()) {
      const ManagedPolicy* policy = FindPolicy(state, directory.location(), named.arn());
      if (policy == nullptr) return NoSuchEntity(fmt::format("Policy {} was not found.", named.arn()));
      for (const PolicyVersion& version : policy->versions) {
        if (version.number == policy->default_version) policies.push_back(version.document);
      }
    }
    return absl::OkStatus();
  }));
  return policies;
}

template <typename Out>
void Issue(const Directory& directory, const Session& session, Out& out) {
  out.set_access_key_id(session.access_key_id);
  out.set_secret_access_key(SecretAccessKey(directory.key(), session.access_key_id).Reveal());
  out.set_session_token(SealSession(directory.key(), session));
  FillTimestamp(session.expires_at, *out.mutable_expiration());
}

Status GetCallerIdentity(const Directory&, RequestContext& context, const pb::GetCallerIdentityRequest&,
                         pb::GetCallerIdentityResponse& response) {
  response.set_user_id(context.caller.user_id);
  response.set_account(context.caller.account);
  response.set_arn(context.caller.arn);
  return absl::OkStatus();
}

ConditionContext AssumeKeys(const pb::AssumeRoleRequest& request) {
  ConditionContext keys;
  keys.Set("sts:RoleSessionName", request.role_session_name());
  if (request.has_external_id()) keys.Set("sts:ExternalId", request.external_id());
  for (const auto& tag : request.tags()) {
    keys.Set("aws:RequestTag/" + tag.key(), tag.value());
    keys.Add("aws:TagKeys", tag.key());
  }
  return keys;
}

Session NewSession(const Directory& directory, const RequestContext& context, const IamRole& role,
                   const pb::AssumeRoleRequest& request, int length) {
  Session session;
  session.access_key_id = NewUniqueId("ASIA");
  session.expires_at = context.now + seconds(length);
  Caller& caller = session.caller;
  caller.type = PrincipalType::kAssumedRole;
  caller.account = directory.location().account;
  caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", caller.account, role.name, request.role_session_name());
  caller.user_id = fmt::format("{}:{}", role.id, request.role_session_name());
  caller.role_name = role.name;
  for (const Tag& tag : role.tags) caller.session_tags[tag.key] = tag.value;
  for (const auto& tag : request.tags()) caller.session_tags[tag.key()] = tag.value();
  return session;
}

Status AssumeRole(const Directory& directory, RequestContext& context, const pb::AssumeRoleRequest& request,
                  pb::AssumeRoleResponse& response) {
  RETURN_IF_ERROR(CheckName("roleSessionName", request.role_session_name(), 64));
  if (context.caller.type == PrincipalType::kRoot) {
    return MakeFault(elasticache::v1::ACCESS_DENIED, "Roles may not be assumed by root accounts.");
  }
  const std::string name = request.role_arn().substr(request.role_arn().rfind('/') + 1);
  const auto role = context.region.store.Read([&](const State& state) { return FindEntity<IamRole>(state, name); });
  // A stranger doesn't learn which roles exist.
  if (!role.ok() || ArnOfRecord(directory, *role) != request.role_arn()) return AccessDenied(context, request.role_arn());
  RETURN_IF_ERROR(CheckMayAssume(directory, context, *role, request.role_arn(), AssumeKeys(request)));
  const bool chained = context.caller.type == PrincipalType::kAssumedRole;
  const int longest = chained ? kLongestChainedSession : role->max_session_seconds;
  ASSIGN_OR_RETURN(const int length, SessionLength(request.has_duration_seconds(), request.duration_seconds(), 3600, longest));
  ASSIGN_OR_RETURN(std::vector<std::string> policies, SessionPolicies(directory, context, request));
  size_t packed = request.has_policy() ? PolicySize(request.policy()) : 0;
  for (const auto& tag : request.tags()) packed += tag.key().size() + tag.value().size();
  if (packed > kMaxPacked) {
    return MakeFault(elasticache::v1::PACKED_POLICY_TOO_LARGE,
                     fmt::format("Packed size of session policies and tags consumes {}% of allotted space.", packed * 100 / kMaxPacked));
  }
  Session session = NewSession(directory, context, *role, request, length);
  session.caller.session_policies = std::move(policies);
  Issue(directory, session, *response.mutable_credentials());
  response.mutable_assumed_role_user()->set_assumed_role_id(session.caller.user_id);
  response.mutable_assumed_role_user()->set_arn(session.caller.arn);
  if (packed > 0) response.set_packed_policy_size(static_cast<int32_t>(packed * 100 / kMaxPacked));
  return absl::OkStatus();
}

Status GetSessionToken(const Directory& directory, RequestContext& context, const pb::GetSessionTokenRequest& request,
                       pb::GetSessionTokenResponse& response) {
  if (context.caller.type == PrincipalType::kAssumedRole) {
    return MakeFault(elasticache::v1::ACCESS_DENIED, "Cannot call GetSessionToken with session credentials");
  }
  const bool root = context.caller.type == PrincipalType::kRoot;
  ASSIGN_OR_RETURN(const int length,
                   SessionLength(request.has_duration_seconds(), request.duration_seconds(), root ? 3600 : 43'200,
                                 root ? kLongestRootSession : kLongestUserSession));
  Session session;
  session.access_key_id = NewUniqueId("ASIA");
  session.expires_at = context.now + seconds(length);
  session.caller = context.caller;
  session.caller.source_ip.clear();
  session.caller.user_agent.clear();
  Issue(directory, session, *response.mutable_credentials());
  return absl::OkStatus();
}

Status GetAccessKeyInfo(const Directory& directory, RequestContext&, const pb::GetAccessKeyInfoRequest&,
                        pb::GetAccessKeyInfoResponse& response) {
  response.set_account(directory.location().account);
  return absl::OkStatus();
}

}  // namespace

HandlerTable StsHandlers(const Directory& directory) {
  HandlerTable table;
  table["GetCallerIdentity"] = WithDirectory(directory, GetCallerIdentity);
  table["AssumeRole"] = WithDirectory(directory, AssumeRole);
  table["GetSessionToken"] = WithDirectory(directory, GetSessionToken);
  table["GetAccessKeyInfo"] = WithDirectory(directory, GetAccessKeyInfo);
  return table;
}

}  // namespace elastilab
