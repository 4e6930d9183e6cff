#include <algorithm>

#include "controlplane/region/planner/parameters.h"
#include "controlplane/region/planner/wish.h"

namespace elastilab {
namespace {

// The list that clients of the configuration endpoint get: a node enters it once it has served, stays while it is
// replaced, and leaves before it is removed.
void UpdateDiscovery(Planning& p, CacheCluster& cluster) {
  if (cluster.configuration_endpoint.empty()) return;
  std::vector<NodeUid> list;
  for (NodeUid uid : cluster.nodes) {
    const CacheNode& node = p.node(uid);
    if (node.status == NodeStatus::kDeleting) continue;
    const bool listed = std::find(cluster.discovered.begin(), cluster.discovered.end(), uid) != cluster.discovered.end();
    if (listed || node.status == NodeStatus::kAvailable) list.push_back(uid);
  }
  if (list == cluster.discovered) return;
  cluster.discovered = std::move(list);
  ++cluster.discovery_version;
}

}  // namespace

Plan PlanCluster(const World& world) {
  Planning p{world, {}};
  p.plan.records = world.records;
  if (world.suspended || world.records.clusters.empty()) return std::move(p.plan);
  CacheCluster& cluster = p.plan.records.clusters.begin()->second;
  AskWhileAgentsAreAway(p);
  for (auto& [uid, node] : p.plan.records.nodes) JudgeParameters(p, node);
  for (auto& [uid, node] : p.plan.records.nodes) {
    TendNode(p, node, /*others_hold_data=*/false);
  }
  RemoveDeletedNodes(p);
  UpdateDiscovery(p, cluster);
  RollUpCluster(p, cluster);
  if (cluster.status == ClusterStatus::kDeleting && cluster.nodes.empty()) {
    p.TellCluster(cluster.id, "Cache cluster deleted");
    p.plan.records.clusters.clear();
  }
  RaiseRevisions(world.records, p.plan.records);
  return std::move(p.plan);
}

}  // namespace elastilab
