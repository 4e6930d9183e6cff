#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "controlplane/region/catalog/engine_choice.h"
#include "controlplane/services/elasticache/cluster_handlers.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/members.h"
#include "controlplane/services/elasticache/parameter_use.h"
#include "controlplane/services/elasticache/placement.h"
#include "controlplane/services/elasticache/provision.h"
#include "controlplane/services/elasticache/replies.h"

namespace elastilab {
namespace {

constexpr int kMaxMemcachedNodes = 40;

struct ChangeWork {
  const RequestContext& context;
  Draft& draft;
  Provision& provision;
  const v1::ModifyCacheClusterRequest& request;
  CacheCluster& cluster;
};

// As many different nodes as the cluster shrinks by, all of them its own; none when it does not shrink.
Status CheckRemovals(const ChangeWork& change, int target) {
  const auto& named = change.request.cache_node_ids_to_remove();
  const std::set<std::string> ids(named.begin(), named.end());
  const size_t surplus = std::max<int>(static_cast<int>(change.cluster.nodes.size()) - target, 0);
  if (ids.size() != surplus) {
    return InvalidParameterCombination(fmt::format("CacheNodeIdsToRemove must name {} nodes to go from {} to {}; it names {}.",
                                                   surplus, change.cluster.nodes.size(), target, ids.size()));
  }
  for (const std::string& id : ids) {
    const bool known = std::any_of(change.cluster.nodes.begin(), change.cluster.nodes.end(),
                                   [&](NodeUid uid) { return change.draft.Find<CacheNode>(uid)->id == id; });
    if (!known) return InvalidParameterValue(fmt::format("Cache cluster {} has no node {}.", change.cluster.id, id));
  }
  return absl::OkStatus();
}

Status RemoveNodes(ChangeWork& change) {
  const auto& ids = change.request.cache_node_ids_to_remove();
  for (NodeUid uid : change.cluster.nodes) {
    CacheNode node = *change.draft.Find<CacheNode>(uid);
    if (std::find(ids.begin(), ids.end(), node.id) == ids.end()) continue;
    node.status = NodeStatus::kDeleting;
    change.draft.Put(node);
  }
  // Another node of the zone may have to serve the configuration endpoint.
  TellAgents(change.draft, change.cluster);
  return absl::OkStatus();
}

Status AddNodes(ChangeWork& change, int target) {
  const int more = target - static_cast<int>(change.cluster.nodes.size());
  PlacementWish wish;
  wish.nodes = more;
  wish.preferred.assign(change.request.new_availability_zones().begin(), change.request.new_availability_zones().end());
  const bool together = change.request.az_mode() == v1::AZ_MODE_SINGLE_AZ && change.cluster.preferred_zone != "Multiple";
  wish.spread = !together && (change.cluster.cross_az || change.request.az_mode() == v1::AZ_MODE_CROSS_AZ);
  for (NodeUid uid : change.cluster.nodes) ++wish.already[change.draft.Find<CacheNode>(uid)->zone];
  if (wish.preferred.empty() && !wish.spread) wish.preferred.assign(more, change.cluster.preferred_zone);
  ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(change.context.region, change.draft, change.cluster.subnet_group));
  ASSIGN_OR_RETURN(const auto zones, PlaceNodes(wish, ZonesOf(change.context.region, subnets), LostZones(change.draft)));
  RETURN_IF_ERROR(change.provision.CheckNodeQuota(more));
  for (const std::string& zone : zones) {
    change.provision.AddNode(change.cluster, FreeNodeId(change.draft, change.cluster), zone, Role::kNone);
  }
  change.draft.Emit({0, SourceType::kCacheCluster, change.cluster.id, "Increasing number of requested nodes", change.context.now});
  return absl::OkStatus();
}

// The zone that is shown is that of the nodes which stay. AZMode moves none of them: it is for those to come.
Status SettleZones(ChangeWork& change) {
  CacheCluster& cluster = change.cluster;
  const bool asked = change.request.has_az_mode();
  const bool cross = change.request.az_mode() == v1::AZ_MODE_CROSS_AZ;
  if (cluster.engine != Engine::kMemcached) {
    if (!cross) return absl::OkStatus();
    return InvalidParameterCombination("AZMode cross-az is for memcached: a redis group spreads with MultiAZEnabled.");
  }
  std::set<std::string> zones;
  for (NodeUid uid : cluster.nodes) {
    const CacheNode& node = *change.draft.Find<CacheNode>(uid);
    if (node.status != NodeStatus::kDeleting) zones.insert(node.zone);
  }
  if (asked && !cross && zones.size() > 1) {
    return InvalidParameterCombination(fmt::format(
        "AZMode single-az does not fit cache cluster {}: it has nodes in {} Availability Zones. Remove those of the other "
        "zones in the same call, at once.", cluster.id, zones.size()));
  }
  if (!zones.empty()) cluster.preferred_zone = zones.size() > 1 ? "Multiple" : *zones.begin();
  cluster.cross_az = zones.size() > 1 || (asked ? cross : cluster.cross_az);
  return absl::OkStatus();
}

// Equal to the present number: takes a pending change back.
Status ChangeNodeCount(ChangeWork& change) {
  const int target = change.request.num_cache_nodes();
  const int now = static_cast<int>(change.cluster.nodes.size());
  if (change.cluster.engine != Engine::kMemcached) {
    if (target == 1) return absl::OkStatus();
    return InvalidParameterValue("NumCacheNodes of a redis cluster is 1. Replicas come with a replication group.");
  }
  if (target < 1) return InvalidParameterValue(fmt::format("NumCacheNodes {} is less than 1.", target));
  if (target > kMaxMemcachedNodes) return NodeQuotaForClusterExceeded(kMaxMemcachedNodes);
  RETURN_IF_ERROR(CheckRemovals(change, target));
  change.cluster.pending.num_nodes.reset();
  change.cluster.pending.node_ids_to_remove.clear();
  if (target == now) return absl::OkStatus();
  if (!change.request.apply_immediately()) {
    change.cluster.pending.num_nodes = target;
    const auto& ids = change.request.cache_node_ids_to_remove();
    change.cluster.pending.node_ids_to_remove.assign(ids.begin(), ids.end());
    return absl::OkStatus();
  }
  change.cluster.resize_from = now;
  change.cluster.status = ClusterStatus::kModifying;
  return target > now ? AddNodes(change, target) : RemoveNodes(change);
}

// The version, and the parameter group, which has to fit it. A group takes effect at once, whatever ApplyImmediately
// says, unless it is for a version that waits.
Status ChangeVersion(ChangeWork& change) {
  CacheCluster& cluster = change.cluster;
  if (!change.request.has_engine_version() && !change.request.has_cache_parameter_group_name()) return absl::OkStatus();
  std::string version = cluster.engine_version;
  if (change.request.has_engine_version()) {
    ASSIGN_OR_RETURN(version, ChooseUpgrade(cluster.engine, cluster.engine_version, change.request.engine_version()));
  }
  const auto asked = change.request.has_cache_parameter_group_name()
                         ? std::optional(change.request.cache_parameter_group_name())
                         : std::nullopt;
  ASSIGN_OR_RETURN(const std::string group,
                   ChooseGroupFor(change.draft, cluster.engine, version, false, cluster.parameter_group, asked));
  if (change.request.has_engine_version() && !change.request.apply_immediately()) {
    cluster.pending.engine_version = version;
    cluster.pending.parameter_group = asked ? std::optional(group) : std::nullopt;
    return absl::OkStatus();
  }
  if (version == cluster.engine_version && group == cluster.parameter_group) return absl::OkStatus();
  cluster.status = ClusterStatus::kModifying;
  cluster.parameter_group = group;
  ApplyParameters(change.draft, cluster);
  if (std::exchange(cluster.engine_version, version) != version) TakeStartupSettings(change.draft, cluster);
  return absl::OkStatus();
}

Status ChangeEngine(ChangeWork& change) {
  CacheCluster& cluster = change.cluster;
  RETURN_IF_ERROR(ChangeVersion(change));
  if (change.request.has_cache_node_type()) {
    if (cluster.engine == Engine::kMemcached) {
      return InvalidParameterCombination("The node type of a memcached cluster cannot be changed: create a new cluster.");
    }
    ASSIGN_OR_RETURN(const std::string type,
                     CheckNodeType(cluster.engine, cluster.engine_version, change.request.cache_node_type()));
    if (!change.request.apply_immediately()) {
      cluster.pending.node_type = type;
    } else if (type != cluster.node_type) {
      cluster.node_type = type;
      TellAgents(change.draft, cluster);
      TakeStartupSettings(change.draft, cluster);
      cluster.status = ClusterStatus::kModifying;
    }
  }
  return absl::OkStatus();
}

// What waited for the window is applied with whatever is applied at once.
v1::ModifyCacheClusterRequest WithPending(v1::ModifyCacheClusterRequest request, CacheCluster& cluster) {
  if (!request.apply_immediately()) return request;
  const PendingClusterChanges waiting = std::exchange(cluster.pending, {});
  if (waiting.engine_version && !request.has_engine_version()) {
    request.set_engine_version(AskedVersion(cluster.engine, *waiting.engine_version));
  }
  if (waiting.parameter_group && !request.has_cache_parameter_group_name()) {
    request.set_cache_parameter_group_name(*waiting.parameter_group);
  }
  if (waiting.node_type && !request.has_cache_node_type()) request.set_cache_node_type(*waiting.node_type);
  if (waiting.num_nodes && !request.has_num_cache_nodes()) {
    request.set_num_cache_nodes(*waiting.num_nodes);
    for (const std::string& id : waiting.node_ids_to_remove) request.add_cache_node_ids_to_remove(id);
  }
  return request;
}

Status RefuseMemberChange(const v1::ModifyCacheClusterRequest& request, const CacheCluster& cluster) {
  const bool of_the_group = request.has_engine_version() || request.has_cache_node_type() ||
                            request.has_num_cache_nodes() || request.has_cache_parameter_group_name();
  if (cluster.group_id.empty() || !of_the_group) return absl::OkStatus();
  return InvalidParameterCombination(fmt::format(
      "Cache cluster {} is a member of replication group {}: use ModifyReplicationGroup for its version, node type and "
      "parameter group.", cluster.id,
      cluster.group_id));
}

}  // namespace

Status ModifyCacheCluster(RequestContext& context, const v1::ModifyCacheClusterRequest& request,
                          v1::ModifyCacheClusterResponse& response) {
  const std::string id = LowerCase(request.cache_cluster_id());
  if (request.has_auth_token()) return NotServedYet("AUTH (AuthToken)");
  if (request.log_delivery_configurations_size() > 0) return NotServedYet("Log delivery");
  if (request.has_scale_config()) return NotServedYet("ScaleConfig");
  const auto modify = [&](Draft& draft, Provision& provision) -> StatusOr<Shown<CacheCluster>> {
    const CacheCluster* found = draft.Find<CacheCluster>(id);
    if (found == nullptr) return CacheClusterNotFound(id);
    if (found->status != ClusterStatus::kAvailable) return CacheClusterNotAvailable(id, Text(found->status));
    RETURN_IF_ERROR(RefuseMemberChange(request, *found));
    CacheCluster cluster = *found;
    const bool snapshots = request.has_snapshot_retention_limit() || request.has_snapshot_window();
    if (cluster.engine == Engine::kMemcached && snapshots) {
      return InvalidParameterCombination("Snapshots are not supported for memcached.");
    }
    ASSIGN_OR_RETURN(bool anything, ModifyCommonAttributes(request, cluster));
    const v1::ModifyCacheClusterRequest asked = WithPending(request, cluster);
    ChangeWork change{context, draft, provision, asked, cluster};
    if (asked.has_num_cache_nodes()) RETURN_IF_ERROR(ChangeNodeCount(change));
    RETURN_IF_ERROR(SettleZones(change));
    RETURN_IF_ERROR(ChangeEngine(change));
    anything = anything || asked.has_num_cache_nodes() || asked.has_az_mode() || asked.has_engine_version() ||
               asked.has_cache_node_type() || asked.has_cache_parameter_group_name();
    if (!anything) return NothingToModify();
    if (found->pending.empty()) cluster.pending_since = context.now;
    draft.Put(cluster);
    return Show(draft, cluster);
  };
  ASSIGN_OR_RETURN(const auto modified, MutateAndProvision(context, modify));
  FillReply(modified, context.region, *response.mutable_cache_cluster());
  return absl::OkStatus();
}

// What a lone redis or valkey held goes with its process, as it does in the service: that is on record like any other loss.
FailoverRecord LossByReboot(const CacheCluster& cluster, const CacheNode& node, ServiceTime now) {
  FailoverRecord record;
  record.id = now.time_since_epoch().count() * 1000 + node.uid % 1000;
  record.group_id = cluster.id;
  record.cause = FailoverCause::kManual;
  record.evidence = "RebootCacheCluster was called";
  record.old_primary = record.new_primary = cluster.id;
  record.started_at = now;
  record.lost_everything = true;
  record.outcome = "rebooted: it began again empty";
  return record;
}

// A reboot is a new incarnation of each node named: real processes end and begin, and what was only in them is lost. The
// new ones take all that the parameter group says.
Status RebootCacheCluster(RequestContext& context, const v1::RebootCacheClusterRequest& request,
                          v1::RebootCacheClusterResponse& response) {
  const std::string id = LowerCase(request.cache_cluster_id());
  const auto reboot = [&](Draft& draft) -> StatusOr<Shown<CacheCluster>> {
    const CacheCluster* found = draft.Find<CacheCluster>(id);
    if (found == nullptr) return CacheClusterNotFound(id);
    if (found->status != ClusterStatus::kAvailable) return CacheClusterNotAvailable(id, Text(found->status));
    if (!found->group_id.empty()) return NotServedYet("Rebooting a member of a replication group");
    CacheCluster cluster = *found;
    const auto group = FindParameterGroup(draft, cluster.parameter_group);
    for (const std::string& node_id : request.cache_node_ids_to_reboot()) {
      bool known = false;
      for (NodeUid uid : cluster.nodes) {
        CacheNode node = *draft.Find<CacheNode>(uid);
        if (node.id != node_id) continue;
        known = true;
        node.status = NodeStatus::kRebooting;
        if (node.holds_data && node.role == Role::kPrimary) draft.Put(LossByReboot(cluster, node, context.now));
        node.ever_ready = node.holds_data = node.keep_files = false;
        node.process = {};
        if (group) node.startup_settings = StartupSettings(*group);
        ++node.incarnation;
        ++node.revision;
        draft.Put(node);
      }
      if (!known) return InvalidParameterValue(fmt::format("Cache cluster {} has no node {}.", id, node_id));
      draft.Emit({0, SourceType::kCacheCluster, id, fmt::format("Cache node {} shutdown", node_id), context.now});
    }
    cluster.status = ClusterStatus::kRebooting;
    draft.Put(cluster);
    return Show(draft, cluster);
  };
  ASSIGN_OR_RETURN(const auto rebooted, context.region.store.Mutate(reboot));
  FillReply(rebooted, context.region, *response.mutable_cache_cluster());
  return absl::OkStatus();
}

}  // namespace elastilab
