#include <fmt/format.h>

#include "controlplane/region/catalog/engine_choice.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/group_handlers.h"
#include "controlplane/services/elasticache/members.h"
#include "controlplane/services/elasticache/parameter_use.h"
#include "controlplane/services/elasticache/placement.h"
#include "controlplane/services/elasticache/replies.h"

namespace elastilab {
namespace {

std::optional<std::string> Given(bool has, const std::string& text) { return has ? std::optional(text) : std::nullopt; }

// What this version cannot make real yet.
Status RefuseGroupFeatures(const v1::CreateReplicationGroupRequest& request) {
  RETURN_IF_ERROR(RefuseWhatIsNotServed(request));
  if (request.has_num_node_groups() && request.num_node_groups() < 1) {
    return InvalidParameterValue(fmt::format("NumNodeGroups must be 1 or more, not {}.", request.num_node_groups()));
  }
  const bool cluster_mode = request.num_node_groups() > 1 || request.cluster_mode() == v1::CLUSTER_MODE_ENABLED ||
                            request.cluster_mode() == v1::CLUSTER_MODE_COMPATIBLE || request.node_group_configuration_size() > 1;
  if (cluster_mode) return NotServedYet("Cluster mode (more than one node group)");
  if (request.has_kms_key_id()) return NotServedYet("Encryption at rest with a key of your own (KmsKeyId)");
  if (request.user_group_ids_size() > 0) return NotServedYet("User groups on a replication group");
  if (request.has_global_replication_group_id()) return NotServedYet("A global datastore");
  if (request.has_serverless_cache_snapshot_name()) return NotServedYet("Restoring a serverless snapshot");
  if (request.data_tiering_enabled()) return NotServedYet("Data tiering");
  if (request.has_primary_cluster_id()) return NotServedYet("Making a group around an existing cluster (PrimaryClusterId)");
  return absl::OkStatus();
}

// The members' zones, from PreferredCacheClusterAZs or the one node group's configuration.
StatusOr<std::vector<std::string>> PreferredZones(const v1::CreateReplicationGroupRequest& request, int members) {
  std::vector<std::string> zones(request.preferred_cache_cluster_azs().begin(), request.preferred_cache_cluster_azs().end());
  if (request.node_group_configuration_size() == 0) return zones;
  const auto& shard = request.node_group_configuration(0);
  if (!zones.empty()) {
    return InvalidParameterCombination("Give PreferredCacheClusterAZs or NodeGroupConfiguration, not both.");
  }
  if (!shard.has_primary_availability_zone() && shard.replica_availability_zones_size() == 0) return zones;
  zones.push_back(shard.primary_availability_zone());
  zones.insert(zones.end(), shard.replica_availability_zones().begin(), shard.replica_availability_zones().end());
  if (static_cast<int>(zones.size()) != members) {
    return InvalidParameterCombination(fmt::format(
        "NodeGroupConfiguration names {} availability zones for {} nodes: one for the primary and one for each replica.",
        zones.size(), members));
  }
  return zones;
}

// The number of nodes that a parameter asks for, which counts nodes, or replicas without their primary.
StatusOr<int> MembersFor(std::string_view parameter, int value, bool counts_replicas) {
  const int64_t members = int64_t{value} + (counts_replicas ? 1 : 0);
  if (members >= 1 && members <= kMaxMembers) return static_cast<int>(members);
  return InvalidParameterValue(
      fmt::format("The number of replicas per node group must be within 0 and 5: {} is {}.", parameter, value));
}

StatusOr<int> CountMembers(const v1::CreateReplicationGroupRequest& request) {
  const bool by_replicas = request.has_replicas_per_node_group();
  const bool by_shard = request.node_group_configuration_size() > 0 && request.node_group_configuration(0).has_replica_count();
  if (request.has_num_cache_clusters() && (by_replicas || by_shard)) {
    return InvalidParameterCombination("Cannot specify NumCacheClusters together with ReplicasPerNodeGroup or ReplicaCount.");
  }
  if (by_shard) return MembersFor("ReplicaCount", request.node_group_configuration(0).replica_count(), true);
  if (by_replicas) return MembersFor("ReplicasPerNodeGroup", request.replicas_per_node_group(), true);
  if (request.has_num_cache_clusters()) return MembersFor("NumCacheClusters", request.num_cache_clusters(), false);
  if (request.preferred_cache_cluster_azs_size() == 0) return 1;
  return MembersFor("the number of PreferredCacheClusterAZs", request.preferred_cache_cluster_azs_size(), false);
}

Status CheckFailover(const v1::CreateReplicationGroupRequest& request, int members, const std::vector<std::string>& preferred) {
  if (request.automatic_failover_enabled() && members < 2) {
    return InvalidParameterCombination(
        "When using automatic failover, there must be at least 2 cache clusters in the replication group.");
  }
  if (!request.multi_az_enabled()) return absl::OkStatus();
  if (!request.automatic_failover_enabled()) {
    return InvalidParameterCombination("Must have automatic failover enabled for Multi-AZ: set AutomaticFailoverEnabled too.");
  }
  if (!preferred.empty() && std::set(preferred.begin(), preferred.end()).size() < 2) {
    return InvalidParameterCombination("Multi-AZ needs nodes in two availability zones or more; all were asked for in one.");
  }
  return absl::OkStatus();
}

StatusOr<ReplicationGroup> ReadGroup(const RequestContext& context, const std::string& id,
                                     const v1::CreateReplicationGroupRequest& request) {
  EngineWish wish;
  wish.in_group = true;
  wish.engine = Given(request.has_engine(), request.engine());
  wish.version = Given(request.has_engine_version(), request.engine_version());
  wish.node_type = Given(request.has_cache_node_type(), request.cache_node_type());
  wish.parameter_group = Given(request.has_cache_parameter_group_name(), request.cache_parameter_group_name());
  ASSIGN_OR_RETURN(const EngineChoice choice, ChooseEngine(wish));
  RETURN_IF_ERROR(CheckInstalled(context.region, choice.engine));
  ReplicationGroup group;
  group.id = id;
  group.description = request.replication_group_description();
  if (group.description.size() > 255) return InvalidParameterValue("ReplicationGroupDescription has more than 255 characters.");
  group.engine = choice.engine;
  group.engine_version = choice.full_version;
  group.node_type = choice.node_type;
  group.parameter_group = choice.parameter_group;
  group.port = request.has_port() ? request.port() : choice.default_port;
  RETURN_IF_ERROR(CheckPort(group.port));
  group.subnet_group = request.has_cache_subnet_group_name() ? LowerCase(request.cache_subnet_group_name()) : "default";
  group.automatic_failover = request.automatic_failover_enabled() ? AutomaticFailover::kEnabled : AutomaticFailover::kDisabled;
  group.multi_az = request.multi_az_enabled();
  group.at_rest_encryption = request.at_rest_encryption_enabled();
  group.created_at = context.now;
  RETURN_IF_ERROR(FillCommonAttributes(request, group));
  return group;
}

// Endpoints, members and their nodes.
Status ProvisionGroup(const RequestContext& context, Draft& draft, Provision& provision, ReplicationGroup& group,
                      const std::vector<std::string>& zones) {
  RETURN_IF_ERROR(provision.CheckNodeQuota(static_cast<int>(zones.size())));
  NodeGroup shard;
  shard.group_id = group.id;
  shard.id = "0001";
  shard.primary_endpoint = provision.NewEndpoint(group.port);
  shard.reader_endpoint = provision.NewEndpoint(group.port);
  group.generation = draft.NextId();
  group.node_groups = {shard.id};
  for (size_t i = 0; i < zones.size(); ++i) {
    const std::string id = MemberClusterId(group.id, shard.id, false, static_cast<int>(i) + 1);
    RETURN_IF_ERROR(AddMember(provision, draft, group, shard, id, zones[i], context.now));
  }
  draft.Put(shard);
  draft.Put(group);
  return absl::OkStatus();
}

}  // namespace

// Accepts the request and records the wish; the planner makes it true.
Status CreateReplicationGroup(RequestContext& context, const v1::CreateReplicationGroupRequest& request,
                              v1::CreateReplicationGroupResponse& response) {
  ASSIGN_OR_RETURN(const std::string id, CheckIdentifier("ReplicationGroupId", request.replication_group_id(), kMaxGroupId));
  RETURN_IF_ERROR(RefuseGroupFeatures(request));
  ASSIGN_OR_RETURN(const int members, CountMembers(request));
  ASSIGN_OR_RETURN(const auto preferred, PreferredZones(request, members));
  RETURN_IF_ERROR(CheckFailover(request, members, preferred));
  ASSIGN_OR_RETURN(const ReplicationGroup wish, ReadGroup(context, id, request));
  const auto create = [&](Draft& draft, Provision& provision) -> StatusOr<Shown<ReplicationGroup>> {
    if (draft.Find<ReplicationGroup>(id) != nullptr || draft.Find<CacheCluster>(id) != nullptr) {
      return ReplicationGroupAlreadyExists(id);
    }
    RETURN_IF_ERROR(ChooseGroupFor(draft, wish.engine, wish.engine_version, true, "", wish.parameter_group).status());
    ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(context.region, draft, wish.subnet_group));
    PlacementWish placement;
    placement.nodes = members;
    placement.preferred = preferred;
    ASSIGN_OR_RETURN(const auto zones, PlaceNodes(placement, ZonesOf(context.region, subnets), LostZones(draft)));
    if (wish.multi_az && std::set(zones.begin(), zones.end()).size() < 2) {
      return InvalidParameterCombination(fmt::format(
          "Multi-AZ needs two availability zones or more; cache subnet group {} covers one that is up.", wish.subnet_group));
    }
    ReplicationGroup group = wish;
    RETURN_IF_ERROR(ProvisionGroup(context, draft, provision, group, zones));
    if (group.at_rest_encryption) {
      draft.Emit({0, SourceType::kReplicationGroup, id, "Encryption at rest is on record only: this lab's files are as safe as the "
                                                        "disk of its host, which ElastiLab does not encrypt", context.now});
    }
    const std::vector<Tag> tags = ReadTags(request.tags());
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "replicationgroup", id), tags));
    for (const std::string& member : group.member_clusters) {
      RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "cluster", member), tags));
    }
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const auto created, MutateAndProvision(context, create));
  FillReply(created, context.region, *response.mutable_replication_group());
  return absl::OkStatus();
}

Status DescribeReplicationGroups(RequestContext& context, const v1::DescribeReplicationGroupsRequest& request,
                                 v1::DescribeReplicationGroupsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    const Lookup find = LookupIn(state);
    if (request.has_replication_group_id() && !request.replication_group_id().empty()) {
      const ReplicationGroup* group = state.Find<ReplicationGroup>(LowerCase(request.replication_group_id()));
      if (group == nullptr) return ReplicationGroupNotFound(request.replication_group_id());
      FillReplicationGroup(*group, find, context.region, *response.add_replication_groups());
      return absl::OkStatus();
    }
    auto it = page.after ? state.groups.upper_bound(*page.after) : state.groups.begin();
    for (; it != state.groups.end(); ++it) {
      if (response.replication_groups_size() == page.limit) {
        response.set_marker(MarkerFor(page.listing, response.replication_groups(page.limit - 1).replication_group_id()));
        break;
      }
      FillReplicationGroup(*it->second, find, context.region, *response.add_replication_groups());
    }
    return absl::OkStatus();
  });
}

Status DeleteReplicationGroup(RequestContext& context, const v1::DeleteReplicationGroupRequest& request,
                              v1::DeleteReplicationGroupResponse& response) {
  const std::string id = LowerCase(request.replication_group_id());
  if (request.has_final_snapshot_identifier()) return NotServedYet("A final snapshot (FinalSnapshotIdentifier)");
  if (request.retain_primary_cluster()) return NotServedYet("Keeping the primary cluster (RetainPrimaryCluster)");
  const auto erase = [&](Draft& draft) -> StatusOr<Shown<ReplicationGroup>> {
    const ReplicationGroup* found = draft.Find<ReplicationGroup>(id);
    if (found == nullptr) return ReplicationGroupNotFound(id);
    const bool settled = found->status == GroupStatus::kAvailable || found->status == GroupStatus::kCreateFailed;
    // A create that cannot succeed must be deletable, and so must a group that waits for a lost zone.
    const bool stuck = found->status == GroupStatus::kCreating || found->status == GroupStatus::kModifying;
    if (!settled && !stuck) {
      return InvalidReplicationGroupState(
          fmt::format("Replication group {} is {}: it is being deleted already.", id, Text(found->status)));
    }
    ReplicationGroup group = *found;
    group.status = GroupStatus::kDeleting;
    for (const std::string& member : group.member_clusters) DeleteClusterRecords(draft, *draft.Find<CacheCluster>(member));
    for (const std::string& shard_id : group.node_groups) {
      NodeGroup shard = *draft.Find<NodeGroup>(id + "/" + shard_id);
      shard.status = NodeGroupStatus::kDeleting;
      draft.Put(shard);
    }
    draft.Put(group);
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const auto deleted, context.region.store.Mutate(erase));
  FillReply(deleted, context.region, *response.mutable_replication_group());
  return absl::OkStatus();
}

void AddReplicationGroupHandlers(HandlerTable& table) {
  table["CreateReplicationGroup"] = Typed(CreateReplicationGroup);
  table["DescribeReplicationGroups"] = Typed(DescribeReplicationGroups);
  table["ModifyReplicationGroup"] = Typed(ModifyReplicationGroup);
  table["DeleteReplicationGroup"] = Typed(DeleteReplicationGroup);
  table["IncreaseReplicaCount"] = Typed(IncreaseReplicaCount);
  table["DecreaseReplicaCount"] = Typed(DecreaseReplicaCount);
  table["TestFailover"] = Typed(TestFailover);
}

}  // namespace elastilab
