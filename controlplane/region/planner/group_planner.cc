#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/planner/failover.h"
#include "controlplane/region/planner/parameters.h"
#include "controlplane/region/planner/rollout.h"
#include "controlplane/region/planner/wish.h"

namespace elastilab {
namespace {

// Nodes that the failover has in hand, and primaries, are not for TendNode to replace.
bool IsTendedElsewhere(const NodeGroup& shard, const CacheNode& node) {
  if (node.uid == shard.primary) return true;
  return IsMovingPrimary(shard) && (node.uid == shard.failover.old_primary || node.uid == shard.failover.candidate);
}

// What TendNode does for a primary that lives.
void TendLivingPrimary(Planning& p, NodeGroup& shard) {
  auto it = p.plan.records.nodes.find(shard.primary);
  if (it == p.plan.records.nodes.end() || IsMovingPrimary(shard)) return;
  if (!IsDeath(EvidenceOf(p.world, it->second))) TendNode(p, it->second, /*others_hold_data=*/false);
}

bool PrimaryServes(const Planning& p, const NodeGroup& shard) {
  const auto primary = p.plan.records.nodes.find(shard.primary);
  return primary != p.plan.records.nodes.end() && !IsMovingPrimary(shard) && primary->second.holds_data &&
         IsSettled(p.world, primary->second);
}

void TendShard(Planning& p, NodeGroup& shard) {
  TendPrimary(p, shard);
  const bool waits_to_resume =
      std::any_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) { return p.node(uid).stopped; });
  if (waits_to_resume) return;
  TendLivingPrimary(p, shard);
  const bool others_hold_data = PrimaryServes(p, shard);
  for (NodeUid uid : shard.nodes) {
    CacheNode& node = p.node(uid);
    if (!IsTendedElsewhere(shard, node)) TendNode(p, node, others_hold_data);
  }
  RollOut(p, shard);
}

bool AllAvailable(const Planning& p, const NodeGroup& shard) {
  return std::all_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) {
    const CacheNode& node = p.plan.records.nodes.at(uid);
    // A node in a lost zone can't come back before the zone does; the group works without it.
    return node.status == NodeStatus::kAvailable || p.world.lost_zones.contains(node.zone);
  });
}

// Whoever hears that the group is available finds every endpoint open.
bool EndpointsAreOpen(const Planning& p) {
  return std::all_of(p.plan.records.nodes.begin(), p.plan.records.nodes.end(), [&](const auto& entry) {
    const CacheNode& node = entry.second;
    if (node.status != NodeStatus::kAvailable || p.world.lost_zones.contains(node.zone)) return true;
    const auto wished = WishFor(p.plan.records, node).endpoints;
    const auto& open = SeenOf(p.world, node.uid).endpoints;
    return std::is_permutation(wished.begin(), wished.end(), open.begin(), open.end());
  });
}

// A group whose primary does not serve is not available, whatever keeps it.
bool PrimariesAreAvailable(const Planning& p) {
  return std::all_of(p.plan.records.node_groups.begin(), p.plan.records.node_groups.end(), [&](const auto& entry) {
    const auto primary = p.plan.records.nodes.find(entry.second.primary);
    return primary == p.plan.records.nodes.end() || primary->second.status == NodeStatus::kAvailable ||
           primary->second.status == NodeStatus::kDeleting;
  });
}

void RollUpGroup(Planning& p) {
  ReplicationGroup& group = *p.plan.records.group;
  if (group.status == GroupStatus::kAvailable && !PrimariesAreAvailable(p)) group.status = GroupStatus::kModifying;
  bool all_available = true;
  for (auto& [id, shard] : p.plan.records.node_groups) {
    const bool settled = AllAvailable(p, shard) && shard.failover.step == FailoverStep::kNone;
    all_available = all_available && settled;
    if (settled && shard.status != NodeGroupStatus::kDeleting) shard.status = NodeGroupStatus::kAvailable;
  }
  for (const auto& [id, cluster] : p.plan.records.clusters) {
    all_available = all_available && (cluster.status == ClusterStatus::kAvailable ||
                                      (group.status != GroupStatus::kCreating && cluster.status == ClusterStatus::kModifying));
  }
  if (!all_available || group.pending.primary_cluster_id || !IsRolledOut(p.plan.records)) return;
  if (group.status != GroupStatus::kAvailable && !EndpointsAreOpen(p)) return;
  if (group.status == GroupStatus::kCreating) {
    p.TellGroup(group.id, fmt::format("Replication group {} created", group.id));
  }
  if (group.status == GroupStatus::kCreating || group.status == GroupStatus::kModifying) {
    group.status = GroupStatus::kAvailable;
  }
}

// Members whose nodes are gone go too.
void EraseEmptyClusters(Planning& p) {
  Records& records = p.plan.records;
  for (auto it = records.clusters.begin(); it != records.clusters.end();) {
    if (it->second.status != ClusterStatus::kDeleting || !it->second.nodes.empty()) {
      ++it;
      continue;
    }
    p.TellCluster(it->first, "Cache cluster deleted");
    auto& members = records.group->member_clusters;
    members.erase(std::remove(members.begin(), members.end(), it->first), members.end());
    it = records.clusters.erase(it);
  }
  if (records.group->status == GroupStatus::kDeleting && records.clusters.empty()) {
    p.TellGroup(records.group->id, fmt::format("Replication group {} deleted", records.group->id));
    records.group.reset();
    records.node_groups.clear();
  }
}

}  // namespace

Plan PlanGroup(const World& world) {
  Planning p{world, {}};
  p.plan.records = world.records;
  if (world.suspended || !world.records.group) return std::move(p.plan);
  AskWhileAgentsAreAway(p);
  for (auto& [uid, node] : p.plan.records.nodes) JudgeParameters(p, node);
  const bool deleting = p.plan.records.group->status == GroupStatus::kDeleting;
  if (!deleting) {
    for (auto& [id, shard] : p.plan.records.node_groups) TendShard(p, shard);
  }
  RemoveDeletedNodes(p);
  for (auto& [id, cluster] : p.plan.records.clusters) RollUpCluster(p, cluster);
  EraseEmptyClusters(p);
  if (p.plan.records.group && !deleting) RollUpGroup(p);
  RaiseRevisions(world.records, p.plan.records);
  return std::move(p.plan);
}

}  // namespace elastilab
