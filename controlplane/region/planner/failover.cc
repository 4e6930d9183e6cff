#include "controlplane/region/planner/failover.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/planner/wish.h"

namespace elastilab {
namespace {

void EnterStep(Planning& p, NodeGroup& shard, FailoverStep step) {
  shard.failover.step = step;
  shard.failover.step_micros = p.world.now_micros;
}

FailoverRecord& Record(Planning& p, NodeGroup& shard) { return p.plan.records.failovers[shard.failover.record_id]; }

int64_t SinceCause(const Planning& p, const NodeGroup& shard) {
  return std::max<int64_t>(0, p.world.now_micros - shard.failover.started_micros);
}

// Replicas that hold the data, serve, and can be told to become primary.
std::vector<NodeUid> Eligible(const Planning& p, const NodeGroup& shard) {
  std::vector<NodeUid> eligible;
  for (NodeUid uid : shard.nodes) {
    const CacheNode& node = p.plan.records.nodes.at(uid);
    if (uid == shard.failover.old_primary || node.status != NodeStatus::kAvailable || node.fenced) continue;
    if (HasAgent(p.world, node) && LifeOf(p.world, node) == Life::kServing) eligible.push_back(uid);
  }
  return eligible;
}

// A replica whose state is not known yet, or whose agent is on its way back, may still save the data.
bool MayBecomeEligible(const Planning& p, const NodeGroup& shard) {
  return std::any_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) {
    const CacheNode& node = p.plan.records.nodes.at(uid);
    if (uid == shard.failover.old_primary || node.status != NodeStatus::kAvailable || HasAgent(p.world, node)) return false;
    if (p.world.lost_zones.contains(node.zone)) return false;
    const Life life = LifeOf(p.world, node);
    return life == Life::kUnknown || life == Life::kServing;
  });
}

NodeUid LeastLag(const Planning& p, const std::vector<NodeUid>& eligible) {
  return *std::max_element(eligible.begin(), eligible.end(), [&](NodeUid a, NodeUid b) {
    const int64_t offset_a = SeenOf(p.world, a).offset;
    const int64_t offset_b = SeenOf(p.world, b).offset;
    return offset_a != offset_b ? offset_a < offset_b : a > b;
  });
}

std::string Evidence(const Planning& p, const CacheNode& node, FailoverCause cause) {
  const NodeObservation& seen = SeenOf(p.world, node.uid);
  switch (cause) {
    case FailoverCause::kExited:
      return fmt::format("the process exited: {}", seen.exit_text.empty() ? "seen by its agent" : seen.exit_text);
    case FailoverCause::kHung:
      return fmt::format("process {} is alive and does not answer", seen.pid);
    case FailoverCause::kZoneLost:
      return fmt::format("zone {} does not answer and nothing listens on {}:{}", node.zone, node.address, node.port);
    case FailoverCause::kTestFailover:
      return "TestFailover was called";
    case FailoverCause::kMaintenance:
      return "its node was to be changed";
    default:
      return "a promotion by hand was asked for";
  }
}

void SetMembersStatus(Planning& p, NodeGroup& shard, NodeGroupStatus shard_status, GroupStatus group_status) {
  shard.status = shard_status;
  if (p.plan.records.group->status != GroupStatus::kDeleting && p.plan.records.group->status != GroupStatus::kCreating) {
    p.plan.records.group->status = group_status;
  }
}

// Opens the record of this change of primary; the steps fill it in.
void OpenRecord(Planning& p, NodeGroup& shard, CacheNode& old, FailoverCause cause) {
  const NodeObservation& seen = SeenOf(p.world, old.uid);
  const bool exit_timed = cause == FailoverCause::kExited && seen.exit_micros > 0 &&
                          p.world.now_micros - seen.exit_micros < 10'000'000 && seen.incarnation == old.incarnation;
  shard.failover.cause = cause;
  shard.failover.old_primary = old.uid;
  shard.failover.candidate = 0;
  shard.failover.started_micros = exit_timed ? seen.exit_micros : p.world.now_micros;
  shard.failover.record_id = p.world.now.time_since_epoch().count() * 1000 + old.uid % 1000;
  FailoverRecord& record = Record(p, shard);
  record.id = shard.failover.record_id;
  record.group_id = shard.group_id;
  record.node_group_id = shard.id;
  record.cause = cause;
  record.evidence = Evidence(p, old, cause);
  record.old_primary = old.cluster_id;
  record.started_at = p.world.now;
  if (seen.incarnation == old.incarnation && seen.offset_micros > 0) {
    record.old_offset = seen.offset;
    record.old_offset_age_micros = std::max<int64_t>(0, shard.failover.started_micros - seen.offset_micros);
  }
  SetMembersStatus(p, shard, NodeGroupStatus::kModifying, GroupStatus::kModifying);
}

void StartMeasuring(Planning& p, NodeGroup& shard) {
  FailoverRecord& record = Record(p, shard);
  if (record.fenced_micros < 0) record.fenced_micros = SinceCause(p, shard);
  EnterStep(p, shard, FailoverStep::kMeasuring);
  shard.failover.probe_id = p.world.now_micros;
  for (NodeUid uid : Eligible(p, shard)) p.plan.probes[uid] = shard.failover.probe_id;
  p.plan.WakeAt(p.world.now_micros + kMeasureMicros);
}

void Begin(Planning& p, NodeGroup& shard, CacheNode& old, FailoverCause cause) {
  OpenRecord(p, shard, old, cause);
  if (IsPlanned(cause)) {
    EnterStep(p, shard, FailoverStep::kFencing);
    return;
  }
  if (LifeOf(p.world, old) == Life::kDead) {
    StartMeasuring(p, shard);
    return;
  }
  EnterStep(p, shard, FailoverStep::kFencing);
  old.fenced = true;
  if (!HasAgent(p.world, old)) p.plan.fence_directly.insert(old.uid);
}

// Nobody is left who has the data: the primary starts again, empty, and the replicas copy that.
void ReplaceCold(Planning& p, NodeGroup& shard) {
  CacheNode& old = p.node(shard.failover.old_primary);
  FailoverRecord& record = Record(p, shard);
  record.outcome = "no replica left that could be promoted: the primary was replaced empty";
  old.role = Role::kPrimary;
  shard.primary = old.uid;
  ReplaceNode(p, old);
  shard.failover = {};
  SetMembersStatus(p, shard, NodeGroupStatus::kAvailable, GroupStatus::kAvailable);
}

void Fence(Planning& p, NodeGroup& shard) {
  CacheNode& old = p.node(shard.failover.old_primary);
  const Life life = LifeOf(p.world, old);
  if (life == Life::kDead) return StartMeasuring(p, shard);
  if (IsPlanned(shard.failover.cause) && life == Life::kSilent) {
    shard.failover.cause = FailoverCause::kHung;  // it can't give its endpoint up any more
    Record(p, shard).cause = FailoverCause::kHung;
  }
  if (IsPlanned(shard.failover.cause)) {
    const bool unbound = WishIsInForce(p.world, old) && SeenOf(p.world, old.uid).endpoints.empty();
    if (unbound) StartMeasuring(p, shard);
    return;
  }
  old.fenced = true;  // a handler may have begun this step
  if (!HasAgent(p.world, old)) {
    p.plan.fence_directly.insert(old.uid);
    p.plan.ask_directly.insert(old.uid);
    p.plan.WakeAt(p.world.now_micros + 100'000);
  }
}

void Promote(Planning& p, NodeGroup& shard, NodeUid candidate) {
  FailoverRecord& record = Record(p, shard);
  CacheNode& old = p.node(shard.failover.old_primary);
  CacheNode& chosen = p.node(candidate);
  const NodeObservation& seen = SeenOf(p.world, candidate);
  record.chosen_micros = SinceCause(p, shard);
  record.new_primary = chosen.cluster_id;
  record.new_offset = seen.offset;
  if (record.old_offset >= 0) record.lost_bytes = std::max<int64_t>(0, record.old_offset - record.new_offset);
  shard.failover.candidate = candidate;
  chosen.role = Role::kPrimary;
  chosen.follows = 0;
  const bool automatic = p.plan.records.group->automatic_failover == AutomaticFailover::kEnabled ||
                         IsPlanned(shard.failover.cause);
  if (automatic) {
    shard.primary = candidate;
    old.role = Role::kReplica;
    old.follows = 0;
    EnterStep(p, shard, FailoverStep::kPromoting);
  } else {
    old.role = Role::kReplica;
    ReplaceNode(p, old);
    EnterStep(p, shard, FailoverStep::kRebuilding);
  }
}

// The old primary lives: it gets its endpoint back, and nothing has happened.
void CallOff(Planning& p, NodeGroup& shard) {
  FailoverRecord& record = Record(p, shard);
  record.outcome = "called off: no replica was left to take over, the primary stays";
  p.plan.records.group->pending.primary_cluster_id.reset();
  shard.failover = {};
  SetMembersStatus(p, shard, NodeGroupStatus::kAvailable, GroupStatus::kAvailable);
}

NodeUid Chosen(Planning& p, const std::vector<NodeUid>& eligible) {
  const auto& wanted = p.plan.records.group->pending.primary_cluster_id;
  for (NodeUid uid : eligible) {
    if (wanted && p.node(uid).cluster_id == *wanted) return uid;
  }
  return LeastLag(p, eligible);
}

// The old primary takes no more writes but still sends what it has: the new one waits until it has it all.
void MeasurePlanned(Planning& p, NodeGroup& shard) {
  std::vector<NodeUid> asked = Eligible(p, shard);
  if (asked.empty()) return CallOff(p, shard);
  const NodeUid candidate = Chosen(p, asked);
  asked.push_back(shard.failover.old_primary);
  const bool all_fresh = std::all_of(asked.begin(), asked.end(), [&](NodeUid uid) {
    return SeenOf(p.world, uid).probe_id == shard.failover.probe_id;
  });
  const bool has_it_all = SeenOf(p.world, candidate).offset >= SeenOf(p.world, shard.failover.old_primary).offset;
  const bool late = p.world.now_micros - shard.failover.step_micros >= kCatchUpMicros;
  if ((all_fresh && has_it_all) || late) return Promote(p, shard, candidate);
  if (all_fresh) shard.failover.probe_id = p.world.now_micros;
  for (NodeUid uid : asked) p.plan.probes[uid] = shard.failover.probe_id;
  p.plan.WakeAt(p.world.now_micros + kMeasureMicros);
}

void Measure(Planning& p, NodeGroup& shard) {
  const CacheNode& old = p.node(shard.failover.old_primary);
  if (IsPlanned(shard.failover.cause) && HasAgent(p.world, old) && LifeOf(p.world, old) == Life::kServing) {
    return MeasurePlanned(p, shard);
  }
  const std::vector<NodeUid> eligible = Eligible(p, shard);
  const bool late = p.world.now_micros - shard.failover.step_micros >= kMeasureMicros;
  if (eligible.empty()) {
    if (MayBecomeEligible(p, shard)) {
      p.plan.WakeAt(p.world.now_micros + kMeasureMicros);
      return;
    }
    return ReplaceCold(p, shard);
  }
  const bool all_fresh = std::all_of(eligible.begin(), eligible.end(), [&](NodeUid uid) {
    return SeenOf(p.world, uid).probe_id == shard.failover.probe_id;
  });
  if (!all_fresh && !late) {
    for (NodeUid uid : eligible) p.plan.probes[uid] = shard.failover.probe_id;
    p.plan.WakeAt(shard.failover.step_micros + kMeasureMicros);
    return;
  }
  Promote(p, shard, Chosen(p, eligible));
}

bool HoldsPrimaryEndpoint(const World& world, const NodeGroup& shard, const CacheNode& node) {
  const NodeObservation& seen = SeenOf(world, node.uid);
  return IsSettled(world, node) && std::find(seen.endpoints.begin(), seen.endpoints.end(),
                                             shard.primary_endpoint.address) != seen.endpoints.end();
}

void FollowersOf(Planning& p, NodeGroup& shard, NodeUid primary) {
  for (NodeUid uid : shard.nodes) {
    CacheNode& node = p.node(uid);
    if (uid != primary && node.role == Role::kReplica && node.status != NodeStatus::kDeleting) node.follows = primary;
  }
}

void TellFailover(Planning& p, const NodeGroup& shard, const CacheNode& old, const CacheNode& chosen) {
  const std::string text = fmt::format("Failover from primary node {} to replica node {} completed", old.cluster_id,
                                       chosen.cluster_id);
  p.TellCluster(chosen.cluster_id, text);
  p.TellGroup(shard.group_id, text);
}

void AwaitPromotion(Planning& p, NodeGroup& shard) {
  CacheNode& chosen = p.node(shard.failover.candidate);
  CacheNode& old = p.node(shard.failover.old_primary);
  if (LifeOf(p.world, chosen) == Life::kDead) {
    chosen.role = Role::kReplica;
    ReplaceNode(p, chosen);
    StartMeasuring(p, shard);
    return;
  }
  if (LifeOf(p.world, chosen) == Life::kSilent) {
    chosen.fenced = true;
    return;
  }
  if (!HoldsPrimaryEndpoint(p.world, shard, chosen)) return;
  FailoverRecord& record = Record(p, shard);
  record.promoted_micros = SinceCause(p, shard);
  record.outcome = "promoted";
  TellFailover(p, shard, old, chosen);
  p.plan.records.group->pending.primary_cluster_id.reset();
  if (!IsPlanned(shard.failover.cause)) ReplaceNode(p, old);
  old.fenced = false;
  FollowersOf(p, shard, chosen.uid);
  EnterStep(p, shard, FailoverStep::kReplacing);
}

// The failed primary fills itself from the replica that was promoted without the endpoint, then takes over again.
void Rebuild(Planning& p, NodeGroup& shard) {
  CacheNode& source = p.node(shard.failover.candidate);
  CacheNode& old = p.node(shard.failover.old_primary);
  if (LifeOf(p.world, source) == Life::kDead) {
    source.role = Role::kReplica;
    ReplaceNode(p, source);
    old.role = Role::kPrimary;
    StartMeasuring(p, shard);
    return;
  }
  if (!IsSettled(p.world, source)) return;
  old.follows = source.uid;
  if (LifeOf(p.world, old) == Life::kDead) ReplaceNode(p, old);
  if (!IsSettled(p.world, old) || SeenOf(p.world, old.uid).follows.address != source.address) return;
  old.role = Role::kPrimary;
  old.follows = 0;
  EnterStep(p, shard, FailoverStep::kReturning);
}

void Return(Planning& p, NodeGroup& shard) {
  CacheNode& old = p.node(shard.failover.old_primary);
  if (LifeOf(p.world, old) == Life::kDead) {
    old.role = Role::kReplica;
    ReplaceNode(p, old);
    EnterStep(p, shard, FailoverStep::kRebuilding);
    return;
  }
  if (!HoldsPrimaryEndpoint(p.world, shard, old)) return;
  CacheNode& source = p.node(shard.failover.candidate);
  source.role = Role::kReplica;
  FailoverRecord& record = Record(p, shard);
  record.promoted_micros = record.replaced_micros = SinceCause(p, shard);
  record.outcome = "automatic failover is off: the failed primary was filled from a replica and took its place again";
  FollowersOf(p, shard, old.uid);
  shard.failover = {};
  SetMembersStatus(p, shard, NodeGroupStatus::kAvailable, GroupStatus::kAvailable);
}

void AwaitReplacement(Planning& p, NodeGroup& shard) {
  const CacheNode& old = p.node(shard.failover.old_primary);
  const bool back = old.status == NodeStatus::kAvailable && IsSettled(p.world, old);
  const bool cannot_come_back = p.world.lost_zones.contains(old.zone) || old.status == NodeStatus::kDeleting;
  if (!back && !cannot_come_back) return;
  if (back) Record(p, shard).replaced_micros = SinceCause(p, shard);
  shard.failover = {};
  SetMembersStatus(p, shard, NodeGroupStatus::kAvailable, GroupStatus::kAvailable);
}

// The primary serves: replicas that wait for one may connect.
void TendServingPrimary(Planning& p, NodeGroup& shard, CacheNode& primary) {
  if (!IsSettled(p.world, primary)) return;
  FollowersOf(p, shard, primary.uid);
  const auto& wanted = p.plan.records.group->pending.primary_cluster_id;
  if (!wanted || shard.failover.step != FailoverStep::kNone) return;
  if (*wanted == primary.cluster_id) {
    p.plan.records.group->pending.primary_cluster_id.reset();
  } else {
    Begin(p, shard, primary, FailoverCause::kManual);
  }
}

// At rest, or only waiting for a replacement: is the primary well?
void WatchPrimary(Planning& p, NodeGroup& shard) {
  CacheNode& primary = p.node(shard.primary);
  const Life life = LifeOf(p.world, primary);
  const bool lost = !HasAgent(p.world, primary);
  if (life == Life::kDead && primary.ever_ready) {
    Begin(p, shard, primary, lost ? FailoverCause::kZoneLost : FailoverCause::kExited);
  } else if (life == Life::kDead) {
    ReplaceNode(p, primary);
  } else if (life == Life::kSilent) {
    Begin(p, shard, primary, FailoverCause::kHung);
  } else if (life == Life::kServing) {
    TendServingPrimary(p, shard, primary);
  }
}

}  // namespace

bool BeginMaintenanceFailover(Planning& p, NodeGroup& shard) {
  shard.failover = {};
  const std::vector<NodeUid> eligible = Eligible(p, shard);
  if (std::all_of(eligible.begin(), eligible.end(), [&](NodeUid uid) { return uid == shard.primary; })) return false;
  Begin(p, shard, p.node(shard.primary), FailoverCause::kMaintenance);
  return true;
}

bool IsMovingPrimary(const NodeGroup& shard) {
  return shard.failover.step != FailoverStep::kNone && shard.failover.step != FailoverStep::kReplacing;
}

void TendPrimary(Planning& p, NodeGroup& shard) {
  if (shard.primary == 0 || !p.plan.records.nodes.contains(shard.primary)) return;
  // TestFailover is asked for by its handler, which knows no clocks of ours.
  if (shard.failover.step == FailoverStep::kFencing && shard.failover.record_id == 0) {
    OpenRecord(p, shard, p.node(shard.failover.old_primary), shard.failover.cause);
    EnterStep(p, shard, FailoverStep::kFencing);
  }
  switch (shard.failover.step) {
    case FailoverStep::kNone:
      return WatchPrimary(p, shard);
    case FailoverStep::kFencing:
      return Fence(p, shard);
    case FailoverStep::kMeasuring:
      return Measure(p, shard);
    case FailoverStep::kPromoting:
      return AwaitPromotion(p, shard);
    case FailoverStep::kRebuilding:
      return Rebuild(p, shard);
    case FailoverStep::kReturning:
      return Return(p, shard);
    case FailoverStep::kReplacing:
      AwaitReplacement(p, shard);
      return WatchPrimary(p, shard);
  }
}

}  // namespace elastilab
