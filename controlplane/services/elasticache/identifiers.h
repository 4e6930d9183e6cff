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

}  // namespace elastilab
