#include "controlplane/identity/policy/condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/identity/policy/malformed.h"

namespace elastilab {
namespace {

enum class ValueType { kText, kArn, kNumber, kDate, kIp, kBinary, kNull };

ValueType TypeOf(Comparison comparison) {
  switch (comparison) {
    case Comparison::kStringEquals:
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kBool:
      return ValueType::kText;
    case Comparison::kArnLike:
      return ValueType::kArn;
    case Comparison::kNumericEquals:
    case Comparison::kNumericLess:
    case Comparison::kNumericLessOrEqual:
    case Comparison::kNumericGreater:
    case Comparison::kNumericGreaterOrEqual:
      return ValueType::kNumber;
    case Comparison::kDateEquals:
    case Comparison::kDateLess:
    case Comparison::kDateLessOrEqual:
    case Comparison::kDateGreater:
    case Comparison::kDateGreaterOrEqual:
      return ValueType::kDate;
    case Comparison::kIpAddress:
      return ValueType::kIp;
    case Comparison::kBinaryEquals:
      return ValueType::kBinary;
    case Comparison::kNull:
      return ValueType::kNull;
  }
  return ValueType::kText;
}

Pattern::Options TextOptions(Comparison comparison, bool variables) {
  return {.wildcards = comparison == Comparison::kStringLike,
          .variables = variables,
          .ignore_case = comparison == Comparison::kStringEqualsIgnoreCase || comparison == Comparison::kBool};
}

bool IsBoolText(std::string_view text) {
  const std::string lower = ToLowerAscii(text);
  return lower == "true" || lower == "false";
}

// Works for numbers and dates.
template <typename T>
bool Compare(Comparison comparison, const T& asked, const T& wanted) {
  switch (comparison) {
    case Comparison::kNumericLess:
    case Comparison::kDateLess:
      return asked < wanted;
    case Comparison::kNumericLessOrEqual:
    case Comparison::kDateLessOrEqual:
      return asked <= wanted;
    case Comparison::kNumericGreater:
    case Comparison::kDateGreater:
      return asked > wanted;
    case Comparison::kNumericGreaterOrEqual:
    case Comparison::kDateGreaterOrEqual:
      return asked >= wanted;
    default:
      return asked == wanted;
  }
}

template <typename T, typename Make>
std::vector<T> ValuesOf(const PolicyCondition& condition, const Make& make) {
  std::vector<T> values;
  for (const std::string& text : condition.values) {
    if (std::optional<T> value = make(text)) values.push_back(std::move(*value));
  }
  return values;
}

template <typename Patterns>
Match MatchesSomePattern(const Patterns& patterns, const std::string& value, const ConditionContext& context,
                         MissingKeys* missing) {
  Match result = Match::kNo;
  for (const auto& pattern : patterns) {
    const Match match = pattern.Matches(value, context, missing);
    if (match == Match::kYes) return match;
    if (match == Match::kUnresolved) result = match;
  }
  return result;
}

Match YesOrNo(bool yes) { return yes ? Match::kYes : Match::kNo; }

}  // namespace

CompiledCondition::CompiledCondition(const PolicyCondition& condition, bool variables, PolicyEffect effect)
    : op_(condition.op), deny_(effect == PolicyEffect::kDeny), key_(condition.key), lower_key_(ToLowerAscii(condition.key)) {
  switch (TypeOf(op_.comparison)) {
    case ValueType::kText:
      values_ = ValuesOf<Pattern>(condition, [&](const std::string& text) {
        return std::optional(Pattern(text, TextOptions(op_.comparison, variables)));
      });
      break;
    case ValueType::kArn:
      values_ = ValuesOf<ArnPattern>(
          condition, [&](const std::string& text) { return std::optional(ArnPattern(text, variables)); });
      break;
    case ValueType::kNumber:
      values_ = ValuesOf<long double>(condition, ParsePolicyNumber);
      break;
    case ValueType::kDate:
      values_ = ValuesOf<PolicyDate>(condition, ParsePolicyDate);
      break;
    case ValueType::kIp:
      values_ = ValuesOf<IpRange>(condition, IpRange::Parse);
      break;
    case ValueType::kBinary:
      values_ = ValuesOf<std::string>(condition, DecodeBase64);
      break;
    case ValueType::kNull:
      values_ = ValuesOf<bool>(condition,
                               [](const std::string& text) { return std::optional(ToLowerAscii(text) == "true"); });
      break;
  }
}

Match CompiledCondition::Evaluate(const ConditionContext& context, MissingKeys* missing) const {
  const std::vector<std::string>* asked = context.FindLower(lower_key_);
  if (op_.comparison == Comparison::kNull) {
    const bool null = asked == nullptr || asked->empty();
    const auto& wanted = std::get<std::vector<bool>>(values_);
    return YesOrNo(std::find(wanted.begin(), wanted.end(), null) != wanted.end());
  }
  if (asked == nullptr && missing != nullptr) missing->push_back(&key_);
  if (op_.quantifier != SetQuantifier::kNone) return EvaluateSet(asked, context, missing);
  if (asked == nullptr) return YesOrNo(op_.negated || op_.if_exists);
  Match some = Match::kNo;
  for (const std::string& value : *asked) {
    const Match match = MatchesSome(value, context, missing);
    if (match == Match::kYes) return YesOrNo(!op_.negated);
    if (match == Match::kUnresolved) some = match;
  }
  return some == Match::kUnresolved && !op_.negated ? some : YesOrNo(op_.negated);
}

Match CompiledCondition::EvaluateValue(const std::string& value, const ConditionContext& context,
                                       MissingKeys* missing) const {
  const Match match = MatchesSome(value, context, missing);
  return match == Match::kUnresolved && !op_.negated ? match : YesOrNo((match == Match::kYes) != op_.negated);
}

Match CompiledCondition::EvaluateSet(const std::vector<std::string>* values, const ConditionContext& context,
                                     MissingKeys* missing) const {
  const bool all = op_.quantifier == SetQuantifier::kForAllValues;
  if (values == nullptr && !all && op_.if_exists) return YesOrNo(deny_);
  const auto is_empty = [](const std::string& value) { return value.empty(); };
  if (values == nullptr || std::all_of(values->begin(), values->end(), is_empty)) return YesOrNo(all);
  Match unresolved = Match::kNo;
  for (const std::string& value : *values) {
    const Match match = EvaluateValue(value, context, missing);
    if (match == Match::kUnresolved) unresolved = match;
    if (all && match != Match::kYes) return match;
    if (!all && match == Match::kYes) return match;
  }
  return all ? Match::kYes : unresolved;
}

Match CompiledCondition::MatchesSome(const std::string& value, const ConditionContext& context,
                                     MissingKeys* missing) const {
  const auto any_of = [](const auto& wanted, const auto& test) {
    return YesOrNo(std::any_of(wanted.begin(), wanted.end(), test));
  };
  if (const auto* patterns = std::get_if<std::vector<Pattern>>(&values_)) {
    return MatchesSomePattern(*patterns, value, context, missing);
  }
  if (const auto* arns = std::get_if<std::vector<ArnPattern>>(&values_)) {
    return MatchesSomePattern(*arns, value, context, missing);
  }
  if (const auto* numbers = std::get_if<std::vector<long double>>(&values_)) {
    const auto asked = ParsePolicyNumber(value);
    if (!asked) return Match::kNo;
    return any_of(*numbers, [&](long double wanted) { return Compare(op_.comparison, *asked, wanted); });
  }
  if (const auto* dates = std::get_if<std::vector<PolicyDate>>(&values_)) {
    const auto asked = ParsePolicyDate(value);
    if (!asked) return Match::kNo;
    return any_of(*dates, [&](const PolicyDate& wanted) { return Compare(op_.comparison, *asked, wanted); });
  }
  if (const auto* ranges = std::get_if<std::vector<IpRange>>(&values_)) {
    const auto asked = IpRange::Parse(value);
    if (!asked) return Match::kNo;
    return any_of(*ranges, [&](const IpRange& wanted) { return wanted.Contains(*asked); });
  }
  const auto asked = DecodeBase64(value);
  if (!asked) return Match::kNo;
  return any_of(std::get<std::vector<std::string>>(values_),
                [&](const std::string& wanted) { return *asked == wanted; });
}

std::optional<std::string> CheckConditionValue(Comparison comparison, std::string_view value, bool variables) {
  if (TakesVariables(comparison) && variables) {
    if (auto wrong = CheckVariables(value)) return wrong;
    if (value.find("${") != std::string_view::npos) return std::nullopt;
  }
  switch (TypeOf(comparison)) {
    case ValueType::kText:
      if (comparison != Comparison::kBool || IsBoolText(value)) return std::nullopt;
      return fmt::format("{} is not \"true\" or \"false\".", Quoted(value));
    case ValueType::kArn:
      if (value == "*" || SplitArn(value, variables).size() == 6) return std::nullopt;
      return fmt::format("{} is not an ARN, it needs six fields: arn:aws:elasticache:us-east-1:000000000000:cluster:*.",
                         Quoted(value));
    case ValueType::kNumber:
      if (ParsePolicyNumber(value)) return std::nullopt;
      return fmt::format("{} is not a number.", Quoted(value));
    case ValueType::kDate:
      if (ParsePolicyDate(value)) return std::nullopt;
      return fmt::format("{} is not a date, write it like 2027-03-01T10:30:00Z or as seconds since 1970.",
                         Quoted(value));
    case ValueType::kIp:
      if (IpRange::Parse(value)) return std::nullopt;
      return fmt::format("{} is not an address or range, write it like 203.0.113.0/24 or 2001:db8::/32.",
                         Quoted(value));
    case ValueType::kBinary:
      if (DecodeBase64(value)) return std::nullopt;
      return fmt::format("{} is not base64.", Quoted(value));
    case ValueType::kNull:
      if (IsBoolText(value)) return std::nullopt;
      return fmt::format("{} is not \"true\" (the key is absent) or \"false\" (it is there).", Quoted(value));
  }
  return std::nullopt;
}

}  // namespace elastilab
