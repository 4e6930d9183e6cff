// What a cache node should be, and what it is, in the words of the data plane. The agent protocol carries the same
// facts over the wire (proto/agent/v1/agent.proto documents them); these structs keep protobuf out of the drivers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"

namespace elastilab {

enum class EngineFamily { kRedis, kValkey, kMemcached };

// "redis", "valkey", "memcached".
const char* FamilyName(EngineFamily family);
std::optional<EngineFamily> ParseFamily(std::string_view name);

enum class NodeRole { kNone, kPrimary, kReplica };

struct HostPort {
  std::string address;
  int port = 0;
  bool operator==(const HostPort&) const = default;
};

// A process of the engine as installed on this host.
struct EngineBinary {
  EngineFamily family = EngineFamily::kRedis;
  std::string version;  // "7.0.15"
  std::string path;
  bool operator==(const EngineBinary&) const = default;
};

// The part of a wish that a running process can't change: when it differs, the process must be replaced.
struct LaunchSpec {
  int64_t uid = 0;
  int64_t incarnation = 0;
  std::string name;  // "demo-001/0001"
  EngineFamily family = EngineFamily::kRedis;
  std::string version;
  std::string address;
  int port = 0;
  std::string shared_address;  // may be empty; bound with SO_REUSEPORT when it is among the endpoints
  int threads = 1;
  int64_t max_memory_bytes = 0;  // redis, valkey: of the node type; the parameter maxmemory is what holds of it now
  std::map<std::string, std::string> parameters;  // the service's names
  std::vector<std::string> withheld_commands;     // ACL rules for the default user: "-config"
  Secret control_password;
  Secret replication_password;
  bool operator==(const LaunchSpec&) const = default;
};

// The part that is applied to a running process, in this order: role, follow, endpoints.
struct LiveSpec {
  NodeRole role = NodeRole::kNone;
  std::optional<HostPort> follow;      // a replica's primary; absent: not known yet
  std::vector<std::string> endpoints;  // addresses to listen on beside the node's own
  bool operator==(const LiveSpec&) const = default;
};

// Where the files of one node are. Made by agent/journal/paths.h, mode 0700.
struct NodePaths {
  std::string data_dir;  // engine's working directory: RDB, AOF, nodes.conf
  std::string socket;    // engine's Unix socket (redis, valkey), at most 107 bytes
  std::string log_file;
};

// What the files of a node that does not run hold.
struct SavedData {
  int64_t bytes = 0;    // 0: nothing
  int64_t offset = -1;  // of the replication stream; -1: the files do not say
  std::string history = {};  // names that stream: offsets of different ones can't be compared; empty: the files do not say
  bool operator==(const SavedData&) const = default;
};

// What the engine answers about itself.
struct EngineStatus {
  NodeRole role = NodeRole::kNone;
  std::string run_id;  // redis: INFO run_id; memcached: its pid and start time
  std::string version;
  std::string history = {};  // redis: master_replid, the stream that the offset counts
  int64_t replication_offset = 0;
  bool link_up = false;     // replica: link up and first sync over
  bool loading = false;     // answers, but is still reading its data set
  int64_t loaded_bytes = 0;
  int64_t total_bytes = 0;  // of what it loads
  int64_t loading_seconds_left = 0;
  int64_t keys = -1;        // in all databases; -1: not said
  std::optional<HostPort> follows;
  bool operator==(const EngineStatus&) const = default;
};

}  // namespace elastilab
