// CreateCacheCluster, DescribeCacheClusters, DeleteCacheCluster, RebootCacheCluster.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>

#include "controlplane/api/lookup.h"
#include "controlplane/api/new_nodes.h"
#include "controlplane/api/operations.h"
#include "controlplane/api/paging.h"
#include "controlplane/api/replies.h"
#include "controlplane/api/tag_sets.h"
#include "controlplane/api/validate_create.h"
#include "controlplane/api/validate_names.h"
#include "controlplane/faults/cluster_faults.h"
#include "controlplane/faults/common_faults.h"
#include "controlplane/faults/engine_faults.h"
#include "controlplane/faults/group_faults.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

// A name is taken until the last trace of its bearer is gone; groups and clusters share the names.
Status CheckNameIsFree(const Draft& draft, const std::string& id) {
  const bool taken = draft.Find<CacheCluster>(id) != nullptr || draft.Find<ReplicationGroup>(id) != nullptr;
  return taken ? CacheClusterAlreadyExists(id) : absl::OkStatus();
}

std::string PreferredZone(const std::vector<std::string>& zones) {
  const bool same = std::all_of(zones.begin(), zones.end(), [&](const std::string& z) { return z == zones.front(); });
  return same && !zones.empty() ? zones.front() : "Multiple";
}

StatusOr<CacheCluster> InsertCluster(Draft& draft, const RequestContext& ctx, const ClusterSpec& spec) {
  ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(draft, ctx.region, spec.settings.subnet_group));
  RETURN_IF_ERROR(CheckNameIsFree(draft, spec.id));
  RETURN_IF_ERROR(CheckNodeQuota(draft, spec.nodes));
  const PlacementWish wish{spec.nodes, spec.zones, spec.cross_az, {}, subnets.name};
  ASSIGN_OR_RETURN(const std::vector<std::string> zones, PlaceNodes(ZoneStates(draft, ctx.region, subnets), wish));
  CacheCluster cluster = MakeCluster(draft, ctx, spec.id, spec.settings);
  cluster.cross_az = spec.cross_az;
  cluster.preferred_zone = PreferredZone(zones);
  const Role role = spec.settings.engine == Engine::kMemcached ? Role::kNone : Role::kPrimary;
  for (size_t i = 0; i < zones.size(); ++i) {
    RETURN_IF_ERROR(AddNode(draft, ctx, zones[i], FourDigits(static_cast<int>(i) + 1), role, &cluster).status());
  }
  if (spec.settings.engine == Engine::kMemcached) {
    ASSIGN_OR_RETURN(cluster.configuration_endpoint, NewEndpoint(draft, ctx.region, cluster.port));
  }
  draft.Put(cluster);
  RETURN_IF_ERROR(AddTags(draft, ClusterArn(ctx.region, spec.id), spec.settings.tags));
  return cluster;
}

StatusOr<CacheCluster> InsertReplica(Draft& draft, const RequestContext& ctx, const ReplicaSpec& spec) {
  ASSIGN_OR_RETURN(ReplicationGroup group, FindAvailableGroup(draft, spec.group_id));
  RETURN_IF_ERROR(CheckNameIsFree(draft, spec.id));
  if (group.member_clusters.size() >= kMaxGroupMembers) return NodeQuotaForClusterExceeded(kMaxGroupMembers);
  RETURN_IF_ERROR(CheckNodeQuota(draft, 1));
  NodeGroup node_group = OnlyNodeGroup(draft, group);
  ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(draft, ctx.region, group.subnet_group));
  PlacementWish wish{.nodes = 1, .preferred = {}, .spread = true, .beside = {}, .subnet_group = subnets.name};
  if (!spec.zone.empty()) wish.preferred = {spec.zone};
  for (const CacheCluster& member : MembersOf(draft, group)) wish.beside.push_back(OnlyNode(draft, member).zone);
  ASSIGN_OR_RETURN(const std::vector<std::string> zones, PlaceNodes(ZoneStates(draft, ctx.region, subnets), wish));
  ASSIGN_OR_RETURN(const CacheCluster replica, AddMember(draft, ctx, spec.id, zones.front(), Role::kReplica, &group, &node_group));
  group.status = GroupStatus::kModifying;
  node_group.status = NodeGroupStatus::kModifying;
  draft.Put(group);
  draft.Put(node_group);
  RETURN_IF_ERROR(AddTags(draft, ClusterArn(ctx.region, spec.id), TagsAt(draft, GroupArn(ctx.region, group.id))));
  RETURN_IF_ERROR(AddTags(draft, ClusterArn(ctx.region, spec.id), spec.tags));
  return replica;
}

// A member may go when it is a replica that nobody depends on.
Status CheckMemberMayGo(const Draft& draft, const CacheCluster& cluster) {
  ASSIGN_OR_RETURN(const ReplicationGroup group, FindGroup(draft, cluster.group_id));
  const size_t members = MembersOf(draft, group).size();
  if (members == 1) return OnlyMemberOfGroup(cluster);
  const NodeGroup node_group = OnlyNodeGroup(draft, group);
  if (node_group.primary == OnlyNode(draft, cluster).uid) return ServesAsPrimary(cluster);
  const bool failover = group.automatic_failover != AutomaticFailover::kDisabled || group.pending.automatic_failover.value_or(false);
  if (members == 2 && failover) return OnlyReplicaOfGroup(cluster);
  if (group.status != GroupStatus::kAvailable) return GroupOfClusterNotAvailable(cluster, Text(group.status));
  return absl::OkStatus();
}

void MarkGroupModifying(Draft& draft, const CacheCluster& member) {
  ReplicationGroup group = *draft.Find<ReplicationGroup>(member.group_id);
  NodeGroup node_group = OnlyNodeGroup(draft, group);
  group.status = GroupStatus::kModifying;
  node_group.status = NodeGroupStatus::kModifying;
  if (group.snapshotting_cluster_id == member.id) {
    group.snapshotting_cluster_id = draft.Find<CacheNode>(node_group.primary)->cluster_id;
  }
  draft.Put(group);
  draft.Put(node_group);
  // Whoever serves the reader endpoint may change with it.
  for (const CacheCluster& other : MembersOf(draft, group)) TellAgents(draft, other);
}

StatusOr<std::vector<CacheNode>> NodesToReboot(const Draft& draft, const CacheCluster& cluster,
                                               const std::vector<std::string>& ids) {
  const std::vector<CacheNode> nodes = NodesOf(draft, cluster, false);
  std::vector<CacheNode> chosen;
  for (const std::string& id : ids) {
    const auto node = std::find_if(nodes.begin(), nodes.end(), [&](const CacheNode& n) { return n.id == id; });
    if (node == nodes.end()) {
      std::vector<std::string> existing;
      for (const CacheNode& n : nodes) existing.push_back(n.id);
      return UnknownCacheNodes(cluster.id, id, fmt::format("{}", fmt::join(existing, ", ")));
    }
    chosen.push_back(*node);
  }
  return chosen;
}

// A new incarnation on empty files: what the node held in memory is lost, as in the service.
void Reboot(Draft& draft, const RequestContext& ctx, CacheNode node) {
  ++node.incarnation;
  ++node.revision;
  node.status = NodeStatus::kRebooting;
  node.ever_ready = false;
  node.fenced = false;
  node.restarts = 0;
  if (node.role == Role::kReplica) node.follows = 0;
  EmitForCluster(draft, ctx, node.cluster_id, fmt::format("Cache node {} shutdown", node.id));
  draft.Put(std::move(node));
}

}  // namespace

Status CreateCacheCluster(RequestContext& ctx, const v1::CreateCacheClusterRequest& request, v1::CreateCacheClusterResponse& response) {
  if (request.has_replication_group_id()) {
    ASSIGN_OR_RETURN(const ReplicaSpec spec, ValidateCreateReplica(request));
    return ctx.region.store.Mutate([&](Draft& draft) -> Status {
      ASSIGN_OR_RETURN(const CacheCluster replica, InsertReplica(draft, ctx, spec));
      *response.mutable_cache_cluster() = ToReply(replica, draft, ctx.region, false);
      return absl::OkStatus();
    });
  }
  ASSIGN_OR_RETURN(const ClusterSpec spec, ValidateCreateCluster(request, {ctx.region.location.region, std::random_device{}()}));
  if (!ctx.region.engine_is_installed(spec.settings.engine)) return EngineNotInstalled(spec.settings.engine);
  return ctx.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const CacheCluster cluster, InsertCluster(draft, ctx, spec));
    *response.mutable_cache_cluster() = ToReply(cluster, draft, ctx.region, false);
    return absl::OkStatus();
  });
}

Status DescribeCacheClusters(RequestContext& ctx, const v1::DescribeCacheClustersRequest& request,
                             v1::DescribeCacheClustersResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return ctx.region.store.Read([&](const State& state) -> Status {
    const auto add = [&](const CacheCluster& cluster) {
      *response.add_cache_clusters() = ToReply(cluster, state, ctx.region, request.show_cache_node_info());
    };
    if (request.has_cache_cluster_id()) {
      const CacheCluster* cluster = state.Find<CacheCluster>(LowerCase(request.cache_cluster_id()));
      if (cluster == nullptr) return CacheClusterNotFound(request.cache_cluster_id());
      add(*cluster);
      return absl::OkStatus();
    }
    const bool alone = request.show_cache_clusters_not_in_replication_groups();
    ListPage(state.clusters, page, [&](const CacheCluster& cluster) { return !alone || cluster.group_id.empty(); }, add, response);
    return absl::OkStatus();
  });
}

Status DeleteCacheCluster(RequestContext& ctx, const v1::DeleteCacheClusterRequest& request, v1::DeleteCacheClusterResponse& response) {
  return ctx.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const CacheCluster cluster, FindCluster(draft, request.cache_cluster_id()));
    if (request.has_final_snapshot_identifier()) {
      return cluster.engine == Engine::kMemcached ? NotForMemcached("FinalSnapshotIdentifier") : NotServedYet("FinalSnapshotIdentifier");
    }
    if (cluster.status == ClusterStatus::kDeleting) return CacheClusterNotDeletable(cluster);
    if (!cluster.group_id.empty()) RETURN_IF_ERROR(CheckMemberMayGo(draft, cluster));
    if (!IsDeletable(draft, cluster)) return CacheClusterNotDeletable(cluster);
    MarkDeleting(draft, cluster);
    if (!cluster.group_id.empty()) MarkGroupModifying(draft, cluster);
    *response.mutable_cache_cluster() = ToReply(*draft.Find<CacheCluster>(cluster.id), draft, ctx.region, false);
    return absl::OkStatus();
  });
}

Status RebootCacheCluster(RequestContext& ctx, const v1::RebootCacheClusterRequest& request, v1::RebootCacheClusterResponse& response) {
  return ctx.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(CacheCluster cluster, FindCluster(draft, request.cache_cluster_id()));
    if (cluster.status != ClusterStatus::kAvailable) return CacheClusterNotAvailable(cluster);
    ASSIGN_OR_RETURN(const std::vector<CacheNode> nodes, NodesToReboot(draft, cluster, WordsOf(request.cache_node_ids_to_reboot())));
    if (!cluster.group_id.empty()) {
      ASSIGN_OR_RETURN(const ReplicationGroup group, FindGroup(draft, cluster.group_id));
      if (group.status != GroupStatus::kAvailable) return GroupOfClusterNotAvailable(cluster, Text(group.status));
      const NodeGroup node_group = OnlyNodeGroup(draft, group);
      const bool primary = node_group.primary == cluster.nodes.front();
      if (primary && node_group.nodes.size() > 1) {
        return RebootWouldEmptyGroup(cluster);
      }
    }
    for (const CacheNode& node : nodes) Reboot(draft, ctx, node);
    cluster.status = ClusterStatus::kRebooting;
    draft.Put(cluster);
    *response.mutable_cache_cluster() = ToReply(cluster, draft, ctx.region, false);
    return absl::OkStatus();
  });
}

}  // namespace elastilab
