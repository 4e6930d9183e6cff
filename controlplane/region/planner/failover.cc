#include "controlplane/region/planner/failover.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/planner/handover.h"
#include "controlplane/region/planner/rebuild.h"
#include "controlplane/region/planner/resume.h"

namespace elastilab {
namespace {

FailoverCause CauseOfDeath(const Planning& p, const CacheNode& primary) {
  return p.world.lost_zones.contains(primary.zone) ? FailoverCause::kZoneLost : FailoverCause::kExited;
}

void Begin(Planning& p, NodeGroup& shard, CacheNode& old, FailoverCause cause) {
  OpenRecord(p, shard, old, cause);
  if (IsDeath(EvidenceOf(p.world, old))) return StartMeasuring(p, shard);
  EnterStep(p, shard, FailoverStep::kFencing);
  old.fenced = true;
  p.Decide(ActionKind::kFence, old, RecordOf(p, shard).evidence);
  if (!HasAgent(p.world, old)) p.plan.fence_directly.insert(old.uid);
}

// Nobody is left who has the data: the primary starts again, on what files there are, else empty, and the replicas copy
// that.
void BeginAgain(Planning& p, NodeGroup& shard) {
  CacheNode& old = p.node(shard.failover.old_primary);
  FailoverRecord& record = RecordOf(p, shard);
  old.role = Role::kPrimary;
  shard.primary = old.uid;
  if (ReviveFromFiles(p, shard)) return;
  record.outcome = "no replica left that could be promoted: the primary was replaced empty";
  record.lost_everything = true;  // whatever has become of the node since its primary answered last
  record.new_keys = 0;
  if (record.old_offset >= 0) record.lost_bytes = record.old_offset;
  p.TellGroup(shard.group_id,
              fmt::format("Node group {} begins again empty: no node is left that held its data{}", shard.id,
                          record.old_keys < 0 ? "" : fmt::format(" ({} keys when they were last counted)", record.old_keys)));
  ReplaceNode(p, old);
  EndChange(shard);
}

void Fence(Planning& p, NodeGroup& shard) {
  CacheNode& old = p.node(shard.failover.old_primary);
  if (IsDeath(EvidenceOf(p.world, old))) return StartMeasuring(p, shard);
  if (!old.fenced && Eligible(p, shard, old.uid).empty()) return CallOff(p, shard, "no replica is left that could take over");
  old.fenced = true;  // a handler may have begun this step
  p.Decide(ActionKind::kFence, old, "waits for proof that it can't write any more");
  if (HasAgent(p.world, old)) return;
  p.plan.fence_directly.insert(old.uid);
  p.plan.ask_directly.insert(old.uid);
  p.plan.WakeAt(p.world.now_micros + 100'000);
}

void Promote(Planning& p, NodeGroup& shard, NodeUid candidate) {
  FailoverRecord& record = RecordOf(p, shard);
  CacheNode& old = p.node(shard.failover.old_primary);
  CacheNode& chosen = p.node(candidate);
  const NodeObservation& seen = SeenOf(p.world, candidate);
  record.chosen_micros = SinceCause(p, shard);
  record.new_primary = chosen.cluster_id;
  record.new_offset = seen.offset;
  record.new_keys = seen.keys;
  if (record.old_offset >= 0) record.lost_bytes = std::max<int64_t>(0, record.old_offset - record.new_offset);
  shard.failover.candidate = candidate;
  p.Decide(ActionKind::kPromote, chosen, fmt::format("offset {} is the highest of those that serve", seen.offset));
  chosen.role = Role::kPrimary;
  chosen.follows = 0;
  old.role = Role::kReplica;
  old.follows = 0;
  if (p.plan.records.group->automatic_failover == AutomaticFailover::kEnabled) {
    shard.primary = candidate;
    EnterStep(p, shard, FailoverStep::kPromoting);
  } else {
    BeginRebuild(p, shard);
  }
}

NodeUid Chosen(Planning& p, const std::vector<NodeUid>& eligible) {
  const auto& wanted = p.plan.records.group->pending.primary_cluster_id;
  for (NodeUid uid : eligible) {
    if (wanted && p.node(uid).cluster_id == *wanted) return uid;
  }
  return LeastLag(p, eligible);
}

void Measure(Planning& p, NodeGroup& shard) {
  const std::vector<NodeUid> eligible = Eligible(p, shard, shard.failover.old_primary);
  if (eligible.empty()) {
    if (!MayBecomeEligible(p, shard, shard.failover.old_primary)) return BeginAgain(p, shard);
    p.Decide(ActionKind::kWait, NameOf(shard), "a node that may hold the data does not serve yet");
    p.plan.WakeAt(p.world.now_micros + kMeasureMicros);
    return;
  }
  const bool all_fresh = std::all_of(eligible.begin(), eligible.end(), [&](NodeUid uid) {
    return SeenOf(p.world, uid).probe_id == shard.failover.probe_id;
  });
  if (!all_fresh && SinceStep(p, shard) < kMeasureMicros) {
    for (NodeUid uid : eligible) p.plan.probes[uid] = shard.failover.probe_id;
    p.plan.WakeAt(shard.failover.step_micros + kMeasureMicros);
    return;
  }
  Promote(p, shard, Chosen(p, eligible));
}

void AwaitPromotion(Planning& p, NodeGroup& shard) {
  CacheNode& chosen = p.node(shard.failover.candidate);
  CacheNode& old = p.node(shard.failover.old_primary);
  const Evidence evidence = EvidenceOf(p.world, chosen);
  if (IsDeath(evidence) && IsPlanned(shard.failover.cause)) {
    RecordOf(p, shard).outcome = "handed over to a replica that died at once";
    shard.failover = {};  // the one that handed over has everything: an ordinary failover, back to it
    return Begin(p, shard, chosen, CauseOfDeath(p, chosen));
  }
  if (IsDeath(evidence)) {
    chosen.role = Role::kReplica;
    if (!IsSavedOnly(p.world, chosen)) ReplaceNode(p, chosen);
    return StartMeasuring(p, shard);
  }
  if (evidence == Evidence::kFrozen && !chosen.fenced && Eligible(p, shard, chosen.uid).size() > 0) {
    chosen.fenced = true;
    if (!HasAgent(p.world, chosen)) p.plan.fence_directly.insert(chosen.uid);
    return;
  }
  TellSilence(p, chosen, evidence);
  if (!HoldsPrimaryEndpoint(p.world, shard, chosen)) return;
  FailoverRecord& record = RecordOf(p, shard);
  record.promoted_micros = SinceCause(p, shard);
  record.outcome = "promoted";
  TellFailover(p, shard, old, chosen);
  p.plan.records.group->pending.primary_cluster_id.reset();
  if (!IsPlanned(shard.failover.cause)) ReplaceNode(p, old);
  old.fenced = false;
  FollowersOf(p, shard, chosen.uid);
  EnterStep(p, shard, FailoverStep::kReplacing);
}

void AwaitReplacement(Planning& p, NodeGroup& shard) {
  const CacheNode& old = p.node(shard.failover.old_primary);
  const bool back = old.status == NodeStatus::kAvailable && IsSettled(p.world, old);
  const bool cannot_come_back = p.world.lost_zones.contains(old.zone) || old.status == NodeStatus::kDeleting;
  if (!back && !cannot_come_back) return;
  if (back) RecordOf(p, shard).replaced_micros = SinceCause(p, shard);
  EndChange(shard);
}

// The primary serves: replicas that wait for one may connect.
void TendServingPrimary(Planning& p, NodeGroup& shard, CacheNode& primary) {
  if (!IsSettled(p.world, primary)) return;
  FollowersOf(p, shard, primary.uid);
  if (shard.failover.step == FailoverStep::kNone) BeginPromotionByHand(p, shard);
}

// A primary that does not answer is only killed when a replica can take over.
void TendSilentPrimary(Planning& p, NodeGroup& shard, CacheNode& primary, Evidence evidence) {
  const bool long_enough =
      evidence == Evidence::kFrozen || SilentFor(p.world, primary) >= p.world.busy_patience_micros;
  if (long_enough && !Eligible(p, shard, primary.uid).empty()) Begin(p, shard, primary, FailoverCause::kHung);
}

// At rest, or only waiting for a replacement: is the primary well?
void WatchPrimary(Planning& p, NodeGroup& shard) {
  CacheNode& primary = p.node(shard.primary);
  const Evidence evidence = EvidenceOf(p.world, primary);
  if (IsDeath(evidence) && primary.ever_ready) return Begin(p, shard, primary, CauseOfDeath(p, primary));
  if (IsDeath(evidence)) return primary.keep_files ? ReviveNode(p, primary) : ReplaceNode(p, primary);
  if (evidence == Evidence::kFrozen || evidence == Evidence::kBusy) return TendSilentPrimary(p, shard, primary, evidence);
  if (evidence == Evidence::kAnswers) TendServingPrimary(p, shard, primary);
}

}  // namespace

void StartMeasuring(Planning& p, NodeGroup& shard) {
  FailoverRecord& record = RecordOf(p, shard);
  if (record.fenced_micros < 0) record.fenced_micros = SinceCause(p, shard);
  EnterStep(p, shard, FailoverStep::kMeasuring);
  shard.failover.probe_id = p.world.now_micros;
  for (NodeUid uid : Eligible(p, shard, shard.failover.old_primary)) p.plan.probes[uid] = shard.failover.probe_id;
  p.plan.WakeAt(p.world.now_micros + kMeasureMicros);
}

void TendPrimary(Planning& p, NodeGroup& shard) {
  if (shard.primary == 0 || !p.plan.records.nodes.contains(shard.primary)) return;
  if (Resume(p, shard)) return;
  // TestFailover is asked for by its handler, which knows no clocks of ours.
  if (shard.failover.step == FailoverStep::kFencing && shard.failover.record_id == 0) {
    OpenRecord(p, shard, p.node(shard.failover.old_primary), shard.failover.cause);
    EnterStep(p, shard, FailoverStep::kFencing);
  }
  switch (shard.failover.step) {
    case FailoverStep::kNone:
      return WatchPrimary(p, shard);
    case FailoverStep::kHandingOver:
      return HandOver(p, shard);
    case FailoverStep::kFencing:
      return Fence(p, shard);
    case FailoverStep::kMeasuring:
      return Measure(p, shard);
    case FailoverStep::kPromoting:
      return AwaitPromotion(p, shard);
    case FailoverStep::kRebuilding:
    case FailoverStep::kReturning:
      return Rebuild(p, shard);
    case FailoverStep::kReplacing:
      AwaitReplacement(p, shard);
      return WatchPrimary(p, shard);
  }
}

}  // namespace elastilab
