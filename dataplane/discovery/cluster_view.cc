#include "dataplane/discovery/cluster_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dataplane/config/checks.h"

namespace elastilab {
namespace {

StatusOr<int64_t> ParseNumber(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  return absl::InvalidArgumentError(fmt::format("'{}' is not a number", text));
}

StatusOr<int> ParsePort(const std::string& text) {
  ASSIGN_OR_RETURN(const int64_t port, ParseNumber(text));
  if (port < 1 || port > 65535) return absl::InvalidArgumentError(fmt::format("{} is not a port", text));
  return static_cast<int>(port);
}

Status ParseLine(const std::vector<std::string>& words, ClusterView& view) {
  if (words[0] == "listen" && words.size() == 3) {
    RETURN_IF_ERROR(CheckAddress("address", words[1]));
    view.listen_address = words[1];
    ASSIGN_OR_RETURN(view.listen_port, ParsePort(words[2]));
    return absl::OkStatus();
  }
  if (words[0] == "version" && words.size() == 2) {
    ASSIGN_OR_RETURN(view.version, ParseNumber(words[1]));
    return absl::OkStatus();
  }
  if (words[0] == "node" && words.size() == 4) {
    if (words[1].find('|') != std::string::npos) return absl::InvalidArgumentError("a host name holds a |");
    RETURN_IF_ERROR(CheckAddress("address", words[2]));
    ASSIGN_OR_RETURN(const int port, ParsePort(words[3]));
    view.members.push_back({words[1], words[2], port});
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("neither listen, version nor node, or with the wrong number of words");
}

}  // namespace

StatusOr<ClusterView> ParseClusterView(std::string_view text) {
  ClusterView view;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::vector<std::string> words = SplitWords(line);
    if (words.empty()) continue;
    if (Status status = ParseLine(words, view); !status.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("line {} of the cluster's state: {}", number, std::string(status.message())));
    }
  }
  if (view.listen_address.empty()) return absl::InvalidArgumentError("the cluster's state has no line `listen`");
  std::stable_sort(view.members.begin(), view.members.end(),
                   [](const ClusterMember& a, const ClusterMember& b) { return a.host < b.host; });
  return view;
}

std::string ConfigPayload(const ClusterView& view) {
  std::string payload = fmt::format("{}\n", view.version);
  for (size_t i = 0; i < view.members.size(); ++i) {
    const ClusterMember& member = view.members[i];
    payload += fmt::format("{}{}|{}|{}", i == 0 ? "" : " ", member.host, member.address, member.port);
  }
  return payload + "\n";
}

std::string ConfigGetReply(const ClusterView& view) {
  const std::string payload = ConfigPayload(view);
  return fmt::format("CONFIG cluster 0 {}\r\n{}\r\nEND\r\n", payload.size(), payload);
}

std::string LegacyGetReply(const ClusterView& view) {
  const std::string payload = ConfigPayload(view);
  return fmt::format("VALUE AmazonElastiCache:cluster 0 {}\r\n{}\r\nEND\r\n", payload.size(), payload);
}

}  // namespace elastilab
