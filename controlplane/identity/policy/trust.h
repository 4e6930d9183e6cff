// May this principal assume this role? The role's trust policy decides, together with the caller's own policies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controlplane/identity/policy/evaluate.h"

namespace elastilab {

// Who wants to assume the role.
struct TrustCaller {
  std::string account = {};  // 12 digits; empty for a service
  std::string arn = {};  // "arn:aws:iam::…:user/alice", "arn:aws:sts::…:assumed-role/ops/s1", "arn:aws:iam::…:root"
  std::string role_arn = {};  // for an assumed role, the role's own ARN: trust in the role is trust in its sessions
  std::string user_id = {};   // unique id ("AIDA…"; "AROA…:session" for a session); may be empty
  std::string service = {};   // "elasticache.amazonaws.com" when a service calls
};

struct TrustDecision {
  Outcome outcome = Outcome::kImplicitDeny;
  // An Allow names the caller itself (its ARN, role or id), or everyone ("*"), not just its account. Within the role's
  // account that is enough; otherwise the caller's own policies must allow the action on the role as well. A permissions
  // boundary does not bind a user who is named, but does bind everyone: AWS says of "*" that "no other permissions are
  // required", of boundaries that only a grant to the user's own ARN escapes them.
  bool names_caller = false;
  bool names_everyone = false;
  std::vector<StatementRef> statements = {};  // as Decision has them
  std::vector<std::string> missing_keys = {};

  bool allowed() const { return outcome == Outcome::kAllowed; }
};

// `trust` is a policy of kind kTrust, `action` "sts:AssumeRole" or "sts:TagSession".
TrustDecision EvaluateTrust(const CompiledPolicy& trust, const TrustCaller& caller, std::string_view action,
                            const ConditionContext& context);

// The principals of a trust policy that are ARNs of users and roles (not of an account's root): IAM refuses a trust
// policy whose principals don't exist, which only the caller can know. In the order of the text, once each.
std::vector<std::string> NamedPrincipals(const PolicyDocument& trust);

// `Invalid principal in policy: "AWS":"arn:aws:iam::…:user/ghost"`, the fault for one of those that does not exist.
Status InvalidPrincipal(std::string_view arn);

}  // namespace elastilab
