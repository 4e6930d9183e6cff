#include "dataplane/config/checks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace elastilab {

Status CheckAddress(std::string_view what, const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  const bool literal = inet_pton(AF_INET, address.c_str(), &v4) == 1 || inet_pton(AF_INET6, address.c_str(), &v6) == 1;
  const bool complete = address.find('\0') == std::string::npos;
  if (!literal || !complete)
    return absl::InvalidArgumentError(fmt::format("{} '{}' is not an IP address", what, address));
  if (address == "0.0.0.0" || address == "::") {
    return absl::InvalidArgumentError(fmt::format("{} '{}' would be every address of this host", what, address));
  }
  return absl::OkStatus();
}

Status CheckPort(std::string_view what, int port) {
  if (port >= 1 && port <= 65535) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} {} is not a port", what, port));
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    if (space > 0) words.emplace_back(text.substr(0, space));
    text.remove_prefix(std::min(text.size(), space + 1));
  }
  return words;
}

}  // namespace elastilab
