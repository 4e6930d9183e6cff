#include "controlplane/api/validate_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "controlplane/api/validate_names.h"
#include "controlplane/faults/common_faults.h"

namespace elastilab {
namespace {

constexpr int kHour = 60;
constexpr int kDay = 24 * kHour;
constexpr int kWeek = 7 * kDay;
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// Minutes from the start of the week or day, and how long.
struct Span {
  int start = 0;
  int length = 0;
};

std::optional<int> TwoDigits(std::string_view text, int below) {
  if (text.size() != 2) return std::nullopt;
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (value >= below) return std::nullopt;
  return value;
}

// "05:30"
std::optional<int> ParseTime(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = TwoDigits(text.substr(0, 2), 24);
  const auto minute = TwoDigits(text.substr(3), 60);
  if (!hour || !minute) return std::nullopt;
  return *hour * kHour + *minute;
}

// "sun:05:30"
std::optional<int> ParseDayTime(std::string_view text) {
  if (text.size() != 9 || text[3] != ':') return std::nullopt;
  const auto day = std::find(kDays.begin(), kDays.end(), text.substr(0, 3));
  const auto time = ParseTime(text.substr(4));
  if (day == kDays.end() || !time) return std::nullopt;
  return static_cast<int>(day - kDays.begin()) * kDay + *time;
}

template <typename Parse>
std::optional<Span> ParseSpan(std::string_view text, int period, Parse parse) {
  const size_t hyphen = text.find('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  const auto from = parse(text.substr(0, hyphen));
  const auto to = parse(text.substr(hyphen + 1));
  if (!from || !to) return std::nullopt;
  return Span{*from, (*to - *from + period) % period};
}

std::optional<Span> ParseMaintenance(std::string_view text) { return ParseSpan(text, kWeek, ParseDayTime); }
std::optional<Span> ParseSnapshot(std::string_view text) { return ParseSpan(text, kDay, ParseTime); }

// Whether two spans of a day, which may pass midnight, share a minute.
bool Overlap(const Span& a, const Span& b) {
  const int from_a_to_b = ((b.start - a.start) % kDay + kDay) % kDay;
  return from_a_to_b < a.length || (kDay - from_a_to_b) % kDay < b.length;
}

std::string TimeText(int minute) { return fmt::format("{:02}:{:02}", minute % kDay / kHour, minute % kHour); }
std::string DayTimeText(int minute) { return fmt::format("{}:{}", kDays[minute % kWeek / kDay], TimeText(minute)); }

// First minute of the eight hours of night in which the service puts windows: shared/reference/behaviours.md section 7.
int NightOf(std::string_view region) {
  struct Night {
    std::string_view prefix;
    int start;
  };
  static constexpr Night kNights[] = {
      {"us-east-1", 180},      {"us-east-2", 240},      {"us-west-", 360},       {"us-gov-west-1", 360},
      {"eu-west-1", 1320},     {"eu-west-2", 1380},     {"eu-central-1", 1380},  {"eu-west-3", 1439},
      {"eu-south-1", 1260},    {"ap-northeast-1", 780}, {"ap-east-1", 780},      {"af-south-1", 780},
      {"me-", 780},            {"ap-northeast-", 720},  {"ap-southeast-2", 720}, {"ap-southeast-", 840},
      {"cn-", 840},            {"ap-south-1", 1050},    {"sa-east-1", 60},
  };
  for (const Night& night : kNights) {
    if (region.starts_with(night.prefix)) return night.start;
  }
  return 180;
}

constexpr int kNightLength = 450;  // the shortest of all regions

}  // namespace

StatusOr<std::string> ValidateMaintenanceWindow(std::string_view text) {
  std::string lower = LowerCase(text);
  const auto span = ParseMaintenance(lower);
  if (!span) return MaintenanceWindowMalformed(text);
  if (span->length < kHour || span->length > kDay) return MaintenanceWindowLength(text);
  return lower;
}

StatusOr<std::string> ValidateSnapshotWindow(std::string_view text) {
  const auto span = ParseSnapshot(text);
  if (!span) return SnapshotWindowMalformed(text);
  if (span->length < kHour) return SnapshotWindowTooShort();
  return std::string(text);
}

Status CheckWindowsApart(std::string_view maintenance, std::string_view snapshot) {
  const auto weekly = ParseMaintenance(maintenance);
  const auto daily = ParseSnapshot(snapshot);
  if (!weekly || !daily) return absl::OkStatus();
  const Span of_day{weekly->start % kDay, weekly->length};
  return Overlap(of_day, *daily) ? WindowsOverlap(maintenance, snapshot) : absl::OkStatus();
}

StatusOr<Windows> ChooseWindows(std::optional<std::string> maintenance, std::optional<std::string> snapshot,
                                std::string_view region, uint64_t dice) {
  const int night = NightOf(region);
  if (!maintenance) {
    const int day = static_cast<int>(dice % 7) * kDay;
    const int slots = (kNightLength - kHour) / 30 + 1;
    const int first = static_cast<int>(dice / 7 % slots);
    for (int i = 0; i < slots && !maintenance; ++i) {
      const int start = day + (night + (first + i) % slots * 30);
      const std::string window = fmt::format("{}-{}", DayTimeText(start), DayTimeText(start + kHour));
      if (!snapshot || CheckWindowsApart(window, *snapshot).ok() || i + 1 == slots) maintenance = window;
    }
  }
  for (int start = night; !snapshot; start += kHour) {
    const std::string window = fmt::format("{}-{}", TimeText(start), TimeText(start + kHour));
    const bool last = start >= night + kDay;  // a maintenance window of 24 hours leaves no room
    if (last || CheckWindowsApart(*maintenance, window).ok()) snapshot = window;
  }
  RETURN_IF_ERROR(CheckWindowsApart(*maintenance, *snapshot));
  return Windows{*maintenance, *snapshot};
}

}  // namespace elastilab
