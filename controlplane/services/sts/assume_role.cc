// sts:AssumeRole. Who may: the role's trust policy decides, together with the caller's own policies (CheckMayAssume), so
// the gate before the handlers leaves this operation alone. What comes of it: a session that carries its narrowing
// policies and its tags in its token.
#include <fmt/format.h>

#include <algorithm>

#include "controlplane/identity/authorization/request_keys.h"
#include "controlplane/identity/policy/quota.h"
#include "controlplane/identity/policy/trust.h"
#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "controlplane/services/sts/sessions.h"
#include "proto/sts/v1/sts.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::sts::v1;

using std::chrono::seconds;
using elasticache::v1::ACCESS_DENIED;
using elasticache::v1::VALIDATION_ERROR;

constexpr int kUsualSession = 3600;
constexpr int kLongestSession = 43'200;
constexpr int kLongestChainedSession = 3600;
constexpr int kMaxSessionPolicies = 10;
constexpr size_t kLongestSessionName = 64;
constexpr size_t kMaxPacked = 2048;

Status Invalid(std::string message) { return MakeFault(VALIDATION_ERROR, std::move(message)); }

// ---- What is asked for.

Status CheckRequest(const pb::AssumeRoleRequest& request) {
  RETURN_IF_ERROR(CheckName("roleSessionName", request.role_session_name(), kLongestSessionName));
  if (request.role_session_name().size() < 2) {
    return Invalid("1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must have length "
                   "greater than or equal to 2");
  }
  if (request.has_duration_seconds()) RETURN_IF_ERROR(CheckDuration(request.duration_seconds(), kLongestSession));
  if (request.policy_arns_size() > kMaxSessionPolicies) {
    return Invalid(fmt::format("PolicyArns has {} policies; at most {} can narrow a session.", request.policy_arns_size(),
                               kMaxSessionPolicies));
  }
  if (request.has_source_identity() || request.provided_contexts_size() > 0) {
    return Invalid("SourceIdentity and ProvidedContexts are not served by this lab: leave them out.");
  }
  return CheckedTags(request.tags()).status();
}

ConditionContext KeysOf(const pb::AssumeRoleRequest& request, const IamRole& role) {
  ConditionContext keys;
  keys.Set("sts:RoleSessionName", request.role_session_name());
  if (request.has_external_id()) keys.Set("sts:ExternalId", request.external_id());
  for (const auto& tag : request.tags()) {
    keys.Set("aws:RequestTag/" + tag.key(), tag.value());
    keys.Add("aws:TagKeys", tag.key());
  }
  for (const std::string& key : request.transitive_tag_keys()) keys.Add("sts:TransitiveTagKeys", key);
  for (const Tag& tag : role.tags) keys.Set("aws:ResourceTag/" + tag.key, tag.value);
  return keys;
}

// ---- Who may.

TrustCaller TrustCallerOf(const Caller& caller) {
  TrustCaller trusted;
  trusted.account = caller.account;
  trusted.arn = caller.arn;
  trusted.user_id = caller.user_id;
  trusted.role_arn = caller.role_arn;
  return trusted;
}

Status Denied(const Caller& caller, std::string_view action, const std::string& role_arn) {
  return MakeFault(ACCESS_DENIED,
                   fmt::format("User: {} is not authorized to perform: {} on resource: {}", caller.arn, action, role_arn));
}

// The trust policy must allow the caller. Where it names the caller itself or everyone, that is enough, unless one of the
// caller's own policies denies it, a session is narrowed or, for everyone, a permissions boundary is in the way; where it
// names only the account, the caller's policies must allow it, too.
Status CheckMay(const Directory& directory, RequestContext& context, const CompiledPolicy& trust, std::string_view action,
                const std::string& role_arn, const ConditionContext& keys) {
  const Caller& caller = context.caller;
  const TrustDecision decision = EvaluateTrust(trust, TrustCallerOf(caller), action, keys);
  context.decided_by.clear();
  for (const StatementRef& statement : decision.statements) {
    context.decided_by += (context.decided_by.empty() ? "" : "; ") + ToString(statement);
  }
  if (!decision.allowed()) return Denied(caller, action, role_arn);
  const Decision own = Evaluate(directory.PoliciesOf(caller), action, role_arn, keys);
  if (own.outcome == Outcome::kExplicitDeny) {
    return MakeFault(ACCESS_DENIED, RefusalMessage(caller.arn, action, role_arn, own));
  }
  const bool within_limits = own.boundary_allows && own.session_allows;
  const bool named = decision.names_caller && (within_limits || caller.type == PrincipalType::kUser);
  if (own.allowed() || named || (decision.names_everyone && within_limits)) return absl::OkStatus();
  return Denied(caller, action, role_arn);
}

Status CheckMayAssume(const Directory& directory, RequestContext& context, const IamRole& role, const std::string& role_arn,
                      const pb::AssumeRoleRequest& request) {
  ASSIGN_OR_RETURN(const CompiledPolicyPtr trust, CompilePolicy(role.trust_policy, PolicyKind::kTrust));
  ConditionContext keys = KeysOf(request, role);
  keys.Fill(GlobalKeys(context.caller, directory.location(), context.now));
  RETURN_IF_ERROR(CheckMay(directory, context, *trust, "sts:AssumeRole", role_arn, keys));
  if (request.tags_size() == 0) return absl::OkStatus();
  return CheckMay(directory, context, *trust, "sts:TagSession", role_arn, keys);
}

// ---- What comes of it.

StatusOr<int> SessionLength(const Caller& caller, const IamRole& role, const pb::AssumeRoleRequest& request) {
  const bool chained = caller.type == PrincipalType::kAssumedRole;
  const int length = request.has_duration_seconds() ? request.duration_seconds() : kUsualSession;
  if (chained && length > kLongestChainedSession) {
    return Invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
  }
  if (length > role.max_session_seconds) {
    return Invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return length;
}

Status AddPolicies(const Directory& directory, RequestContext& context, const pb::AssumeRoleRequest& request, Caller& session) {
  if (request.has_policy()) {
    RETURN_IF_ERROR(ParsePolicyDocument(request.policy(), PolicyKind::kSession).status());
    RETURN_IF_ERROR(CheckPolicySize(PolicyHome::kSession, PolicySize(request.policy()), ""));
    session.session_policies.push_back(request.policy());
  }
  return context.region.store.Read([&](const State& state) -> Status {
    for (const auto& named : request.policy_arns()) {
      if (FindPolicy(state, directory.location(), named.arn()) == nullptr) {
        return NoSuchEntity(fmt::format("Policy {} was not found.", named.arn()));
      }
      session.session_policy_arns.push_back(named.arn());
    }
    return absl::OkStatus();
  });
}

// Replaces a tag whose key differs in case only.
void SetTag(std::map<std::string, std::string>& tags, const std::string& key, const std::string& value) {
  std::erase_if(tags, [&](const auto& tag) { return EqualsIgnoringCase(tag.first, key); });
  tags[key] = value;
}

bool Has(const std::vector<std::string>& lower_keys, const std::string& key) {
  return std::find(lower_keys.begin(), lower_keys.end(), LowerCase(key)) != lower_keys.end();
}

// The role's, over them those that the caller's session hands on, over them those of the request.
Status AddTags(const Caller& caller, const IamRole& role, const pb::AssumeRoleRequest& request, Caller& session) {
  for (const Tag& tag : role.tags) SetTag(session.session_tags, tag.key, tag.value);
  session.transitive_tags = caller.transitive_tags;
  for (const auto& [key, value] : caller.session_tags) {
    if (Has(caller.transitive_tags, key)) SetTag(session.session_tags, key, value);
  }
  std::vector<std::string> asked;
  for (const auto& tag : request.tags()) {
    if (Has(caller.transitive_tags, tag.key())) {
      return Invalid(fmt::format("The tag '{}' is handed on by the calling session and cannot be set again.", tag.key()));
    }
    SetTag(session.session_tags, tag.key(), tag.value());
    asked.push_back(LowerCase(tag.key()));
  }
  for (const std::string& key : request.transitive_tag_keys()) {
    if (!Has(asked, key)) return Invalid(fmt::format("TransitiveTagKeys has '{}', which is none of the session's Tags.", key));
    if (!Has(session.transitive_tags, key)) session.transitive_tags.push_back(LowerCase(key));
  }
  return absl::OkStatus();
}

Session NewSession(const Directory& directory, const RequestContext& context, const IamRole& role, const std::string& name,
                   int length) {
  Session session;
  session.access_key_id = NewUniqueId("ASIA");
  session.expires_at = context.now + seconds(length);
  Caller& caller = session.caller;
  caller.type = PrincipalType::kAssumedRole;
  caller.account = directory.location().account;
  caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", caller.account, role.name, name);
  caller.user_id = fmt::format("{}:{}", role.id, name);
  caller.role_name = role.name;
  caller.role_arn = ArnOfRecord(directory, role);
  return session;
}

// Percent of what policies and tags of a session may take together; PackedPolicyTooLarge beyond 100.
StatusOr<int> PackedSize(const pb::AssumeRoleRequest& request) {
  size_t packed = PolicySize(request.policy());
  for (const auto& named : request.policy_arns()) packed += named.arn().size();
  for (const auto& tag : request.tags()) packed += tag.key().size() + tag.value().size();
  const int percent = static_cast<int>((packed * 100 + kMaxPacked - 1) / kMaxPacked);
  if (percent <= 100) return percent;
  return MakeFault(elasticache::v1::PACKED_POLICY_TOO_LARGE,
                   fmt::format("Packed size of session policies and tags consumes {}% of allotted space.", percent));
}

Status AssumeRole(const Directory& directory, RequestContext& context, const pb::AssumeRoleRequest& request,
                  pb::AssumeRoleResponse& response) {
  RETURN_IF_ERROR(CheckRequest(request));
  if (context.caller.type == PrincipalType::kRoot) {
    return MakeFault(ACCESS_DENIED, "Roles may not be assumed by root accounts.");
  }
  const std::string name = request.role_arn().substr(request.role_arn().rfind('/') + 1);
  const auto role = context.region.store.Read([&](const State& state) { return FindEntity<IamRole>(state, name); });
  // A stranger doesn't learn which roles exist.
  if (!role.ok() || ArnOfRecord(directory, *role) != request.role_arn()) {
    return Denied(context.caller, "sts:AssumeRole", request.role_arn());
  }
  RETURN_IF_ERROR(CheckNoMfa(request));
  RETURN_IF_ERROR(CheckMayAssume(directory, context, *role, request.role_arn(), request));
  ASSIGN_OR_RETURN(const int length, SessionLength(context.caller, *role, request));
  ASSIGN_OR_RETURN(const int packed, PackedSize(request));
  Session session = NewSession(directory, context, *role, request.role_session_name(), length);
  RETURN_IF_ERROR(AddPolicies(directory, context, request, session.caller));
  RETURN_IF_ERROR(AddTags(context.caller, *role, request, session.caller));
  Issue(directory, session, *response.mutable_credentials());
  response.mutable_assumed_role_user()->set_assumed_role_id(session.caller.user_id);
  response.mutable_assumed_role_user()->set_arn(session.caller.arn);
  if (packed > 0) response.set_packed_policy_size(packed);
  return absl::OkStatus();
}

}  // namespace

Handler AssumeRoleHandler(const Directory& directory) { return WithDirectory(directory, AssumeRole); }

}  // namespace elastilab
