#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/faults/faults.h"
#include "controlplane/services/elasticache/group_handlers.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "controlplane/services/elasticache/members.h"
#include "controlplane/services/elasticache/placement.h"
#include "controlplane/services/elasticache/replies.h"

namespace elastilab {
namespace {

struct ReplicaWish {
  int replicas = 0;
  std::vector<std::string> zones;  // primary's first, then the replicas'; may be empty
};

// NewReplicaCount or ReplicaConfiguration, one of them; both operations share the rules.
template <typename Request>
StatusOr<ReplicaWish> ReadReplicaWish(const Request& request) {
  if (!request.apply_immediately()) return InvalidParameterValue("ApplyImmediately must be true for this operation.");
  if (request.has_new_replica_count() == (request.replica_configuration_size() > 0)) {
    return InvalidParameterCombination("Give NewReplicaCount or ReplicaConfiguration, one of them.");
  }
  ReplicaWish wish;
  wish.replicas = request.new_replica_count();
  if (request.replica_configuration_size() > 0) {
    const auto& shard = request.replica_configuration(0);
    wish.replicas = shard.new_replica_count();
    wish.zones.assign(shard.preferred_availability_zones().begin(), shard.preferred_availability_zones().end());
  }
  if (wish.replicas < 0 || wish.replicas >= kMaxMembers) {
    return InvalidParameterValue(
        fmt::format("The number of replicas per node group must be within 0 and 5, not {}.", wish.replicas));
  }
  if (!wish.zones.empty() && static_cast<int>(wish.zones.size()) != wish.replicas + 1) {
    return InvalidParameterCombination(
        fmt::format("PreferredAvailabilityZones must name {} zones, the primary's included; it names {}.", wish.replicas + 1,
                    wish.zones.size()));
  }
  return wish;
}

template <typename Request>
Status CheckNodeGroups(const Request& request, const ReplicationGroup& group) {
  for (const auto& shard : request.replica_configuration()) {
    const auto& known = group.node_groups;
    if (std::find(known.begin(), known.end(), shard.node_group_id()) == known.end()) {
      return NodeGroupNotFound(group.id, shard.node_group_id());
    }
  }
  return absl::OkStatus();
}

// In the ids' stored form, each once.
std::set<std::string> NamedReplicas(const v1::DecreaseReplicaCountRequest& request) {
  std::set<std::string> ids;
  for (const std::string& id : request.replicas_to_remove()) ids.insert(LowerCase(id));
  return ids;
}

StatusOr<ReplicationGroup> FindAvailable(const Draft& draft, const std::string& id) {
  const ReplicationGroup* group = draft.Find<ReplicationGroup>(id);
  if (group == nullptr) return ReplicationGroupNotFound(id);
  if (group->status != GroupStatus::kAvailable) return ReplicationGroupNotAvailable(id, Text(group->status));
  return *group;
}

// The zones of the nodes to add: those asked for that are not there yet, else where the fewest are.
StatusOr<std::vector<std::string>> NewZones(const RequestContext& context, const Draft& draft, const ReplicationGroup& group,
                                            const ReplicaWish& wish, int more) {
  std::map<std::string, int> present = NodesPerZone(draft, group);
  PlacementWish placement;
  placement.nodes = more;
  placement.already = present;
  for (const std::string& zone : wish.zones) {
    if (present[zone]-- > 0) continue;
    placement.preferred.push_back(zone);
  }
  placement.preferred.resize(std::min<size_t>(placement.preferred.size(), more));
  ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(context.region, draft, group.subnet_group));
  return PlaceNodes(placement, ZonesOf(context.region, subnets), LostZones(draft));
}

// Which replicas go: those named, else from zones with the most nodes, the youngest first; never the primary.
StatusOr<std::vector<std::string>> ChooseVictims(const Draft& draft, const ReplicationGroup& group, const NodeGroup& shard,
                                                 const v1::DecreaseReplicaCountRequest& request, int less) {
  const std::set<std::string> named = NamedReplicas(request);
  std::vector<std::string> victims(named.begin(), named.end());
  const CacheNode* primary = draft.Find<CacheNode>(shard.primary);
  for (const std::string& id : victims) {
    const auto& members = group.member_clusters;
    if (std::find(members.begin(), members.end(), id) == members.end()) return CacheClusterNotFound(id);
    if (primary != nullptr && primary->cluster_id == id) {
      return InvalidParameterValue(fmt::format("{} is the primary of replication group {} and cannot be removed.", id, group.id));
    }
  }
  if (!victims.empty()) return victims;
  std::map<std::string, int> load = NodesPerZone(draft, group);
  std::vector<const CacheNode*> replicas;
  for (NodeUid uid : shard.nodes) {
    if (uid != shard.primary) replicas.push_back(draft.Find<CacheNode>(uid));
  }
  while (less-- > 0 && !replicas.empty()) {
    const auto victim = std::max_element(replicas.begin(), replicas.end(), [&](const CacheNode* a, const CacheNode* b) {
      return std::pair(load[a->zone], a->uid) < std::pair(load[b->zone], b->uid);
    });
    victims.push_back((*victim)->cluster_id);
    --load[(*victim)->zone];
    replicas.erase(victim);
  }
  return victims;
}

}  // namespace

Status IncreaseReplicaCount(RequestContext& context, const v1::IncreaseReplicaCountRequest& request,
                            v1::IncreaseReplicaCountResponse& response) {
  ASSIGN_OR_RETURN(const ReplicaWish wish, ReadReplicaWish(request));
  const auto change = [&](Draft& draft, Provision& provision) -> StatusOr<Shown<ReplicationGroup>> {
    ASSIGN_OR_RETURN(ReplicationGroup group, FindAvailable(draft, LowerCase(request.replication_group_id())));
    NodeGroup shard = *draft.Find<NodeGroup>(group.id + "/" + group.node_groups.front());
    const int more = wish.replicas + 1 - static_cast<int>(group.member_clusters.size());
    if (more == 0) return NoOperation(fmt::format("Replication group {} has {} replicas already.", group.id, wish.replicas));
    if (more < 0) {
      return InvalidParameterValue(fmt::format("Replication group {} has {} replicas, more than {}: use DecreaseReplicaCount.",
                                               group.id, group.member_clusters.size() - 1, wish.replicas));
    }
    RETURN_IF_ERROR(CheckNodeGroups(request, group));
    ASSIGN_OR_RETURN(const auto zones, NewZones(context, draft, group, wish, more));
    RETURN_IF_ERROR(provision.CheckNodeQuota(more));
    for (const std::string& zone : zones) {
      const std::string id = FreeMemberId(draft, group);
      RETURN_IF_ERROR(AddMember(provision, draft, group, shard, id, zone, context.now));
      RETURN_IF_ERROR(CopyTags(draft, context.region, group, id));
    }
    group.status = GroupStatus::kModifying;
    draft.Put(shard);
    draft.Put(group);
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const auto changed, MutateAndProvision(context, change));
  FillReply(changed, context.region, *response.mutable_replication_group());
  return absl::OkStatus();
}

Status DecreaseReplicaCount(RequestContext& context, const v1::DecreaseReplicaCountRequest& request,
                            v1::DecreaseReplicaCountResponse& response) {
  const bool named = request.replicas_to_remove_size() > 0;
  ReplicaWish wish;
  if (named) {
    if (!request.apply_immediately()) return InvalidParameterValue("ApplyImmediately must be true for this operation.");
  } else {
    ASSIGN_OR_RETURN(wish, ReadReplicaWish(request));
  }
  const auto change = [&](Draft& draft) -> StatusOr<Shown<ReplicationGroup>> {
    ASSIGN_OR_RETURN(ReplicationGroup group, FindAvailable(draft, LowerCase(request.replication_group_id())));
    const NodeGroup shard = *draft.Find<NodeGroup>(group.id + "/" + group.node_groups.front());
    const int now = static_cast<int>(group.member_clusters.size()) - 1;
    RETURN_IF_ERROR(CheckNodeGroups(request, group));
    const int less = named ? static_cast<int>(NamedReplicas(request).size()) : now - wish.replicas;
    if (less == 0) return NoOperation(fmt::format("Replication group {} has {} replicas already.", group.id, now));
    if (less < 0) {
      return InvalidParameterValue(
          fmt::format("Replication group {} has {} replicas, fewer than {}: use IncreaseReplicaCount.", group.id, now, wish.replicas));
    }
    if (now - less < 1 && group.automatic_failover != AutomaticFailover::kDisabled) {
      return InvalidParameterValue("With automatic failover a group keeps at least one replica: turn it off first.");
    }
    ASSIGN_OR_RETURN(const auto victims, ChooseVictims(draft, group, shard, request, less));
    for (const std::string& id : victims) DeleteClusterRecords(draft, *draft.Find<CacheCluster>(id));
    TellAgents(draft, group);
    group.status = GroupStatus::kModifying;
    draft.Put(group);
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const auto changed, context.region.store.Mutate(change));
  FillReply(changed, context.region, *response.mutable_replication_group());
  return absl::OkStatus();
}

}  // namespace elastilab
