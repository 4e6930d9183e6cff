// One condition of a statement, prepared: values parsed, patterns compiled, the key in lower case.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "controlplane/identity/policy/document.h"
#include "controlplane/identity/policy/pattern.h"
#include "controlplane/identity/policy/values.h"

namespace elastilab {

// How absent keys, empty keys and sets behave (x: values of the request, v: values of the policy):
//
//                              key absent   key without values   key with values
//   StringEquals               false        false                some x equals some v
//   StringNotEquals            true         true                 no x equals a v
//   …IfExists                  true         as without IfExists  as without IfExists
//   ForAllValues:StringEquals  true         true                 every x equals some v
//   ForAllValues:StringNot…    true         true                 every x equals no v
//   ForAnyValue:StringEquals   false        false                some x equals some v
//   ForAnyValue:StringNot…     false        false                some x equals no v
//   Null: true                 true         true                 false
//
// For the set operators a key whose values are all "" is one without values. A value of the policy with a variable that
// has no value matches nothing, so that a negated comparison with it is true. ForAnyValue:…IfExists on an absent key is
// where AWS's documents contradict each other (IfExists: true; ForAnyValue: false): it fails closed, met in a Deny and not
// met in an Allow.
class CompiledCondition {
 public:
  // `effect` is that of the condition's statement.
  CompiledCondition(const PolicyCondition& condition, bool variables, PolicyEffect effect);

  // kUnresolved counts as not met. `missing` may be nullptr.
  Match Evaluate(const ConditionContext& context, MissingKeys* missing) const;

 private:
  // Whether a value of the request is among the policy's, before negation.
  Match MatchesSome(const std::string& value, const ConditionContext& context, MissingKeys* missing) const;
  Match EvaluateValue(const std::string& value, const ConditionContext& context, MissingKeys* missing) const;
  Match EvaluateSet(const std::vector<std::string>* values, const ConditionContext& context,
                    MissingKeys* missing) const;

  ConditionOperator op_;
  bool deny_;
  std::string key_;  // as written
  std::string lower_key_;
  std::variant<std::vector<Pattern>, std::vector<ArnPattern>, std::vector<long double>, std::vector<PolicyDate>,
               std::vector<IpRange>, std::vector<std::string>, std::vector<bool>>
      values_;
};

// What is wrong with a value for this comparison, empty when nothing is.
std::optional<std::string> CheckConditionValue(Comparison comparison, std::string_view value, bool variables);

}  // namespace elastilab
