#include "controlplane/region/schedule/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "common/text.h"
#include "controlplane/region/faults/faults.h"

namespace elastilab {
namespace {

constexpr int kDay = 24 * 60;
constexpr int kWeek = 7 * kDay;
constexpr int kShortest = 60;
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
// The 8 hours in which us-east-1 is maintained, UTC; snapshots are taken outside them.
constexpr int kBlockStart = 3 * 60;
constexpr int kBlockHours = 8;

// "hh:mm" in minutes.
std::optional<int> TakeTime(std::string_view& text) {
  int hour = 0;
  int minute = 0;
  if (text.size() < 5 || text[2] != ':') return std::nullopt;
  const auto number = [&](size_t at, int& value) {
    const char* begin = text.data() + at;
    return std::isdigit(static_cast<unsigned char>(*begin)) != 0 && std::from_chars(begin, begin + 2, value).ptr == begin + 2;
  };
  if (!number(0, hour) || !number(3, minute) || hour > 23 || minute > 59) return std::nullopt;
  text.remove_prefix(5);
  return hour * 60 + minute;
}

std::optional<int> TakeDayTime(std::string_view& text) {
  if (text.size() < 4 || text[3] != ':') return std::nullopt;
  const auto day = std::find(kDays.begin(), kDays.end(), LowerCase(text.substr(0, 3)));
  if (day == kDays.end()) return std::nullopt;
  text.remove_prefix(4);
  const auto time = TakeTime(text);
  if (!time) return std::nullopt;
  return static_cast<int>(day - kDays.begin()) * kDay + *time;
}

bool TakeHyphen(std::string_view& text) {
  if (text.empty() || text.front() != '-') return false;
  text.remove_prefix(1);
  return true;
}

std::string DefaultMaintenance(uint64_t seed) {
  const int day = static_cast<int>(seed % 7);
  const int start = kBlockStart + static_cast<int>(seed / 7 % (kBlockHours * 2 - 1)) * 30;
  return fmt::format("{}:{:02}:{:02}-{}:{:02}:{:02}", kDays[day], start / 60, start % 60, kDays[day], start / 60 + 1, start % 60);
}

}  // namespace

StatusOr<WeeklyWindow> ParseMaintenanceWindow(std::string_view text) {
  std::string_view rest = text;
  const auto start = TakeDayTime(rest);
  const bool hyphen = start && TakeHyphen(rest);
  const auto end = hyphen ? TakeDayTime(rest) : std::nullopt;
  if (!end || !rest.empty()) {
    return InvalidParameterValue(fmt::format(
        "Invalid maintenance window '{}': write ddd:hh24:mi-ddd:hh24:mi in UTC, such as sun:05:00-sun:06:00.", text));
  }
  const int length = (*end - *start + kWeek) % kWeek;
  if (length < kShortest || length > kDay) {
    return InvalidParameterValue(
        fmt::format("The maintenance window must be at least 60 minutes and at most 24 hours; '{}' is not.", text));
  }
  return WeeklyWindow{*start, length};
}

StatusOr<DailyWindow> ParseSnapshotWindow(std::string_view text) {
  std::string_view rest = text;
  const auto start = TakeTime(rest);
  const bool hyphen = start && TakeHyphen(rest);
  const auto end = hyphen ? TakeTime(rest) : std::nullopt;
  if (!end || !rest.empty()) {
    return InvalidParameterValue(
        fmt::format("Invalid snapshot window '{}': write hh24:mi-hh24:mi in UTC, such as 05:00-06:00.", text));
  }
  const int length = (*end - *start + kDay) % kDay;
  if (length < kShortest) return InvalidParameterValue("Snapshot window must be at least 60 minutes.");
  return DailyWindow{*start, length};
}

bool Overlap(const WeeklyWindow& weekly, const DailyWindow& daily) {
  // A daily window that began the day before counts too; so does next week's first.
  for (int day = -1; day <= 8; ++day) {
    const int start = day * kDay + daily.start;
    if (start < weekly.start + weekly.length && weekly.start < start + daily.length) return true;
  }
  return false;
}

StatusOr<Windows> ChooseWindows(std::optional<std::string> maintenance, std::optional<std::string> snapshot, uint64_t seed) {
  Windows windows;
  windows.maintenance = maintenance ? LowerCase(*maintenance) : DefaultMaintenance(seed);
  ASSIGN_OR_RETURN(WeeklyWindow weekly, ParseMaintenanceWindow(windows.maintenance));
  if (snapshot) {
    ASSIGN_OR_RETURN(const DailyWindow daily, ParseSnapshotWindow(*snapshot));
    windows.snapshot = *snapshot;
    // Only what the user chose can be in the way of what the user chose.
    for (uint64_t other = seed; !maintenance && Overlap(weekly, daily) && other < seed + 200; ++other) {
      windows.maintenance = DefaultMaintenance(other);
      ASSIGN_OR_RETURN(weekly, ParseMaintenanceWindow(windows.maintenance));
    }
    if (Overlap(weekly, daily)) {
      return InvalidParameterValue("The snapshot window and maintenance window must not overlap.");
    }
    return windows;
  }
  for (int hour = 0; hour < 24; ++hour) {
    const int start = (13 + static_cast<int>(seed % 8) + hour) % 24;
    windows.snapshot = fmt::format("{:02}:00-{:02}:00", start, (start + 1) % 24);
    ASSIGN_OR_RETURN(const DailyWindow daily, ParseSnapshotWindow(windows.snapshot));
    if (!Overlap(weekly, daily)) break;
  }
  return windows;
}

}  // namespace elastilab
