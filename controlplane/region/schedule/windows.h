// Maintenance and snapshot windows as the API writes them. Pure. Documented in shared/reference/validation.md section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

// A weekly window in minutes since Sunday 00:00 UTC; `length` 60 to 1440 minutes, may wrap the week.
struct WeeklyWindow {
  int start = 0;
  int length = 0;
};
// A daily window in minutes since 00:00 UTC; at least 60 minutes, may wrap midnight.
struct DailyWindow {
  int start = 0;
  int length = 0;
};
StatusOr<WeeklyWindow> ParseMaintenanceWindow(std::string_view text);  // "sun:05:00-sun:06:00"
StatusOr<DailyWindow> ParseSnapshotWindow(std::string_view text);      // "05:00-06:00"
bool Overlap(const WeeklyWindow& weekly, const DailyWindow& daily);

struct Windows {
  std::string maintenance;
  std::string snapshot;
};
// The windows of a new cluster: those given, else ones derived from `seed` inside the Region's maintenance block, which
// never overlap. Refuses bad syntax, short windows and an overlap.
StatusOr<Windows> ChooseWindows(std::optional<std::string> maintenance, std::optional<std::string> snapshot, uint64_t seed);

}  // namespace elastilab
