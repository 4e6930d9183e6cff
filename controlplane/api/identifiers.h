// Rules for names and other small values, pure. Documented in shared/reference/validation.md sections 1 to 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"
#include "common/text.h"

namespace elastilab {

inline constexpr int kMaxClusterId = 50;
inline constexpr int kMaxGroupId = 40;

// The lower-cased id, or the service's refusal naming `parameter`.
StatusOr<std::string> CheckIdentifier(std::string_view parameter, std::string_view id, size_t max_length);
// Subnet group names: letters, digits and hyphens; `default` is the lab's own.
StatusOr<std::string> CheckSubnetGroupName(std::string_view name);
Status CheckPort(int port);
Status CheckSnapshotRetention(int days);
Status CheckTagKey(std::string_view key);
Status CheckTagValue(std::string_view value);

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
