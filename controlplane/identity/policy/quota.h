// How large policies may be. White space does not count.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/status.h"
#include "controlplane/identity/policy/document.h"

namespace elastilab {

// Where a policy lies. Inline policies share their quota with the other inline policies of the same owner.
enum class PolicyHome { kManaged, kUserInline, kGroupInline, kRoleInline, kTrust, kSession };

// Characters (not bytes) that are no white space.
size_t PolicySize(std::string_view text);

// 6144, 2048, 5120, 10240, 2048, 2048.
size_t MaxPolicySize(PolicyHome home);

// `size` is the policy's own for a managed, trust or session policy, and for inline ones the sum over all inline
// policies that the owner would have. `owner` is the name of the user, group or role; unused for managed policies.
// LimitExceeded, in AWS's words ("Maximum policy size of 2048 bytes exceeded for user alice"); PackedPolicyTooLarge for
// a session.
Status CheckPolicySize(PolicyHome home, size_t size, std::string_view owner);

// Managed policies must have the newer grammar, inline ones need not: MalformedPolicyDocument "Policy document must be
// version 2012-10-17 or greater."
Status CheckManagedPolicyVersion(const PolicyDocument& document);

}  // namespace elastilab
