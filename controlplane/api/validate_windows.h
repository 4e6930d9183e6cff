// The weekly maintenance window and the daily snapshot window: shared/reference/validation.md section 2. Pure. All UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

// "sun:23:00-mon:01:30", 60 minutes to 24 hours; as it is echoed: in lower case.
StatusOr<std::string> ValidateMaintenanceWindow(std::string_view text);
// "23:30-00:30", at least 60 minutes.
StatusOr<std::string> ValidateSnapshotWindow(std::string_view text);

// Both valid. The snapshot window is daily, so the day of the maintenance window does not matter. Checked even when no
// snapshots are made.
Status CheckWindowsApart(std::string_view maintenance, std::string_view snapshot);

struct Windows {
  std::string maintenance;
  std::string snapshot;
};

// The windows that were asked for; what is absent is chosen: 60 minutes of the Region's night for maintenance, 60
// minutes apart from it for snapshots. Same `dice`, same choice.
StatusOr<Windows> ChooseWindows(std::optional<std::string> maintenance, std::optional<std::string> snapshot,
                                std::string_view region, uint64_t dice);

}  // namespace elastilab
