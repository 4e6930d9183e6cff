#include "controlplane/identity/policy/operators.h"

#include <algorithm>
#include <array>
#include <vector>

#include "controlplane/identity/policy/context.h"

namespace elastilab {
namespace {

struct NamedComparison {
  std::string_view name;
  Comparison comparison;
  bool negated;
};

constexpr auto kComparisons = std::to_array<NamedComparison>({
    {"StringEquals", Comparison::kStringEquals, false},
    {"StringNotEquals", Comparison::kStringEquals, true},
    {"StringEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase, false},
    {"StringNotEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase, true},
    {"StringLike", Comparison::kStringLike, false},
    {"StringNotLike", Comparison::kStringLike, true},
    {"NumericEquals", Comparison::kNumericEquals, false},
    {"NumericNotEquals", Comparison::kNumericEquals, true},
    {"NumericLessThan", Comparison::kNumericLess, false},
    {"NumericLessThanEquals", Comparison::kNumericLessOrEqual, false},
    {"NumericGreaterThan", Comparison::kNumericGreater, false},
    {"NumericGreaterThanEquals", Comparison::kNumericGreaterOrEqual, false},
    {"DateEquals", Comparison::kDateEquals, false},
    {"DateNotEquals", Comparison::kDateEquals, true},
    {"DateLessThan", Comparison::kDateLess, false},
    {"DateLessThanEquals", Comparison::kDateLessOrEqual, false},
    {"DateGreaterThan", Comparison::kDateGreater, false},
    {"DateGreaterThanEquals", Comparison::kDateGreaterOrEqual, false},
    {"Bool", Comparison::kBool, false},
    {"BinaryEquals", Comparison::kBinaryEquals, false},
    {"IpAddress", Comparison::kIpAddress, false},
    {"NotIpAddress", Comparison::kIpAddress, true},
    {"ArnEquals", Comparison::kArnLike, false},
    {"ArnNotEquals", Comparison::kArnLike, true},
    {"ArnLike", Comparison::kArnLike, false},
    {"ArnNotLike", Comparison::kArnLike, true},
    {"Null", Comparison::kNull, false},
});

bool TakePrefix(std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

bool TakeSuffix(std::string& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.erase(text.size() - suffix.size());
  return true;
}

// Letters to insert, drop or change on the way from one to the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<ConditionOperator> ParseConditionOperator(std::string_view text) {
  std::string name = ToLowerAscii(text);
  ConditionOperator op;
  if (TakePrefix(name, "forallvalues:")) {
    op.quantifier = SetQuantifier::kForAllValues;
  } else if (TakePrefix(name, "foranyvalue:")) {
    op.quantifier = SetQuantifier::kForAnyValue;
  }
  op.if_exists = TakeSuffix(name, "ifexists");
  for (const NamedComparison& known : kComparisons) {
    if (ToLowerAscii(known.name) != name) continue;
    const bool null = known.comparison == Comparison::kNull;
    if (null && (op.if_exists || op.quantifier != SetQuantifier::kNone)) return std::nullopt;
    op.comparison = known.comparison;
    op.negated = known.negated;
    return op;
  }
  return std::nullopt;
}

std::string NearestConditionOperator(std::string_view text) {
  constexpr size_t kMaxLength = 64;
  constexpr size_t kMaxEdits = 4;
  if (text.size() > kMaxLength) return "";
  std::string name = ToLowerAscii(text);
  std::string before;
  if (TakePrefix(name, "forallvalues:")) before = "ForAllValues:";
  if (TakePrefix(name, "foranyvalue:")) before = "ForAnyValue:";
  const std::string after = TakeSuffix(name, "ifexists") ? "IfExists" : "";
  std::string_view nearest;
  size_t least = std::min(kMaxEdits, name.size() / 2) + 1;
  for (const NamedComparison& known : kComparisons) {
    const size_t edits = EditDistance(ToLowerAscii(known.name), name);
    if (edits >= least) continue;
    least = edits;
    nearest = known.name;
  }
  if (nearest.empty()) return "";
  if (nearest == "Null") return "Null";
  return before + std::string(nearest) + after;
}

bool TakesVariables(Comparison comparison) {
  switch (comparison) {
    case Comparison::kStringEquals:
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kArnLike:
    case Comparison::kBool:
      return true;
    default:
      return false;
  }
}

}  // namespace elastilab
