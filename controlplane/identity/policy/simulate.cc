#include "controlplane/identity/policy/simulate.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/identity/policy/malformed.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

Status CheckSimulatedAction(std::string_view action) {
  const size_t colon = action.find(':');
  const bool named = colon != std::string_view::npos && colon > 0 && colon + 1 < action.size() &&
                     action.find(':', colon + 1) == std::string_view::npos;
  const auto plain = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != '*' && c != '?'; };
  if (named && std::all_of(action.begin(), action.end(), plain)) return absl::OkStatus();
  return MakeFault(elasticache::v1::VALIDATION_ERROR,
                   fmt::format("{} is not an action to simulate, write it like elasticache:CreateCacheCluster, without "
                               "wildcards.",
                               Quoted(action)));
}

}  // namespace

StatusOr<std::vector<SimulationResult>> Simulate(const PolicySet& policies, const std::vector<std::string>& actions,
                                                 const std::vector<std::string>& resources,
                                                 const ConditionContext& context) {
  static const std::vector<std::string> kEverything = {"*"};
  const size_t pairs = actions.size() * std::max<size_t>(resources.size(), 1);
  if (pairs > kMaxSimulations) {
    return MakeFault(elasticache::v1::VALIDATION_ERROR,
                     fmt::format("{} actions on {} resources are {} simulations, one call may ask for {}.",
                                 actions.size(), resources.size(), pairs, kMaxSimulations));
  }
  std::vector<SimulationResult> results;
  for (const std::string& action : actions) {
    RETURN_IF_ERROR(CheckSimulatedAction(action));
    for (const std::string& resource : resources.empty() ? kEverything : resources) {
      Decision decision = Evaluate(policies, action, resource, context);
      SimulationResult& result = results.emplace_back();
      result.action = action;
      result.resource = resource;
      result.outcome = decision.outcome;
      result.matched_statements = std::move(decision.statements);
      result.missing_context_values = std::move(decision.missing_keys);
      if (!policies.boundary.empty()) result.allowed_by_boundary = decision.boundary_allows;
    }
  }
  return results;
}

std::string_view SimulationWord(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed:
      return "allowed";
    case Outcome::kExplicitDeny:
      return "explicitDeny";
    case Outcome::kImplicitDeny:
      return "implicitDeny";
  }
  return "implicitDeny";
}

}  // namespace elastilab
