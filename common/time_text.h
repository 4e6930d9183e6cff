// Service time as text: ISO 8601 UTC with milliseconds, as the service prints it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"

namespace elastilab {

// "2016-12-22T16:27:56.088Z"
std::string FormatIso8601(ServiceTime t);
// Accepts a fraction of any length, `Z` or an offset (`+01:00`), or seconds since the epoch; empty when it is none of these.
std::optional<ServiceTime> ParseIso8601(std::string_view text);

}  // namespace elastilab
