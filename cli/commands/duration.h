// "60s", "2h30m", "500ms", "7d", "1w"; a bare number is seconds.
#pragma once

#include <chrono>
#include <string>

#include "common/status.h"

namespace elastilab {

// Usage error for anything else, and for more than ten years.
StatusOr<std::chrono::milliseconds> ParseDuration(const std::string& text);

}  // namespace elastilab
