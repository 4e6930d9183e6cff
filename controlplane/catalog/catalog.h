// What the service offers: engines and their versions, node types, parameter families with their defaults, zones.
// Pure tables from shared/reference/defaults.md; no I/O. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/model/status.h"

namespace elastilab {

struct EngineVersion {
  Engine engine;
  std::string short_version;   // what users ask for: "7.1", "1.6.22"
  std::string full_version;    // what CacheCluster.EngineVersion reads back: "7.1.0", "6.2.6", "1.6.22"
  std::string family;          // "redis7"
  std::string description;     // "Redis"
  std::string version_description;  // "redis version 7.1.0"
  bool is_default = false;     // of its engine
};

// In the order the service lists them: by engine, then ascending.
const std::vector<EngineVersion>& EngineVersions();
const EngineVersion& DefaultEngineVersion(Engine engine);
// The version that `asked` selects ("7.1"; for redis 5 and older and memcached the full one; "6.x" means 6.2). Empty
// when there is none. `asked` longer than allowed ("6.2.6") is reported by IsTooSpecific.
std::optional<EngineVersion> FindEngineVersion(Engine engine, std::string_view asked);
// "6.2" for redis "6.2.6": from version 6 on, and for valkey, only MAJOR.MINOR may be asked for.
std::optional<std::string> IsTooSpecific(Engine engine, std::string_view asked);
// Compares dotted versions number by number: negative, zero, positive.
int CompareVersions(std::string_view a, std::string_view b);

struct NodeType {
  std::string name;            // "cache.t4g.micro"
  int vcpus = 0;
  int64_t redis_max_memory = 0;      // bytes, before reserved memory; 0: not offered for redis/valkey
  int64_t replica_buffer_limit = 0;  // client-output-buffer-limit replica, hard = soft
  int memcached_megabytes = 0;       // 0: not offered for memcached
  int memcached_threads = 0;
  std::string min_redis_version;
  double dollars_per_hour = 0;       // us-east-1, redis or memcached; 0: not known
  bool creatable = true;             // false: previous generation, kept for parameters
  bool data_tiering = false;
  bool valkey_only = false;
};

const std::vector<NodeType>& NodeTypes();
// Null when unknown.
const NodeType* FindNodeType(std::string_view name);
// The smallest that costs least: what `create-cluster` takes when the user names none.
inline constexpr std::string_view kDefaultNodeType = "cache.t4g.micro";

struct Parameter {
  std::string name;
  std::string default_value;   // may be empty
  std::string data_type;       // "string", "integer", "boolean", "float"
  std::string allowed_values;  // "yes,no", "1-100", "0-", …
  bool modifiable = true;
  bool requires_reboot = false;
  std::string minimum_engine_version;
  std::string description;     // one sentence of ours
};

struct ParameterFamily {
  std::string name;            // "redis7"
  Engine engine;
  std::vector<Parameter> parameters;  // in name order
};

const std::vector<ParameterFamily>& ParameterFamilies();
const ParameterFamily* FindParameterFamily(std::string_view name);

// "default.redis7" or, with cluster mode, "default.redis7.cluster.on".
std::string DefaultParameterGroup(std::string_view family, bool cluster_mode);
// The family of a default group, and whether it is the cluster-mode one; empty for any other name.
struct DefaultGroup {
  std::string family;
  bool cluster_mode = false;
};
std::optional<DefaultGroup> ParseDefaultParameterGroup(std::string_view name);

// The engine's `maxmemory` (bytes) for a node type: the table's figure less reserved-memory-percent.
int64_t EffectiveMaxMemory(const NodeType& type, int reserved_memory_percent);
// memcached item memory in bytes: max_cache_memory less memcached_connections_overhead (megabytes).
int64_t EffectiveItemMemory(const NodeType& type, int connections_overhead_mb);

// ACL rules for what clients may not call ("-config", "-acl|setuser"): shared/reference/behaviours.md section 16.
// Only commands that the given engine version knows.
std::vector<std::string> WithheldCommands(Engine engine, std::string_view engine_version);

}  // namespace elastilab
