// What may be written into a configuration or a command line. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

// An IPv4 or IPv6 literal that is not the wildcard: a node never listens on an address that is not its own.
Status CheckAddress(std::string_view what, const std::string& address);
Status CheckPort(std::string_view what, int port);

// The words of `text`, which are separated by spaces.
std::vector<std::string> SplitWords(std::string_view text);

}  // namespace elastilab
