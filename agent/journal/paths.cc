#include "agent/journal/paths.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "common/secret.h"

namespace elastilab {
namespace {

constexpr size_t kLongestSocketPath = 107;  // sockaddr_un::sun_path without its terminating zero
constexpr size_t kLongestSocketName = sizeof("/9223372036854775807.sock") - 1;

std::string ChooseSocketDir(const std::string& data_dir) {
  std::string beside = data_dir + "/run";
  if (beside.size() + kLongestSocketName <= kLongestSocketPath) return beside;
  return fmt::format("/tmp/elastilab-{}/{}", getuid(), Sha256Hex(data_dir).substr(0, 12));
}

}  // namespace

ZonePaths::ZonePaths(const std::string& data_dir, const std::string& zone)
    : zone_dir_(data_dir + "/zones/" + zone), socket_dir_(ChooseSocketDir(data_dir)) {}

NodeFiles ZonePaths::Node(int64_t uid) const {
  const std::string dir = fmt::format("{}/{}", nodes_dir(), uid);
  const std::string discovery = dir + "/discovery";
  return NodeFiles{
      .directory = dir,
      .assignment = dir + "/assignment",
      .socket = fmt::format("{}/{}.sock", socket_dir_, uid),
      .engine = {.directory = dir,
                 .record = dir + "/process",
                 .working_dir = dir + "/data",
                 .log_file = dir + "/engine.log"},
      .discovery = {.directory = discovery,
                    .record = discovery + "/process",
                    .working_dir = discovery,
                    .log_file = discovery + "/discovery.log"},
      .discovery_state = discovery + "/state",
  };
}

std::optional<int64_t> ZonePaths::NodeOfLog(const std::string& log_file) const {
  const std::string prefix = nodes_dir() + "/";
  if (!log_file.starts_with(prefix)) return std::nullopt;
  int64_t uid = 0;
  const char* end = log_file.data() + log_file.size();
  const auto result = std::from_chars(log_file.data() + prefix.size(), end, uid);
  if (result.ec != std::errc() || result.ptr == end || *result.ptr != '/') return std::nullopt;
  return uid;
}

}  // namespace elastilab
