#include "common/time_text.h"

#include <fmt/format.h>

#include <charconv>

namespace elastilab {
namespace {

// Reads exactly `digits` decimal digits and moves `text` past them.
std::optional<int> TakeNumber(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<milliseconds> TakeFraction(std::string_view& text) {
  if (!TakeChar(text, '.')) return milliseconds(0);
  int64_t ms = 0;
  int scale = 100;
  size_t used = 0;
  while (used < text.size() && text[used] >= '0' && text[used] <= '9') {
    ms += (text[used] - '0') * scale;
    scale /= 10;
    ++used;
  }
  if (used == 0) return std::nullopt;
  text.remove_prefix(used);
  return milliseconds(ms);
}

std::optional<std::chrono::minutes> TakeOffset(std::string_view& text) {
  if (text.empty() || TakeChar(text, 'Z') || TakeChar(text, 'z')) return std::chrono::minutes(0);
  const int sign = text.front() == '-' ? -1 : 1;
  if (!TakeChar(text, '+') && !TakeChar(text, '-')) return std::nullopt;
  auto hours = TakeNumber(text, 2);
  TakeChar(text, ':');
  auto minutes = TakeNumber(text, 2);
  if (!hours || !minutes) return std::nullopt;
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::string FormatIso8601(ServiceTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(t - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<ServiceTime> ParseIso8601(std::string_view text) {
  if (text.find('-') == std::string_view::npos) {
    double seconds = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > 1e11) return std::nullopt;
    return ServiceTime(milliseconds(static_cast<int64_t>(seconds * 1000)));
  }
  auto year = TakeNumber(text, 4);
  if (!year || !TakeChar(text, '-')) return std::nullopt;
  auto month = TakeNumber(text, 2);
  if (!month || !TakeChar(text, '-')) return std::nullopt;
  auto day = TakeNumber(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  ServiceTime result{std::chrono::sys_days(date)};
  if (text.empty()) return result;
  if (!TakeChar(text, 'T') && !TakeChar(text, ' ')) return std::nullopt;
  auto hour = TakeNumber(text, 2);
  if (!hour || !TakeChar(text, ':')) return std::nullopt;
  auto minute = TakeNumber(text, 2);
  if (!minute) return std::nullopt;
  std::optional<int> second = 0;
  if (TakeChar(text, ':')) second = TakeNumber(text, 2);
  auto fraction = TakeFraction(text);
  auto offset = TakeOffset(text);
  if (!second || !fraction || !offset || !text.empty() || *hour > 24 || *minute > 59 || *second > 60) return std::nullopt;
  return result + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *fraction -
         *offset;
}

}  // namespace elastilab
