#include "cli/commands/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "cli/client/exit_code.h"

namespace elastilab {
namespace {

constexpr double kLongest = 10.0 * 366 * 86'400'000;

std::optional<double> UnitMillis(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s" || unit.empty()) return 1'000;
  if (unit == "m" || unit == "min") return 60'000;
  if (unit == "h") return 3'600'000;
  if (unit == "d") return 86'400'000;
  if (unit == "w") return 7 * 86'400'000.0;
  return std::nullopt;
}

}  // namespace

StatusOr<std::chrono::milliseconds> ParseDuration(const std::string& text) {
  const auto bad = [&] {
    return UsageError(fmt::format("'{}' is no duration: say 500ms, 60s, 2h30m or 7d", text));
  };
  double total = 0;
  size_t at = 0;
  while (at < text.size()) {
    double amount = 0;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), amount, std::chars_format::fixed);
    if (error != std::errc() || *begin == '-') return bad();
    at += static_cast<size_t>(end - begin);
    const size_t unit_start = at;
    while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') ++at;
    const std::string_view unit = std::string_view(text).substr(unit_start, at - unit_start);
    const auto millis = UnitMillis(unit);
    if (!millis || (unit.empty() && (unit_start != text.size() || total > 0))) return bad();
    total += amount * *millis;
    if (total > kLongest) return bad();
  }
  if (text.empty()) return bad();
  return std::chrono::milliseconds(static_cast<int64_t>(total));
}

}  // namespace elastilab
