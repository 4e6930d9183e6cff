// May this principal do this action on this resource? AWS's evaluation order over precompiled policies:
//
//   1. a Deny that matches, in any policy of any layer           → explicit deny
//   2. no identity policy allows, and the caller is not the root → implicit deny
//   3. a permissions boundary is there and does not allow        → implicit deny
//   4. a session policy is there and none allows                 → implicit deny
//   5.                                                           → allowed
//
// When several layers refuse, the first of identity, boundary and session is the one named, as AWS names only one. A
// statement matches when its actions, its resources and all its conditions do. All of this is pure and thread-safe;
// time and memory are bounded by the size of policies and request: there is no exponential matching.
//
// A request with several resources, or with dependent actions, is one Evaluate per pair; each must be allowed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "controlplane/identity/policy/context.h"
#include "controlplane/identity/policy/document.h"

namespace elastilab {

// A parsed policy with its patterns prepared. Immutable: keep one per stored policy version and share it.
class CompiledPolicy;
using CompiledPolicyPtr = std::shared_ptr<const CompiledPolicy>;

// MalformedPolicyDocument as ParsePolicyDocument.
StatusOr<CompiledPolicyPtr> CompilePolicy(std::string_view json, PolicyKind kind);
CompiledPolicyPtr CompilePolicy(PolicyDocument document);
const PolicyDocument& DocumentOf(const CompiledPolicy& policy);

// A policy as it applies to a principal.
struct AppliedPolicy {
  // How people and the simulator call it: an ARN or name for a managed policy, a name for an inline one.
  std::string id = {};
  // Whose it is: "user alice", "group devs", "role ops"; empty where that goes without saying.
  std::string owner = {};
  CompiledPolicyPtr policy = {};
  bool is_inline = false;  // written into its owner, not attached
};

struct PolicySet {
  bool root = false;                         // the account's root: identity policies and boundary don't bind it
  std::vector<AppliedPolicy> identity = {};  // attached and inline, of the user and its groups or of the role
  std::vector<AppliedPolicy> boundary = {};  // none, or one
  std::vector<AppliedPolicy> session = {};   // empty: the session is not narrowed
};

enum class PolicyLayer { kIdentity, kBoundary, kSession, kTrust };
enum class Outcome { kAllowed, kExplicitDeny, kImplicitDeny };

// One statement of one policy of the set.
struct StatementRef {
  PolicyLayer layer = PolicyLayer::kIdentity;
  std::string policy_id = {};
  std::string owner = {};
  int index = 0;  // from 1, within its policy
  std::string sid = {};
  TextPosition start = {};  // as the document has them
  TextPosition end = {};
  TextPosition simulator_start = {};
  TextPosition simulator_end = {};

  bool operator==(const StatementRef&) const = default;
};

// "Statement 2 (Sid DenyBig) of limits (group devs)"
std::string ToString(const StatementRef& statement);

struct Decision {
  Outcome outcome = Outcome::kImplicitDeny;
  // The layer that refuses; for an allowed call kIdentity.
  PolicyLayer layer = PolicyLayer::kIdentity;
  // The statements that decided, in the order of the set: every matching Deny of an explicit deny, otherwise every
  // matching Allow (of an implicit deny too: what one layer allows and another does not). Root needs none.
  std::vector<StatementRef> statements = {};
  // Keys that conditions or variables of statements with this action and resource asked for and the request does not
  // have; as written in the policy, sorted, once each without regard to case.
  std::vector<std::string> missing_keys = {};
  // Per layer: an Allow and no Deny matches. True for a layer that is not there.
  bool identity_allows = false;
  bool boundary_allows = true;
  bool session_allows = true;

  bool allowed() const { return outcome == Outcome::kAllowed; }
};

// `action` is "elasticache:CreateCacheCluster" (any case), `resource` an ARN, or "*" for an action without resources.
Decision Evaluate(const PolicySet& policies, std::string_view action, std::string_view resource,
                  const ConditionContext& context);

// AWS's words behind the refusal: "because no identity-based policy allows the elasticache:X action", "with an explicit
// deny in a permissions boundary". Empty when allowed.
std::string RefusalReason(const Decision& decision, std::string_view action);
// "User: <arn> is not authorized to perform: elasticache:X on resource: <arn> because …": the whole AccessDenied text.
std::string RefusalMessage(std::string_view principal_arn, std::string_view action, std::string_view resource,
                           const Decision& decision);

// Why each statement does or does not count, for people: what `explain` shows.
enum class Verdict { kMatches, kOtherAction, kOtherResource, kConditionNotMet, kVariableUnresolved };
struct StatementTrace {
  StatementRef statement = {};
  PolicyEffect effect = PolicyEffect::kAllow;
  Verdict verdict = Verdict::kMatches;
  std::string why = {};  // a sentence: `StringEquals elasticache:CacheNodeType: the request has "cache.r6g.large", …`
};
// Every statement of the set, in its order.
std::vector<StatementTrace> Explain(const PolicySet& policies, std::string_view action, std::string_view resource,
                                    const ConditionContext& context);

}  // namespace elastilab
