#include "controlplane/region/planner/shard_change.h"

#include <fmt/format.h>

#include <algorithm>

namespace elastilab {
namespace {

int64_t Since(const World& world, int64_t micros) {
  return micros == 0 || micros > world.now_micros ? 0 : world.now_micros - micros;
}

std::string EvidenceText(const Planning& p, const CacheNode& node, FailoverCause cause) {
  switch (cause) {
    case FailoverCause::kTestFailover:
      return "TestFailover was called";
    case FailoverCause::kMaintenance:
      return "its node was to be changed";
    case FailoverCause::kManual:
      return "a promotion by hand was asked for";
    default:
      break;
  }
  const std::string seen = Describe(EvidenceOf(p.world, node), node, SeenOf(p.world, node.uid));
  return cause == FailoverCause::kZoneLost ? fmt::format("zone {} is lost; {}", node.zone, seen) : seen;
}

}  // namespace

bool IsMovingPrimary(const NodeGroup& shard) {
  return shard.failover.step != FailoverStep::kNone && shard.failover.step != FailoverStep::kReplacing;
}

void EnterStep(Planning& p, NodeGroup& shard, FailoverStep step) {
  shard.failover.step = step;
  shard.failover.step_micros = p.world.now_micros;
}

int64_t SinceStep(const Planning& p, const NodeGroup& shard) { return Since(p.world, shard.failover.step_micros); }
int64_t SinceCause(const Planning& p, const NodeGroup& shard) { return Since(p.world, shard.failover.started_micros); }

FailoverRecord& RecordOf(Planning& p, NodeGroup& shard) { return p.plan.records.failovers[shard.failover.record_id]; }

void OpenRecord(Planning& p, NodeGroup& shard, CacheNode& old, FailoverCause cause) {
  const NodeObservation& seen = SeenOf(p.world, old.uid);
  const bool same = seen.incarnation == old.incarnation;
  const bool exit_timed = cause == FailoverCause::kExited && same && seen.exit_micros > 0 &&
                          Since(p.world, seen.exit_micros) < 10'000'000;
  shard.failover.cause = cause;
  shard.failover.old_primary = old.uid;
  shard.failover.candidate = 0;
  shard.failover.started_micros = exit_timed ? seen.exit_micros : p.world.now_micros;
  shard.failover.record_id = p.world.now.time_since_epoch().count() * 1000 + old.uid % 1000;
  FailoverRecord& record = RecordOf(p, shard);
  record.id = shard.failover.record_id;
  record.group_id = shard.group_id;
  record.node_group_id = shard.id;
  record.cause = cause;
  record.evidence = EvidenceText(p, old, cause);
  record.old_primary = old.cluster_id;
  record.started_at = p.world.now;
  if (same) record.old_keys = seen.keys;
  if (same && seen.offset_micros > 0) {
    record.old_offset = seen.offset;
    record.old_offset_age_micros = std::max<int64_t>(0, shard.failover.started_micros - seen.offset_micros);
  }
  shard.status = NodeGroupStatus::kModifying;
  if (p.plan.records.group->status == GroupStatus::kAvailable) p.plan.records.group->status = GroupStatus::kModifying;
}

void EndChange(NodeGroup& shard) { shard.failover = {}; }

std::vector<NodeUid> Eligible(const Planning& p, const NodeGroup& shard, NodeUid old_primary) {
  std::vector<NodeUid> eligible;
  for (NodeUid uid : shard.nodes) {
    const CacheNode& node = p.plan.records.nodes.at(uid);
    if (uid == old_primary || !node.holds_data || node.fenced) continue;
    if (node.status == NodeStatus::kDeleting || node.status == NodeStatus::kCreating) continue;
    if (HasAgent(p.world, node) && EvidenceOf(p.world, node) == Evidence::kAnswers) eligible.push_back(uid);
  }
  return eligible;
}

bool MayBecomeEligible(const Planning& p, const NodeGroup& shard, NodeUid old_primary) {
  return std::any_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) {
    const CacheNode& node = p.plan.records.nodes.at(uid);
    if (uid == old_primary || !node.holds_data || node.fenced) return false;
    return node.status != NodeStatus::kDeleting && !IsDeath(EvidenceOf(p.world, node));
  });
}

NodeUid LeastLag(const Planning& p, const std::vector<NodeUid>& eligible) {
  return *std::max_element(eligible.begin(), eligible.end(), [&](NodeUid a, NodeUid b) {
    const int64_t offset_a = SeenOf(p.world, a).offset;
    const int64_t offset_b = SeenOf(p.world, b).offset;
    return offset_a != offset_b ? offset_a < offset_b : a > b;
  });
}

void FollowersOf(Planning& p, NodeGroup& shard, NodeUid primary) {
  for (NodeUid uid : shard.nodes) {
    CacheNode& node = p.node(uid);
    if (uid != primary && node.role == Role::kReplica && node.status != NodeStatus::kDeleting) node.follows = primary;
  }
}

bool HoldsPrimaryEndpoint(const World& world, const NodeGroup& shard, const CacheNode& node) {
  const auto& endpoints = SeenOf(world, node.uid).endpoints;
  return IsSettled(world, node) &&
         std::find(endpoints.begin(), endpoints.end(), shard.primary_endpoint.address) != endpoints.end();
}

void TellFailover(Planning& p, const NodeGroup& shard, const CacheNode& old, const CacheNode& chosen) {
  const std::string text = fmt::format("Failover from primary node {} to replica node {} completed", old.cluster_id,
                                       chosen.cluster_id);
  p.TellCluster(chosen.cluster_id, text);
  p.TellGroup(shard.group_id, text);
}

std::string NameOf(const NodeGroup& shard) { return shard.group_id + " " + shard.id; }

}  // namespace elastilab
