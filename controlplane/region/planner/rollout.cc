#include "controlplane/region/planner/rollout.h"

#include <algorithm>

#include "controlplane/region/planner/handover.h"
#include "controlplane/region/planner/parameters.h"

namespace elastilab {
namespace {

bool IsUpToDate(const ReplicationGroup& group, const CacheCluster& cluster) {
  return cluster.engine_version == group.engine_version && cluster.node_type == group.node_type &&
         cluster.parameter_group == group.parameter_group;
}

// The agent sees the new launch configuration and restarts the process in good order, on its files.
void Update(Planning& p, CacheNode& node) {
  const ReplicationGroup& group = *p.plan.records.group;
  CacheCluster& cluster = p.cluster(node);
  p.Decide(ActionKind::kUpdate, node, "to what its group says");
  cluster.engine_version = group.engine_version;
  cluster.node_type = group.node_type;
  cluster.parameter_group = group.parameter_group;
  cluster.status = ClusterStatus::kModifying;
  TakeStartupSettings(p, node);
}

bool IsOutdated(const Planning& p, const CacheNode& node) {
  return node.status != NodeStatus::kDeleting &&
         !IsUpToDate(*p.plan.records.group, p.plan.records.clusters.at(node.cluster_id));
}

// A node in a lost zone is no reason to wait: it comes back as what the group says by then.
bool AllServe(const Planning& p, const NodeGroup& shard) {
  return std::all_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) {
    const CacheNode& node = p.plan.records.nodes.at(uid);
    if (p.world.lost_zones.contains(node.zone)) return true;
    return node.status == NodeStatus::kAvailable && IsSettled(p.world, node);
  });
}

}  // namespace

void RollOut(Planning& p, NodeGroup& shard) {
  if (shard.failover.step != FailoverStep::kNone || !AllServe(p, shard)) return;
  for (NodeUid uid : shard.nodes) {
    CacheNode& node = p.node(uid);
    if (uid != shard.primary && IsOutdated(p, node)) return Update(p, node);
  }
  const auto primary = p.plan.records.nodes.find(shard.primary);
  if (primary == p.plan.records.nodes.end() || !IsOutdated(p, primary->second)) return;
  if (!BeginMaintenanceHandover(p, shard)) Update(p, primary->second);
}

bool IsRolledOut(const Records& records) {
  return std::all_of(records.clusters.begin(), records.clusters.end(), [&](const auto& entry) {
    return entry.second.status == ClusterStatus::kDeleting || IsUpToDate(*records.group, entry.second);
  });
}

}  // namespace elastilab
