#include "controlplane/identity/policy/compiled.h"

#include <algorithm>
#include <map>
#include <utility>

namespace elastilab {

CompiledStatement::CompiledStatement(const PolicyStatement& statement, bool variables)
    : deny_(statement.effect == PolicyEffect::kDeny),
      not_action_(statement.not_action),
      not_resource_(statement.not_resource),
      any_resource_(statement.resources.empty()) {
  for (const std::string& action : statement.actions) {
    actions_.emplace_back(ToLowerAscii(action), Pattern::Options{});
  }
  for (const std::string& resource : statement.resources) resources_.push_back(Pattern::Resource(resource, variables));
  for (const PolicyCondition& condition : statement.conditions) {
    conditions_.emplace_back(condition, variables, statement.effect);
  }
}

Verdict CompiledStatement::Match(std::string_view lower_action, std::string_view resource,
                                 const ConditionContext& context, MissingKeys* missing) const {
  if (!MatchesAction(lower_action)) return Verdict::kOtherAction;
  switch (MatchesResource(resource, context, missing)) {
    case elastilab::Match::kNo:
      return Verdict::kOtherResource;
    case elastilab::Match::kUnresolved:
      return Verdict::kVariableUnresolved;
    case elastilab::Match::kYes:
      break;
  }
  // All of them are looked at, so that what is missing does not depend on their order.
  Verdict verdict = Verdict::kMatches;
  for (const CompiledCondition& condition : conditions_) {
    switch (condition.Evaluate(context, missing)) {
      case elastilab::Match::kNo:
        verdict = Verdict::kConditionNotMet;
        break;
      case elastilab::Match::kUnresolved:
        if (verdict == Verdict::kMatches) verdict = Verdict::kVariableUnresolved;
        break;
      case elastilab::Match::kYes:
        break;
    }
  }
  return verdict;
}

bool CompiledStatement::MatchesAction(std::string_view lower_action) const {
  static const ConditionContext kNoKeys;
  const bool listed = std::any_of(actions_.begin(), actions_.end(), [&](const Pattern& pattern) {
    return pattern.Matches(lower_action, kNoKeys, nullptr) == elastilab::Match::kYes;
  });
  return listed != not_action_;
}

elastilab::Match CompiledStatement::MatchesResource(std::string_view resource, const ConditionContext& context,
                                                    MissingKeys* missing) const {
  using elastilab::Match;
  if (any_resource_) return Match::kYes;
  bool unresolved = false;
  for (const Pattern& pattern : resources_) {
    const Match match = pattern.Matches(resource, context, missing);
    if (match == Match::kYes) return not_resource_ ? Match::kNo : Match::kYes;
    unresolved = unresolved || match == Match::kUnresolved;
  }
  // AWS says that a resource with such a variable "will not match any resource", of NotResource as well, and that the
  // statement may be invalid as a whole: a Deny holds, an Allow does not.
  if (unresolved && !(not_resource_ && deny_)) return Match::kUnresolved;
  return not_resource_ ? Match::kYes : Match::kNo;
}

CompiledPolicy::CompiledPolicy(PolicyDocument document) : document_(std::move(document)) {
  for (const PolicyStatement& statement : document_.statements) {
    statements_.emplace_back(statement, document_.HasVariables());
  }
}

StatementRef RefTo(PolicyLayer layer, const AppliedPolicy& policy, size_t index) {
  const PolicyStatement& statement = policy.policy->document().statements[index];
  return {.layer = layer,
          .policy_id = policy.id,
          .owner = policy.owner,
          .index = static_cast<int>(index) + 1,
          .sid = statement.sid,
          .start = statement.start,
          .end = statement.end,
          .simulator_start = statement.simulator_start,
          .simulator_end = statement.simulator_end};
}

std::vector<std::string> Sorted(const MissingKeys& missing) {
  std::map<std::string, std::string_view> by_lower;
  for (const std::string* key : missing) {
    // Of several spellings the first in ASCII order, so that the order of statements does not show.
    auto [entry, added] = by_lower.emplace(ToLowerAscii(*key), *key);
    if (!added) entry->second = std::min<std::string_view>(entry->second, *key);
  }
  std::vector<std::string> keys;
  for (const auto& [_, key] : by_lower) keys.emplace_back(key);
  return keys;
}

}  // namespace elastilab
