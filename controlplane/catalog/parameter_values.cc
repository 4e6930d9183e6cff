// The little language of allowed values.
#include <charconv>

#include "controlplane/catalog/catalog.h"

namespace elastilab {
namespace {

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// `item` is "5", "-5", "1-100", "0-" or "-".
template <typename Number>
bool NumberMatches(std::string_view item, Number value) {
  if (item == "-") return true;
  if (const auto exactly = ParseNumber<Number>(item)) return value == *exactly;
  const auto dash = item.find('-', 1);
  if (dash == std::string_view::npos) return false;
  const auto low = ParseNumber<Number>(item.substr(0, dash));
  if (!low || value < *low) return false;
  const std::string_view rest = item.substr(dash + 1);
  if (rest.empty()) return true;
  const auto high = ParseNumber<Number>(rest);
  return high && value <= *high;
}

// Whether `matches` holds for one of the items of a comma list.
template <typename Matches>
bool AnyItem(std::string_view list, Matches matches) {
  for (;;) {
    const auto comma = list.find(',');
    if (matches(list.substr(0, comma))) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

template <typename Number>
bool IsAllowedNumber(std::string_view allowed, std::string_view value) {
  const auto number = ParseNumber<Number>(value);
  if (!number) return false;
  return allowed.empty() || AnyItem(allowed, [&](std::string_view item) { return NumberMatches(item, *number); });
}

}  // namespace

bool IsAllowedValue(const Parameter& parameter, std::string_view value) {
  const std::string_view allowed = parameter.allowed_values;
  if (parameter.data_type == "integer") return IsAllowedNumber<int64_t>(allowed, value);
  if (parameter.data_type == "float") return IsAllowedNumber<double>(allowed, value);
  return allowed.empty() || AnyItem(allowed, [&](std::string_view item) { return item == value; });
}

}  // namespace elastilab
