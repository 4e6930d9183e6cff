#include <fmt/format.h>

#include <set>

#include "controlplane/api/validate_create.h"
#include "controlplane/api/validate_engine.h"
#include "controlplane/api/validate_names.h"
#include "controlplane/faults/cluster_faults.h"
#include "controlplane/faults/common_faults.h"
#include "controlplane/faults/engine_faults.h"
#include "controlplane/faults/group_faults.h"
#include "controlplane/faults/placement_faults.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using Request = v1::CreateReplicationGroupRequest;

StatusOr<Engine> ValidateGroupEngine(const std::string& text) {
  if (text.empty()) return Engine::kRedis;
  const auto engine = ParseEngine(text);
  if (!engine || *engine == Engine::kMemcached) return UnknownEngine(text, "redis or valkey");
  return *engine;
}

// Everything that asks for several node groups or hash slots.
Status RefuseClusterMode(const Request& request) {
  if (request.num_node_groups() > 1) return ClusterModeNotServedYet("NumNodeGroups > 1");
  if (request.node_group_configuration_size() > 1) return ClusterModeNotServedYet("More than one NodeGroupConfiguration");
  if (request.has_cluster_mode() && request.cluster_mode() != v1::CLUSTER_MODE_DISABLED) {
    return ClusterModeNotServedYet("ClusterMode");
  }
  const auto group = ParseDefaultParameterGroup(LowerCase(request.cache_parameter_group_name()));
  if (group && group->cluster_mode) return ClusterModeNotServedYet(request.cache_parameter_group_name());
  if (request.has_num_node_groups() && request.num_node_groups() < 1) {
    return ValueOutOfRange("NumNodeGroups", request.num_node_groups(), 1, 90);
  }
  return absl::OkStatus();
}

Status RefuseUnserved(const Request& request) {
  if (request.has_global_replication_group_id()) return NotServedYet("GlobalReplicationGroupId");
  if (request.has_kms_key_id()) return NotServedYet("KmsKeyId");
  if (request.has_transit_encryption_mode()) return NotServedYet("TransitEncryptionMode");
  if (request.user_group_ids_size() > 0) return NotServedYet("UserGroupIds");
  if (request.data_tiering_enabled()) return NotServedYet("DataTieringEnabled");
  if (request.has_serverless_cache_snapshot_name()) return NotServedYet("ServerlessCacheSnapshotName");
  return absl::OkStatus();
}

Status FillMembersFromCounts(const Request& request, GroupSpec& spec) {
  if (request.has_num_cache_clusters() && request.has_replicas_per_node_group()) {
    return InvalidCombination("Cannot specify NumCacheClusters together with ReplicasPerNodeGroup: give one of them.");
  }
  if (request.has_num_cache_clusters()) {
    const int members = request.num_cache_clusters();
    if (members < 1 || members > kMaxGroupMembers) return ValueOutOfRange("NumCacheClusters", members, 1, kMaxGroupMembers);
    spec.members = members;
  } else if (request.has_replicas_per_node_group()) {
    const int replicas = request.replicas_per_node_group();
    if (replicas < 0 || replicas >= kMaxGroupMembers) {
      return ValueOutOfRange("ReplicasPerNodeGroup", replicas, 0, kMaxGroupMembers - 1);
    }
    spec.members = replicas + 1;
  }
  spec.zones = WordsOf(request.preferred_cache_cluster_azs());
  if (spec.zones.empty()) return absl::OkStatus();
  if (!request.has_num_cache_clusters() && !request.has_replicas_per_node_group()) {
    spec.members = static_cast<int>(spec.zones.size());
  }
  if (spec.zones.size() != static_cast<size_t>(spec.members)) {
    return WrongNumberOfZones("PreferredCacheClusterAZs", spec.members, spec.zones.size());
  }
  return absl::OkStatus();
}

// One node group may be described as such, too.
Status FillMembersFromConfiguration(const Request& request, GroupSpec& spec) {
  const v1::NodeGroupConfiguration& shard = request.node_group_configuration(0);
  if (shard.has_slots()) return ClusterModeNotServedYet("Slots");
  if (request.has_num_cache_clusters() || request.preferred_cache_cluster_azs_size() > 0) {
    return InvalidCombination("NodeGroupConfiguration cannot be given together with NumCacheClusters or PreferredCacheClusterAZs.");
  }
  const int replicas = shard.has_replica_count() ? shard.replica_count()
                       : shard.replica_availability_zones_size() > 0 ? shard.replica_availability_zones_size()
                                                                     : request.replicas_per_node_group();
  if (replicas < 0 || replicas >= kMaxGroupMembers) return ValueOutOfRange("ReplicaCount", replicas, 0, kMaxGroupMembers - 1);
  spec.members = replicas + 1;
  if (!shard.has_primary_availability_zone() && shard.replica_availability_zones_size() == 0) return absl::OkStatus();
  if (!shard.has_primary_availability_zone()) return MissingParameter("PrimaryAvailabilityZone");
  if (shard.replica_availability_zones_size() != replicas) {
    return WrongNumberOfZones("ReplicaAvailabilityZones", replicas, shard.replica_availability_zones_size());
  }
  spec.zones = {shard.primary_availability_zone()};
  for (const std::string& zone : shard.replica_availability_zones()) spec.zones.push_back(zone);
  return absl::OkStatus();
}

Status FillAvailability(const Request& request, GroupSpec& spec) {
  spec.automatic_failover = request.automatic_failover_enabled();
  spec.multi_az = request.multi_az_enabled();
  if (spec.automatic_failover && spec.members < 2) return FailoverNeedsTwoMembers();
  if (!spec.multi_az) return absl::OkStatus();
  if (!spec.automatic_failover) return MultiAzNeedsFailover();
  const std::set<std::string> different(spec.zones.begin(), spec.zones.end());
  return different.size() == 1 ? MultiAzNeedsTwoZones(*different.begin()) : absl::OkStatus();
}

// What the request leaves open is as the primary has it.
Request CompletedBy(const CacheCluster& primary, Request request) {
  if (!request.has_engine()) request.set_engine(std::string(Text(primary.engine)));
  if (!request.has_engine_version()) {
    const EngineVersion* version = FindFullEngineVersion(primary.engine, primary.engine_version);
    if (version != nullptr) request.set_engine_version(version->short_version);
  }
  if (!request.has_cache_node_type()) request.set_cache_node_type(primary.node_type);
  if (!request.has_port()) request.set_port(primary.port);
  if (!request.has_cache_parameter_group_name()) request.set_cache_parameter_group_name(primary.parameter_group);
  if (!request.has_cache_subnet_group_name()) request.set_cache_subnet_group_name(primary.subnet_group);
  if (!request.has_preferred_maintenance_window()) request.set_preferred_maintenance_window(primary.maintenance_window);
  if (!request.has_snapshot_window()) request.set_snapshot_window(primary.snapshots.window);
  if (!request.has_snapshot_retention_limit()) request.set_snapshot_retention_limit(primary.snapshots.retention_days);
  if (request.security_group_ids_size() == 0) {
    for (const std::string& id : primary.security_group_ids) request.add_security_group_ids(id);
  }
  if (!request.has_auto_minor_version_upgrade()) request.set_auto_minor_version_upgrade(primary.auto_minor_version_upgrade);
  return request;
}

Status CheckMatches(const CacheCluster& primary, const CacheSettings& settings) {
  const auto differs = [&](std::string_view parameter, std::string_view has, std::string_view asked) {
    return InvalidCombination(fmt::format("{} must be that of the primary cluster {}, {}, and not {}: leave it out.", parameter,
                                          primary.id, has, asked));
  };
  if (settings.engine != primary.engine) return differs("Engine", Text(primary.engine), Text(settings.engine));
  if (settings.engine_version != primary.engine_version) {
    return differs("EngineVersion", primary.engine_version, settings.engine_version);
  }
  if (settings.node_type != primary.node_type) return differs("CacheNodeType", primary.node_type, settings.node_type);
  if (settings.port != primary.port) return differs("Port", std::to_string(primary.port), std::to_string(settings.port));
  if (settings.subnet_group != primary.subnet_group) {
    return differs("CacheSubnetGroupName", primary.subnet_group, settings.subnet_group);
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<GroupSpec> ValidateCreateGroup(const Request& given, const CacheCluster* primary, const ValidationFacts& facts) {
  const Request request = primary == nullptr ? given : CompletedBy(*primary, given);
  GroupSpec spec;
  ASSIGN_OR_RETURN(spec.id, ValidateGroupId(request.replication_group_id()));
  spec.description = request.replication_group_description();
  RETURN_IF_ERROR(ValidateDescription("ReplicationGroupDescription", spec.description));
  ASSIGN_OR_RETURN(const Engine engine, ValidateGroupEngine(request.engine()));
  RETURN_IF_ERROR(RefuseClusterMode(request));
  RETURN_IF_ERROR(RefuseUnserved(request));
  ASSIGN_OR_RETURN(spec.settings, ValidateSettings(request, engine, facts));
  if (primary != nullptr) RETURN_IF_ERROR(CheckMatches(*primary, spec.settings));
  RETURN_IF_ERROR(request.node_group_configuration_size() == 1 ? FillMembersFromConfiguration(request, spec)
                                                               : FillMembersFromCounts(request, spec));
  RETURN_IF_ERROR(FillAvailability(request, spec));
  spec.at_rest_encryption = request.has_at_rest_encryption_enabled() ? request.at_rest_encryption_enabled()
                                                                     : engine == Engine::kValkey;
  return spec;
}

}  // namespace elastilab
