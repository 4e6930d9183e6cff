// The little language of allowed values.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

// Which events may be published; the letters of redis 7.
constexpr std::string_view kKeyspaceEvents = "notify-keyspace-events";
constexpr std::string_view kEventLetters = "KEg$lshzxedtmnA";

// Some lists are open where the engines are not: numbers that an engine keeps in 32 bits. Asked of redis 7.0.15, one by
// one; a process with a larger value in its configuration would not start.
constexpr int64_t kLargestInt = 2147483647;
constexpr std::string_view kInts[] = {"lfu-decay-time",
                                      "lfu-log-factor",
                                      "list-compress-depth",
                                      "list-max-listpack-size",
                                      "list-max-ziplist-size",
                                      "maxmemory-samples",
                                      "min-replicas-max-lag",
                                      "min-replicas-to-write",
                                      "min-slaves-max-lag",
                                      "min-slaves-to-write",
                                      "repl-timeout",
                                      "tcp-keepalive",
                                      "timeout"};

bool EngineTakes(std::string_view name, int64_t value) {
  if (name == "slowlog-log-slower-than" || name.ends_with("-larger-than")) return value >= -1;
  const bool is_int =
      name.ends_with("-soft-seconds") || std::find(std::begin(kInts), std::end(kInts), name) != std::end(kInts);
  return value <= kLargestInt || !is_int;
}

bool EngineTakes(std::string_view name, double value) { return name != "chunk_size_growth_factor" || value > 1; }

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// As the engines write numbers: no leading zeros, no exponents.
bool IsPlainNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] != '.';
  return !text.empty() && !leading_zero && text.find_first_not_of("0123456789.") == std::string_view::npos;
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
bool IsAllowedNumber(const Parameter& parameter, std::string_view value) {
  const auto number = ParseNumber<Number>(value);
  if (!number || !IsPlainNumber(value) || !EngineTakes(parameter.name, *number)) return false;
  const std::string_view allowed = parameter.allowed_values;
  return allowed.empty() || AnyItem(allowed, [&](std::string_view item) { return NumberMatches(item, *number); });
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

bool IsAllowedValue(const Parameter& parameter, std::string_view value) {
  const std::string_view allowed = parameter.allowed_values;
  if (parameter.data_type == "integer") return IsAllowedNumber<int64_t>(parameter, value);
  if (parameter.data_type == "float") return IsAllowedNumber<double>(parameter, value);
  if (parameter.name == kKeyspaceEvents) return value.find_first_not_of(kEventLetters) == std::string_view::npos;
  if (allowed.empty()) return IsPrintable(value);
  return AnyItem(allowed, [&](std::string_view item) { return item == value; });
}

std::string AllowedValuesForPeople(const Parameter& parameter) {
  if (parameter.name == kKeyspaceEvents) return fmt::format("letters of {}", kEventLetters);
  if (parameter.allowed_values.empty()) return "printable ASCII";
  if (parameter.allowed_values == "-") return "an integer, -1 or more";
  if (parameter.name == "chunk_size_growth_factor") return "more than 1, up to 1024";
  const bool words = parameter.data_type == "string" || parameter.data_type == "boolean";
  return fmt::format("{}{}", words ? "one of " : "", parameter.allowed_values);
}

}  // namespace elastilab
