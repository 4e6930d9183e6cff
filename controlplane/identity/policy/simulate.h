// The core of iam:SimulateCustomPolicy and SimulatePrincipalPolicy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/identity/policy/evaluate.h"

namespace elastilab {

// One EvaluationResult (and its one ResourceSpecificResult when resources were given).
struct SimulationResult {
  std::string action = {};    // as asked
  std::string resource = {};  // "*" when none was given
  Outcome outcome = Outcome::kImplicitDeny;
  // The statements that decided; none for an implicit deny without an Allow. SourcePolicyId is policy_id, StartPosition
  // and EndPosition are simulator_start and simulator_end. For custom policies AWS calls them "PolicyInputList.1", …;
  // for a principal's, the managed policy's name or "user_<user>_<policy>" for an inline one. SourcePolicyType on the
  // wire is always "IAM Policy".
  std::vector<StatementRef> matched_statements = {};
  std::vector<std::string> missing_context_values = {};
  // PermissionsBoundaryDecisionDetail; empty when there is no boundary.
  std::optional<bool> allowed_by_boundary = {};
};

inline constexpr size_t kMaxSimulations = 10'000;

// One result for each action and resource, actions first; no resources means "*". Every action must look like
// "service:Name" (no wildcards), and there are at most kMaxSimulations pairs: ValidationError otherwise.
StatusOr<std::vector<SimulationResult>> Simulate(const PolicySet& policies, const std::vector<std::string>& actions,
                                                 const std::vector<std::string>& resources,
                                                 const ConditionContext& context);

// "allowed", "explicitDeny", "implicitDeny": EvalDecision.
std::string_view SimulationWord(Outcome outcome);

}  // namespace elastilab
