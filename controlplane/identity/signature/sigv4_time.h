// The times that signatures carry. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controlplane/identity/signature/sigv4.h"

namespace elastilab {

// "20150830T123600Z", ISO 8601's basic format; nothing else and no impossible dates.
std::optional<SigningTime> ParseSigningTime(std::string_view text);
std::string FormatSigningTime(SigningTime time);

// A Date header: "Sun, 30 Aug 2015 12:36:00 GMT" (the name of the day may be missing or wrong; an offset such as +0100
// may stand for GMT), or the basic format.
std::optional<SigningTime> ParseDateHeader(std::string_view text);

}  // namespace elastilab
