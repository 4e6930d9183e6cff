// Condition operators: "ForAllValues:StringNotLikeIfExists" is a set quantifier, a comparison and IfExists.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace elastilab {

enum class Comparison {
  kStringEquals,
  kStringEqualsIgnoreCase,
  kStringLike,
  kNumericEquals,
  kNumericLess,
  kNumericLessOrEqual,
  kNumericGreater,
  kNumericGreaterOrEqual,
  kDateEquals,
  kDateLess,
  kDateLessOrEqual,
  kDateGreater,
  kDateGreaterOrEqual,
  kBool,
  kBinaryEquals,
  kIpAddress,
  kArnLike,  // ArnEquals is the same comparison
  kNull,
};

enum class SetQuantifier { kNone, kForAllValues, kForAnyValue };

struct ConditionOperator {
  Comparison comparison = Comparison::kStringEquals;
  bool negated = false;  // StringNotEquals, NotIpAddress, …
  SetQuantifier quantifier = SetQuantifier::kNone;
  bool if_exists = false;

  bool operator==(const ConditionOperator&) const = default;
};

// Names are read without regard to case ("IPAddress" is widely written). Empty when it is no operator: unknown, a Null
// with IfExists or a set quantifier, two quantifiers.
std::optional<ConditionOperator> ParseConditionOperator(std::string_view text);

// The operator's name closest to a mistyped one, empty when none is near.
std::string NearestConditionOperator(std::string_view text);

// Variables such as ${aws:username} work in the values of this comparison: string, ARN and Bool comparisons.
bool TakesVariables(Comparison comparison);

}  // namespace elastilab
