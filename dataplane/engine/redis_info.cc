#include "dataplane/engine/redis_info.h"

#include <charconv>
#include <map>

#include "dataplane/config/redis_config.h"

namespace elastilab {
namespace {

class Fields {
 public:
  explicit Fields(std::string_view info) {
    while (!info.empty()) {
      const std::string_view line = info.substr(0, info.find('\n'));
      info.remove_prefix(std::min(info.size(), line.size() + 1));
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos || line.front() == '#') continue;
      std::string_view value = line.substr(colon + 1);
      if (value.ends_with('\r')) value.remove_suffix(1);
      fields_[line.substr(0, colon)] = value;
    }
  }

  std::string_view Text(std::string_view name) const {
    const auto it = fields_.find(name);
    return it == fields_.end() ? std::string_view() : it->second;
  }
  int64_t Number(std::string_view name) const {
    const std::string_view text = Text(name);
    int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  bool Yes(std::string_view name) const { return Text(name) == "1"; }

 private:
  std::map<std::string_view, std::string_view> fields_;
};

// "db0:keys=12,expires=0,avg_ttl=0" of each database.
int64_t CountKeys(std::string_view info) {
  constexpr std::string_view kKeys = ":keys=";
  int64_t keys = 0;
  for (size_t at = info.find("\ndb"); at != std::string_view::npos; at = info.find("\ndb", at + 1)) {
    const std::string_view line = info.substr(at + 1, info.find('\n', at + 1) - at - 1);
    const size_t number = line.find(kKeys);
    if (number == std::string_view::npos) continue;
    int64_t count = 0;
    std::from_chars(line.data() + number + kKeys.size(), line.data() + line.size(), count);
    keys += count;
  }
  return keys;
}

StatusOr<EngineStatus> ReadRole(const Fields& fields, std::string_view own_address) {
  const std::string_view role = fields.Text("role");
  if (role != "master" && role != "slave") return absl::InternalError("the engine's answer to INFO names no role");
  EngineStatus status;
  status.history = fields.Text("master_replid");
  if (role == "master") {
    status.role = NodeRole::kPrimary;
    status.replication_offset = fields.Number("master_repl_offset");
    return status;
  }
  status.role = NodeRole::kReplica;
  status.replication_offset = fields.Number("slave_repl_offset");
  status.link_up = fields.Text("master_link_status") == "up" && !fields.Yes("master_sync_in_progress");
  const HostPort primary{std::string(fields.Text("master_host")), static_cast<int>(fields.Number("master_port"))};
  const bool waits = primary.address == own_address && primary.port == kNoPrimaryPort;
  if (!waits) status.follows = primary;
  return status;
}

}  // namespace

StatusOr<EngineStatus> ReadReplication(std::string_view info, std::string_view own_address) {
  return ReadRole(Fields(info), own_address);
}

StatusOr<EngineStatus> ParseRedisInfo(std::string_view info, std::string_view own_address) {
  const Fields fields(info);
  if (fields.Text("run_id").empty()) return absl::InternalError("the engine's answer to INFO holds no run_id");
  ASSIGN_OR_RETURN(EngineStatus status, ReadRole(fields, own_address));
  status.run_id = fields.Text("run_id");
  // valkey names the redis version it is compatible with as well.
  const std::string_view valkey = fields.Text("valkey_version");
  status.version = valkey.empty() ? fields.Text("redis_version") : valkey;
  status.loading = fields.Yes("loading");
  if (status.loading) {
    status.loaded_bytes = fields.Number("loading_loaded_bytes");
    status.total_bytes = fields.Number("loading_total_bytes");
    status.loading_seconds_left = fields.Number("loading_eta_seconds");
  }
  if (info.find("# Keyspace") != std::string_view::npos) status.keys = CountKeys(info);
  return status;
}

}  // namespace elastilab
