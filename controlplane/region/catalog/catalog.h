// What the service offers: engines and their versions, node types, parameter families with their defaults, zones.
// Pure tables from shared/reference/defaults.md; no I/O. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controlplane/region/model/status.h"

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
// The same by what a cluster's record holds ("7.1.0"). Null when unknown.
const EngineVersion* FindFullEngineVersion(Engine engine, std::string_view full_version);
// "6.2" for redis "6.2.6": from version 6 on, and for valkey, only MAJOR.MINOR may be asked for. Empty when `asked` is
// as it should be, and when no version begins like that.
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
  double dollars_per_hour = 0;       // us-east-1, redis or memcached (valkey if valkey_only); 0: not known
  bool creatable = true;             // false: previous generation, kept for parameters
  bool data_tiering = false;
  bool valkey_only = false;
};

const std::vector<NodeType>& NodeTypes();
// Null when unknown.
const NodeType* FindNodeType(std::string_view name);
// On demand in us-east-1; valkey is a fifth cheaper. 0: not known or not offered for that engine.
double DollarsPerHour(const NodeType& type, Engine engine);
// The smallest that costs least: what `create-cluster` takes when the user names none.
inline constexpr std::string_view kDefaultNodeType = "cache.t4g.micro";

struct Parameter {
  std::string name;
  std::string default_value;   // may be empty
  std::string data_type;       // "string", "integer", "boolean", "float"
  std::string allowed_values;  // "yes,no", "1-100", "0-", …
  bool modifiable = true;
  bool modifiable_while_unused = false;  // not modifiable, except in a group that no cluster uses yet
  bool requires_reboot = false;
  std::string minimum_engine_version;
  std::string description;     // one sentence of ours
};

// Whether `value` is within `allowed_values`: a comma list of words and ranges ("0,20-", "1-100", "-" any integer). An
// empty list allows everything of the data type.
bool IsAllowedValue(const Parameter& parameter, std::string_view value);
// For messages: "one of yes,no", "1-100".
std::string AllowedValuesForPeople(const Parameter& parameter);

struct ParameterFamily {
  std::string name;            // "redis7"
  Engine engine;
  std::vector<Parameter> parameters;  // in name order
};

const std::vector<ParameterFamily>& ParameterFamilies();
const ParameterFamily* FindParameterFamily(std::string_view name);
// Null when the family has no such parameter.
const Parameter* FindParameter(const ParameterFamily& family, std::string_view name);

// A parameter whose value comes with the node type ("maxmemory"); never modifiable.
struct NodeTypeParameter {
  Parameter parameter;         // without a default
  std::vector<std::pair<std::string, int64_t>> values;  // by node type
};
std::vector<NodeTypeParameter> NodeTypeParameters(const ParameterFamily& family);

// "default.redis7" or, with cluster mode, "default.redis7.cluster.on".
std::string DefaultParameterGroup(std::string_view family, bool cluster_mode);
// Whether the family has a ".cluster.on" default group: redis from 3.2 on, and valkey.
bool HasClusterMode(const ParameterFamily& family);
// All of them, in name order.
const std::vector<std::string>& DefaultParameterGroups();
// The family of a default group, and whether it is the cluster-mode one; empty for any other name.
struct DefaultGroup {
  std::string family;
  bool cluster_mode = false;
};
std::optional<DefaultGroup> ParseDefaultParameterGroup(std::string_view name);

// The engine's `maxmemory` (bytes) for a node type: the table's figure less reserved-memory-percent. At least 1 MiB, as 0
// would mean "no limit" to an engine.
int64_t EffectiveMaxMemory(const NodeType& type, int reserved_memory_percent);
// memcached item memory in bytes: max_cache_memory less memcached_connections_overhead (megabytes). At least 1 MiB.
int64_t EffectiveItemMemory(const NodeType& type, int connections_overhead_mb);

// ACL rules for what clients may not call ("-config", "-acl|setuser"): shared/reference/behaviours.md section 16.
// Append them to a user's own rules, so that they win. All are known to redis 7.0 and to every valkey, the oldest that
// the lab runs, because an unknown command in a rule is a start-up error and what runs may be older than what was
// asked for. Empty for memcached, which has no ACL.
std::vector<std::string> WithheldCommands(Engine engine, std::string_view engine_version);

}  // namespace elastilab
