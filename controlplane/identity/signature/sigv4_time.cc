#include "controlplane/identity/signature/sigv4_time.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "controlplane/identity/signature/sigv4_canonical.h"

namespace elastilab {
namespace {

namespace chrono = std::chrono;

// All of `digits` as a number; -1 when that is not what they are.
int Number(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return -1;
  int number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::optional<SigningTime> Compose(int year, int month, int day, int hour, int minute, int second) {
  const chrono::year_month_day date(chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day)));
  if (year < 0 || month < 0 || day < 0 || !date.ok()) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  return chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second);
}

// The next word of `text`, without the blanks around it.
std::string_view Word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

int MonthOf(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (EqualsIgnoringCase(name, kNames[i])) return static_cast<int>(i) + 1;
  }
  return -1;
}

// "GMT", "+0130"; empty when it is neither.
std::optional<chrono::minutes> OffsetOf(std::string_view zone) {
  if (zone == "GMT" || zone == "UTC" || zone == "Z") return chrono::minutes(0);
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const int hours = Number(zone.substr(1, 2));
  const int minutes = Number(zone.substr(3));
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return chrono::minutes((zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes));
}

}  // namespace

std::optional<SigningTime> ParseSigningTime(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return Compose(Number(text.substr(0, 4)), Number(text.substr(4, 2)), Number(text.substr(6, 2)),
                 Number(text.substr(9, 2)), Number(text.substr(11, 2)), Number(text.substr(13, 2)));
}

std::string FormatSigningTime(SigningTime time) {
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::optional<SigningTime> ParseDateHeader(std::string_view text) {
  if (auto time = ParseSigningTime(text)) return time;
  std::string_view word = Word(text);
  if (word.ends_with(',')) word = Word(text);
  const int day = word.size() <= 2 ? Number(word) : -1;
  const int month = MonthOf(Word(text));
  const std::string_view year = Word(text);
  const std::string_view clock = Word(text);
  const std::optional<chrono::minutes> offset = OffsetOf(Word(text));
  if (year.size() != 4 || clock.size() != 8 || clock[2] != ':' || clock[5] != ':' || !offset || !Word(text).empty()) {
    return std::nullopt;
  }
  const auto time = Compose(Number(year), month, day, Number(clock.substr(0, 2)), Number(clock.substr(3, 2)),
                            Number(clock.substr(6)));
  if (!time) return std::nullopt;
  return *time - *offset;
}

}  // namespace elastilab
