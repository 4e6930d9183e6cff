#include "controlplane/store/record_json.h"

#include <nlohmann/json.hpp>

#include "common/time_text.h"

// Times as text that people can read.
template <>
struct nlohmann::adl_serializer<elastilab::ServiceTime> {
  static void to_json(json& j, const elastilab::ServiceTime& t) { j = elastilab::FormatIso8601(t); }
  static void from_json(const json& j, elastilab::ServiceTime& t) {
    t = elastilab::ParseIso8601(j.get<std::string>()).value_or(elastilab::ServiceTime{});
  }
};

// An absent wish is null.
template <typename T>
struct nlohmann::adl_serializer<std::optional<T>> {
  static void to_json(json& j, const std::optional<T>& value) {
    if (value) {
      j = *value;
    } else {
      j = nullptr;
    }
  }
  static void from_json(const json& j, std::optional<T>& value) {
    if (j.is_null()) {
      value.reset();
    } else {
      value = j.get<T>();
    }
  }
};

namespace elastilab {

// Text() gives the service's words, in which a recovering node is "creating" too: documents need one word each.
NLOHMANN_JSON_SERIALIZE_ENUM(Engine, {{Engine::kRedis, "redis"}, {Engine::kValkey, "valkey"}, {Engine::kMemcached, "memcached"}})
NLOHMANN_JSON_SERIALIZE_ENUM(ClusterStatus, {{ClusterStatus::kCreating, "creating"},
                                             {ClusterStatus::kAvailable, "available"},
                                             {ClusterStatus::kModifying, "modifying"},
                                             {ClusterStatus::kRebooting, "rebooting"},
                                             {ClusterStatus::kSnapshotting, "snapshotting"},
                                             {ClusterStatus::kRestoreFailed, "restore-failed"},
                                             {ClusterStatus::kIncompatibleNetwork, "incompatible-network"},
                                             {ClusterStatus::kDeleting, "deleting"}})
NLOHMANN_JSON_SERIALIZE_ENUM(GroupStatus, {{GroupStatus::kCreating, "creating"},
                                           {GroupStatus::kAvailable, "available"},
                                           {GroupStatus::kModifying, "modifying"},
                                           {GroupStatus::kSnapshotting, "snapshotting"},
                                           {GroupStatus::kCreateFailed, "create-failed"},
                                           {GroupStatus::kDeleting, "deleting"}})
NLOHMANN_JSON_SERIALIZE_ENUM(NodeGroupStatus, {{NodeGroupStatus::kCreating, "creating"},
                                               {NodeGroupStatus::kAvailable, "available"},
                                               {NodeGroupStatus::kModifying, "modifying"},
                                               {NodeGroupStatus::kDeleting, "deleting"}})
NLOHMANN_JSON_SERIALIZE_ENUM(NodeStatus, {{NodeStatus::kCreating, "creating"},
                                          {NodeStatus::kAvailable, "available"},
                                          {NodeStatus::kRebooting, "rebooting"},
                                          {NodeStatus::kRecovering, "recovering"},
                                          {NodeStatus::kDeleting, "deleting"}})
NLOHMANN_JSON_SERIALIZE_ENUM(AutomaticFailover, {{AutomaticFailover::kEnabled, "enabled"},
                                                 {AutomaticFailover::kDisabled, "disabled"},
                                                 {AutomaticFailover::kEnabling, "enabling"},
                                                 {AutomaticFailover::kDisabling, "disabling"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Role, {{Role::kNone, "none"}, {Role::kPrimary, "primary"}, {Role::kReplica, "replica"}})
NLOHMANN_JSON_SERIALIZE_ENUM(ZoneStatus, {{ZoneStatus::kUp, "up"}, {ZoneStatus::kLost, "lost"}})
NLOHMANN_JSON_SERIALIZE_ENUM(FailoverStep, {{FailoverStep::kNone, "none"},
                                            {FailoverStep::kFencing, "fencing"},
                                            {FailoverStep::kMeasuring, "measuring"},
                                            {FailoverStep::kPromoting, "promoting"},
                                            {FailoverStep::kReplacing, "replacing"},
                                            {FailoverStep::kRebuilding, "rebuilding"},
                                            {FailoverStep::kReturning, "returning"}})
NLOHMANN_JSON_SERIALIZE_ENUM(FailoverCause, {{FailoverCause::kNone, "none"},
                                             {FailoverCause::kExited, "exited"},
                                             {FailoverCause::kHung, "hung"},
                                             {FailoverCause::kZoneLost, "zone-lost"},
                                             {FailoverCause::kTestFailover, "test-failover"},
                                             {FailoverCause::kManual, "manual"}})

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Endpoint, address, port)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SnapshotPolicy, retention_days, window)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Notification, topic_arn, status)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PendingClusterChanges, num_nodes, node_ids_to_remove, engine_version, node_type)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PendingGroupChanges, primary_cluster_id, automatic_failover, engine_version,
                                                node_type)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CacheCluster, id, generation, group_id, node_group_id, engine, engine_version,
                                                node_type, status, nodes, port, cross_az, preferred_zone, parameter_group,
                                                subnet_group, security_group_ids, maintenance_window, snapshots,
                                                auto_minor_version_upgrade, notification, network_type, ip_discovery,
                                                created_at, pending, configuration_endpoint, discovery_version, discovered,
                                                resize_from)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ReplicationGroup, id, generation, description, status, engine, engine_version,
                                                node_type, cluster_enabled, automatic_failover, multi_az, node_groups,
                                                member_clusters, port, parameter_group, subnet_group, security_group_ids,
                                                maintenance_window, snapshotting_cluster_id, snapshots,
                                                auto_minor_version_upgrade, at_rest_encryption, notification, network_type,
                                                ip_discovery, created_at, pending, configuration_endpoint)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FailoverProgress, step, cause, record_id, old_primary, candidate, probe_id,
                                                started_micros, step_micros)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NodeGroup, group_id, id, status, primary, nodes, slots, primary_endpoint,
                                                reader_endpoint, failover)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CacheNode, uid, cluster_id, id, group_id, node_group_id, zone, address, port,
                                                status, role, follows, incarnation, revision, fenced, ever_ready, restarts,
                                                problem, created_at)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FailoverRecord, id, group_id, node_group_id, cause, evidence, old_primary,
                                                new_primary, started_at, fenced_micros, chosen_micros, promoted_micros,
                                                replaced_micros, old_offset, old_offset_age_micros, new_offset, lost_bytes,
                                                outcome)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Tag, key, value)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TagSet, arn, tags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Subnet, id, zone)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SubnetGroup, name, description, vpc_id, subnets)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Zone, name, status)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LabSettings, region, account, dns_token, clock_offset_ms, suspended)

template <typename T>
std::string ToJson(const T& record) {
  return nlohmann::json(record).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename T>
StatusOr<T> FromJson(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<T>();
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

#define EL_RECORD(T)                        \
  template std::string ToJson(const T&);    \
  template StatusOr<T> FromJson(const std::string&)
EL_RECORD(CacheCluster);
EL_RECORD(ReplicationGroup);
EL_RECORD(NodeGroup);
EL_RECORD(CacheNode);
EL_RECORD(FailoverRecord);
EL_RECORD(TagSet);
EL_RECORD(SubnetGroup);
EL_RECORD(Zone);
EL_RECORD(LabSettings);
#undef EL_RECORD

}  // namespace elastilab
