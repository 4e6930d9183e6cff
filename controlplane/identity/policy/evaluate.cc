#include "controlplane/identity/policy/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controlplane/identity/policy/compiled.h"

namespace elastilab {
namespace {

// What one layer says.
struct LayerResult {
  std::vector<StatementRef> allows;
  std::vector<StatementRef> denies;

  bool Permits() const { return denies.empty() && !allows.empty(); }
};

struct Request {
  std::string lower_action;
  std::string_view resource;
  const ConditionContext& context;
};

LayerResult EvaluateLayer(PolicyLayer layer, const std::vector<AppliedPolicy>& policies, const Request& request,
                          MissingKeys& missing) {
  LayerResult result;
  for (const AppliedPolicy& applied : policies) {
    const CompiledPolicy& policy = *applied.policy;
    for (size_t i = 0; i < policy.statements().size(); ++i) {
      const Verdict verdict =
          policy.statements()[i].Match(request.lower_action, request.resource, request.context, &missing);
      if (verdict != Verdict::kMatches) continue;
      const bool allow = policy.document().statements[i].effect == PolicyEffect::kAllow;
      (allow ? result.allows : result.denies).push_back(RefTo(layer, applied, i));
    }
  }
  return result;
}

// "an identity-based policy", "no permissions boundary".
std::string_view LayerWords(PolicyLayer layer, bool explicit_deny) {
  switch (layer) {
    case PolicyLayer::kIdentity:
      return explicit_deny ? "an identity-based policy" : "no identity-based policy";
    case PolicyLayer::kBoundary:
      return explicit_deny ? "a permissions boundary" : "no permissions boundary";
    case PolicyLayer::kSession:
      return explicit_deny ? "a session policy" : "no session policy";
    case PolicyLayer::kTrust:
      return explicit_deny ? "the role trust policy" : "no role trust policy";
  }
  return "";
}

}  // namespace

StatusOr<CompiledPolicyPtr> CompilePolicy(std::string_view json, PolicyKind kind) {
  ASSIGN_OR_RETURN(PolicyDocument document, ParsePolicyDocument(json, kind));
  return CompilePolicy(std::move(document));
}

CompiledPolicyPtr CompilePolicy(PolicyDocument document) {
  return std::make_shared<const CompiledPolicy>(std::move(document));
}

const PolicyDocument& DocumentOf(const CompiledPolicy& policy) { return policy.document(); }

std::string ToString(const StatementRef& statement) {
  const std::string sid = statement.sid.empty() ? "" : fmt::format(" (Sid {})", statement.sid);
  const std::string owner = statement.owner.empty() ? "" : fmt::format(" ({})", statement.owner);
  return fmt::format("Statement {}{} of {}{}", statement.index, sid, statement.policy_id, owner);
}

Decision Evaluate(const PolicySet& policies, std::string_view action, std::string_view resource,
                  const ConditionContext& context) {
  static const std::vector<AppliedPolicy> kNone;
  const Request request{ToLowerAscii(action), resource, context};
  const auto& boundary = policies.root ? kNone : policies.boundary;
  MissingKeys missing;
  std::pair<PolicyLayer, LayerResult> layers[] = {
      {PolicyLayer::kIdentity,
       EvaluateLayer(PolicyLayer::kIdentity, policies.root ? kNone : policies.identity, request, missing)},
      {PolicyLayer::kBoundary, EvaluateLayer(PolicyLayer::kBoundary, boundary, request, missing)},
      {PolicyLayer::kSession, EvaluateLayer(PolicyLayer::kSession, policies.session, request, missing)}};

  Decision decision;
  decision.identity_allows = policies.root || layers[0].second.Permits();
  decision.boundary_allows = boundary.empty() || layers[1].second.Permits();
  decision.session_allows = policies.session.empty() || layers[2].second.Permits();
  if (!missing.empty()) decision.missing_keys = Sorted(missing);
  for (auto& [layer, result] : layers) {
    if (result.denies.empty()) continue;
    if (decision.outcome != Outcome::kExplicitDeny) decision.layer = layer;
    decision.outcome = Outcome::kExplicitDeny;
    std::move(result.denies.begin(), result.denies.end(), std::back_inserter(decision.statements));
  }
  if (decision.outcome == Outcome::kExplicitDeny) return decision;
  for (auto& [_, result] : layers) {
    std::move(result.allows.begin(), result.allows.end(), std::back_inserter(decision.statements));
  }
  if (!decision.identity_allows) {
    decision.layer = PolicyLayer::kIdentity;
  } else if (!decision.boundary_allows) {
    decision.layer = PolicyLayer::kBoundary;
  } else if (!decision.session_allows) {
    decision.layer = PolicyLayer::kSession;
  } else {
    decision.outcome = Outcome::kAllowed;
  }
  return decision;
}

std::string RefusalReason(const Decision& decision, std::string_view action) {
  switch (decision.outcome) {
    case Outcome::kAllowed:
      return "";
    case Outcome::kExplicitDeny:
      return fmt::format("with an explicit deny in {}", LayerWords(decision.layer, true));
    case Outcome::kImplicitDeny:
      return fmt::format("because {} allows the {} action", LayerWords(decision.layer, false), action);
  }
  return "";
}

std::string RefusalMessage(std::string_view principal_arn, std::string_view action, std::string_view resource,
                           const Decision& decision) {
  return fmt::format("User: {} is not authorized to perform: {} on resource: {} {}", principal_arn, action, resource,
                     RefusalReason(decision, action));
}

}  // namespace elastilab
