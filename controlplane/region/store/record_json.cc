#include "controlplane/region/store/record_json.h"

#include <fmt/format.h>

#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "common/time_text.h"
#include "controlplane/region/store/identity_fields.h"
#include "controlplane/region/store/record_fields.h"
#include "controlplane/region/store/state.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

// ---- The fields of each record, once for both directions: v(name, member) ------------------------------------------

template <typename V>
void Fields(V& v, Is<Endpoint> auto& r) {
  v("address", r.address);
  v("port", r.port);
}

template <typename V>
void Fields(V& v, Is<SnapshotPolicy> auto& r) {
  v("retention_days", r.retention_days);
  v("window", r.window);
}

template <typename V>
void Fields(V& v, Is<Notification> auto& r) {
  v("topic_arn", r.topic_arn);
  v("status", r.status);
}

template <typename V>
void Fields(V& v, Is<ParameterSetting> auto& r) {
  v("name", r.name);
  v("value", r.value);
}

template <typename V>
void Fields(V& v, Is<ParameterGroup> auto& r) {
  v("name", r.name);
  v("family", r.family);
  v("description", r.description);
  v("settings", r.settings);
}

template <typename V>
void Fields(V& v, Is<PendingClusterChanges> auto& r) {
  v("num_nodes", r.num_nodes);
  v("node_ids_to_remove", r.node_ids_to_remove);
  v("engine_version", r.engine_version);
  v("node_type", r.node_type);
  v("parameter_group", r.parameter_group);
}

template <typename V>
void Fields(V& v, Is<PendingGroupChanges> auto& r) {
  v("primary_cluster_id", r.primary_cluster_id);
  v("automatic_failover", r.automatic_failover);
  v("engine_version", r.engine_version);
  v("node_type", r.node_type);
  v("parameter_group", r.parameter_group);
}

template <typename V>
void Fields(V& v, Is<CacheCluster> auto& r) {
  v("id", r.id);
  v("generation", r.generation);
  v("group_id", r.group_id);
  v("node_group_id", r.node_group_id);
  v("engine", r.engine);
  v("engine_version", r.engine_version);
  v("node_type", r.node_type);
  v("status", r.status);
  v("nodes", r.nodes);
  v("port", r.port);
  v("cross_az", r.cross_az);
  v("preferred_zone", r.preferred_zone);
  v("parameter_group", r.parameter_group);
  v("subnet_group", r.subnet_group);
  v("security_group_ids", r.security_group_ids);
  v("maintenance_window", r.maintenance_window);
  v("snapshots", r.snapshots);
  v("auto_minor_version_upgrade", r.auto_minor_version_upgrade);
  v("notification", r.notification);
  v("network_type", r.network_type);
  v("ip_discovery", r.ip_discovery);
  v("created_at", r.created_at);
  v("pending", r.pending);
  v("pending_since", r.pending_since);
  v("configuration_endpoint", r.configuration_endpoint);
  v("discovery_version", r.discovery_version);
  v("discovered", r.discovered);
  v("resize_from", r.resize_from);
}

template <typename V>
void Fields(V& v, Is<ReplicationGroup> auto& r) {
  v("id", r.id);
  v("generation", r.generation);
  v("description", r.description);
  v("status", r.status);
  v("engine", r.engine);
  v("engine_version", r.engine_version);
  v("node_type", r.node_type);
  v("cluster_enabled", r.cluster_enabled);
  v("automatic_failover", r.automatic_failover);
  v("multi_az", r.multi_az);
  v("node_groups", r.node_groups);
  v("member_clusters", r.member_clusters);
  v("port", r.port);
  v("parameter_group", r.parameter_group);
  v("subnet_group", r.subnet_group);
  v("security_group_ids", r.security_group_ids);
  v("maintenance_window", r.maintenance_window);
  v("snapshotting_cluster_id", r.snapshotting_cluster_id);
  v("snapshots", r.snapshots);
  v("auto_minor_version_upgrade", r.auto_minor_version_upgrade);
  v("at_rest_encryption", r.at_rest_encryption);
  v("notification", r.notification);
  v("network_type", r.network_type);
  v("ip_discovery", r.ip_discovery);
  v("created_at", r.created_at);
  v("pending", r.pending);
  v("pending_since", r.pending_since);
  v("configuration_endpoint", r.configuration_endpoint);
}

template <typename V>
void Fields(V& v, Is<FailoverProgress> auto& r) {
  v("step", r.step);
  v("cause", r.cause);
  v("record_id", r.record_id);
  v("old_primary", r.old_primary);
  v("candidate", r.candidate);
  v("probe_id", r.probe_id);
  v("started_micros", r.started_micros);
  v("step_micros", r.step_micros);
}

template <typename V>
void Fields(V& v, Is<NodeGroup> auto& r) {
  v("group_id", r.group_id);
  v("id", r.id);
  v("status", r.status);
  v("primary", r.primary);
  v("nodes", r.nodes);
  v("slots", r.slots);
  v("primary_endpoint", r.primary_endpoint);
  v("reader_endpoint", r.reader_endpoint);
  v("failover", r.failover);
}

template <typename V>
void Fields(V& v, Is<ProcessName> auto& r) {
  v("pid", r.pid);
  v("start_ticks", r.start_ticks);
  v("boot_id", r.boot_id);
}

template <typename V>
void Fields(V& v, Is<CacheNode> auto& r) {
  v("uid", r.uid);
  v("cluster_id", r.cluster_id);
  v("id", r.id);
  v("group_id", r.group_id);
  v("node_group_id", r.node_group_id);
  v("zone", r.zone);
  v("address", r.address);
  v("port", r.port);
  v("status", r.status);
  v("role", r.role);
  v("follows", r.follows);
  v("incarnation", r.incarnation);
  v("revision", r.revision);
  v("fenced", r.fenced);
  v("ever_ready", r.ever_ready);
  v("stopped", r.stopped);
  v("holds_data", r.holds_data);
  v("keep_files", r.keep_files);
  v("told_silent", r.told_silent);
  v("process", r.process);
  v("restarts", r.restarts);
  v("problem", r.problem);
  v("startup_settings", r.startup_settings);
  v("parameters", r.parameters);
  v("created_at", r.created_at);
}

template <typename V>
void Fields(V& v, Is<FailoverRecord> auto& r) {
  v("id", r.id);
  v("group_id", r.group_id);
  v("node_group_id", r.node_group_id);
  v("cause", r.cause);
  v("evidence", r.evidence);
  v("old_primary", r.old_primary);
  v("new_primary", r.new_primary);
  v("started_at", r.started_at);
  v("fenced_micros", r.fenced_micros);
  v("chosen_micros", r.chosen_micros);
  v("promoted_micros", r.promoted_micros);
  v("replaced_micros", r.replaced_micros);
  v("old_offset", r.old_offset);
  v("old_offset_age_micros", r.old_offset_age_micros);
  v("new_offset", r.new_offset);
  v("lost_bytes", r.lost_bytes);
  v("lost_everything", r.lost_everything);
  v("old_keys", r.old_keys);
  v("new_keys", r.new_keys);
  v("outcome", r.outcome);
}

template <typename V>
void Fields(V& v, Is<Tag> auto& r) {
  v("key", r.key);
  v("value", r.value);
}

template <typename V>
void Fields(V& v, Is<TagSet> auto& r) {
  v("arn", r.arn);
  v("tags", r.tags);
}

template <typename V>
void Fields(V& v, Is<Subnet> auto& r) {
  v("id", r.id);
  v("zone", r.zone);
}

template <typename V>
void Fields(V& v, Is<SubnetGroup> auto& r) {
  v("name", r.name);
  v("description", r.description);
  v("vpc_id", r.vpc_id);
  v("subnets", r.subnets);
}

template <typename V>
void Fields(V& v, Is<CacheUser> auto& r) {
  v("id", r.id);
  v("name", r.name);
  v("status", r.status);
  v("engine", r.engine);
  v("access_string", r.access_string);
  v("authentication", r.authentication);
  v("password_hashes", r.password_hashes);
}

template <typename V>
void Fields(V& v, Is<CacheUserGroup> auto& r) {
  v("id", r.id);
  v("status", r.status);
  v("engine", r.engine);
  v("user_ids", r.user_ids);
}

template <typename V>
void Fields(V& v, Is<Ec2SecurityGroup> auto& r) {
  v("name", r.name);
  v("owner_id", r.owner_id);
}

template <typename V>
void Fields(V& v, Is<CacheSecurityGroup> auto& r) {
  v("name", r.name);
  v("description", r.description);
  v("ingress", r.ingress);
}

template <typename V>
void Fields(V& v, Is<ReservedNode> auto& r) {
  v("id", r.id);
  v("offering_id", r.offering_id);
  v("node_type", r.node_type);
  v("product", r.product);
  v("offering_type", r.offering_type);
  v("seconds", r.seconds);
  v("fixed_price", r.fixed_price);
  v("hourly_price", r.hourly_price);
  v("count", r.count);
  v("bought_at", r.bought_at);
}

template <typename V>
void Fields(V& v, Is<Zone> auto& r) {
  v("name", r.name);
  v("status", r.status);
}

template <typename V>
void Fields(V& v, Is<LabSettings> auto& r) {
  v("region", r.region);
  v("account", r.account);
  v("dns_token", r.dns_token);
  v("clock_offset_ms", r.clock_offset_ms);
  v("suspended", r.suspended);
}

// ---- Enums ---------------------------------------------------------------------------------------------------------

// One word per enumerator, unlike Text().
template <typename E>
std::string_view Word(E value) {
  if constexpr (std::same_as<E, NodeStatus>) {
    if (value == NodeStatus::kRecovering) return "recovering";
  }
  if constexpr (std::same_as<E, Role>) {
    if (value == Role::kNone) return "none";
  }
  return Text(value);
}

// The last enumerator of each enum in status.h.
constexpr Engine Last(Engine) { return Engine::kMemcached; }
constexpr ClusterStatus Last(ClusterStatus) { return ClusterStatus::kDeleting; }
constexpr GroupStatus Last(GroupStatus) { return GroupStatus::kDeleting; }
constexpr NodeGroupStatus Last(NodeGroupStatus) { return NodeGroupStatus::kDeleting; }
constexpr NodeStatus Last(NodeStatus) { return NodeStatus::kDeleting; }
constexpr AutomaticFailover Last(AutomaticFailover) { return AutomaticFailover::kDisabling; }
constexpr Role Last(Role) { return Role::kReplica; }
constexpr UserStatus Last(UserStatus) { return UserStatus::kDeleting; }
constexpr Authentication Last(Authentication) { return Authentication::kIam; }
constexpr ZoneStatus Last(ZoneStatus) { return ZoneStatus::kLost; }
constexpr ParameterStatus Last(ParameterStatus) { return ParameterStatus::kPendingReboot; }
constexpr FailoverStep Last(FailoverStep) { return FailoverStep::kHandingOver; }
constexpr FailoverCause Last(FailoverCause) { return FailoverCause::kResumed; }

template <typename E>
E FromWord(const std::string& word) {
  for (int i = 0; i <= static_cast<int>(Last(E{})); ++i) {
    if (Word(static_cast<E>(i)) == word) return static_cast<E>(i);
  }
  throw std::invalid_argument(fmt::format("unknown word '{}'", word));
}

// ---- Values --------------------------------------------------------------------------------------------------------

template <typename T>
constexpr bool kIsVector = false;
template <typename T>
constexpr bool kIsVector<std::vector<T>> = true;
template <typename T>
constexpr bool kIsOptional = false;
template <typename T>
constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
constexpr bool kIsPlain = std::is_arithmetic_v<T> || std::same_as<T, std::string>;
template <typename T>
constexpr bool kIsStruct =
    std::is_class_v<T> && !kIsPlain<T> && !kIsVector<T> && !kIsOptional<T> && !std::same_as<T, ServiceTime>;

template <typename T>
Json Encode(const T& value);

struct Writer {
  template <typename T>
  void operator()(const char* name, const T& value) {
    if constexpr (kIsStruct<T> || kIsVector<T> || kIsOptional<T>) {
      if (value == T{}) return;
    }
    // Names are unique: append, without the search for a duplicate that operator[] makes.
    members.emplace_back(name, Encode(value));
  }
  Json::object_t members;
};

template <typename T>
Json Encode(const T& value) {
  if constexpr (kIsPlain<T>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(Word(value));
  } else if constexpr (std::same_as<T, ServiceTime>) {
    return FormatIso8601(value);
  } else if constexpr (kIsOptional<T>) {
    return Encode(*value);
  } else if constexpr (kIsVector<T>) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(Encode(item));
    return list;
  } else {
    Writer writer;
    Fields(writer, value);
    return writer.members;
  }
}

template <typename T>
void Decode(const Json& json, T& value);

struct Reader {
  template <typename T>
  void operator()(const char* name, T& value) {
    auto it = json.find(name);
    if (it == json.end()) return;
    try {
      Decode(*it, value);
    } catch (const std::exception& error) {
      throw std::invalid_argument(fmt::format("{}: {}", name, error.what()));
    }
  }
  const Json& json;
};

template <typename T>
void Decode(const Json& json, T& value) {
  if constexpr (kIsPlain<T>) {
    value = json.get<T>();
  } else if constexpr (std::is_enum_v<T>) {
    value = FromWord<T>(json.get_ref<const std::string&>());
  } else if constexpr (std::same_as<T, ServiceTime>) {
    const auto& text = json.get_ref<const std::string&>();
    const auto time = ParseIso8601(text);
    if (!time) throw std::invalid_argument(fmt::format("'{}' is not a time", text));
    value = *time;
  } else if constexpr (kIsOptional<T>) {
    Decode(json, value.emplace());
  } else if constexpr (kIsVector<T>) {
    if (!json.is_array()) throw std::invalid_argument("not a list");
    value.clear();
    for (const Json& item : json) Decode(item, value.emplace_back());
  } else {
    if (!json.is_object()) throw std::invalid_argument("not an object");
    Reader reader{json};
    Fields(reader, value);
  }
}

}  // namespace

template <typename T>
std::string ToJson(const T& record) {
  // Bytes that are no UTF-8 become U+FFFD instead of an exception; callers have checked what users may say.
  return Encode(record).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The exceptions of the JSON library end here.
template <typename T>
StatusOr<T> FromJson(std::string_view text) {
  try {
    T record;
    Decode(Json::parse(text), record);
    return record;
  } catch (const std::exception& error) {
    return absl::DataLossError(error.what());
  }
}

#define EL_INSTANTIATE(T)                   \
  template std::string ToJson<T>(const T&); \
  template StatusOr<T> FromJson<T>(std::string_view);
EL_INSTANTIATE(CacheCluster)
EL_INSTANTIATE(ReplicationGroup)
EL_INSTANTIATE(NodeGroup)
EL_INSTANTIATE(CacheNode)
EL_INSTANTIATE(FailoverRecord)
EL_INSTANTIATE(TagSet)
EL_INSTANTIATE(SubnetGroup)
EL_INSTANTIATE(CacheUser)
EL_INSTANTIATE(CacheUserGroup)
EL_INSTANTIATE(CacheSecurityGroup)
EL_INSTANTIATE(ReservedNode)
EL_INSTANTIATE(IamUser)
EL_INSTANTIATE(IamGroup)
EL_INSTANTIATE(IamRole)
EL_INSTANTIATE(AccessKey)
EL_INSTANTIATE(ManagedPolicy)
EL_INSTANTIATE(ParameterGroup)
EL_INSTANTIATE(Zone)
EL_INSTANTIATE(LabSettings)
#undef EL_INSTANTIATE

}  // namespace elastilab
