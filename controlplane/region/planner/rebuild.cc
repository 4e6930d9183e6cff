#include "controlplane/region/planner/rebuild.h"

#include "controlplane/region/planner/failover.h"
#include "controlplane/region/planner/handover.h"
#include "controlplane/region/planner/wish.h"

namespace elastilab {
namespace {

// The failed primary fills itself from the source, then takes over again.
void Fill(Planning& p, NodeGroup& shard, CacheNode& old, CacheNode& source) {
  if (IsDeath(EvidenceOf(p.world, source))) {
    source.role = Role::kReplica;
    if (!IsSavedOnly(p.world, source)) ReplaceNode(p, source);
    old.role = Role::kPrimary;
    return StartMeasuring(p, shard);
  }
  if (!IsSettled(p.world, source)) return;
  old.follows = source.uid;
  if (IsDeath(EvidenceOf(p.world, old))) {
    ReplaceNode(p, old);
    old.follows = source.uid;
  }
  if (!IsSettled(p.world, old) || SeenOf(p.world, old.uid).follows.address != source.address) return;
  old.holds_data = true;
  EnterStep(p, shard, FailoverStep::kReturning);
}

void TakeRoleBack(CacheNode& old, CacheNode& source) {
  old.role = Role::kPrimary;
  old.follows = 0;
  source.role = Role::kReplica;
  source.follows = old.uid;
}

// The source has the role still, and hands it over.
void AwaitRole(Planning& p, NodeGroup& shard, CacheNode& old, CacheNode& source) {
  if (IsDeath(EvidenceOf(p.world, old))) {
    ReplaceNode(p, old);
    return EnterStep(p, shard, FailoverStep::kRebuilding);
  }
  // Nobody could write to the source, so a copy of it that was in step has all it had.
  const bool switched = SaysRole(p, old, Role::kPrimary) && SaysRole(p, source, Role::kReplica);
  if (switched || IsDeath(EvidenceOf(p.world, source))) return TakeRoleBack(old, source);
  const TaskObservation& task = SeenOf(p.world, source.uid).task;
  const bool called_off = task.id == HandoverTask(shard) && task.state == TaskState::kCalledOff;
  if (called_off) EnterStep(p, shard, FailoverStep::kRebuilding);  // and again
}

void AwaitEndpoint(Planning& p, NodeGroup& shard, CacheNode& old) {
  if (IsDeath(EvidenceOf(p.world, old))) {
    old.role = Role::kReplica;
    return StartMeasuring(p, shard);
  }
  if (!HoldsPrimaryEndpoint(p.world, shard, old)) return;
  FailoverRecord& record = RecordOf(p, shard);
  record.promoted_micros = record.replaced_micros = SinceCause(p, shard);
  record.outcome = "automatic failover is off: the failed primary was filled from a replica and took its place again";
  FollowersOf(p, shard, old.uid);
  EndChange(shard);
}

}  // namespace

void BeginRebuild(Planning& p, NodeGroup& shard) {
  ReplaceNode(p, p.node(shard.failover.old_primary));
  EnterStep(p, shard, FailoverStep::kRebuilding);
}

void Rebuild(Planning& p, NodeGroup& shard) {
  CacheNode& source = p.node(shard.failover.candidate);
  CacheNode& old = p.node(shard.failover.old_primary);
  TellSilence(p, source, EvidenceOf(p.world, source));
  TellSilence(p, old, EvidenceOf(p.world, old));
  if (shard.failover.step == FailoverStep::kRebuilding) return Fill(p, shard, old, source);
  source.role == Role::kPrimary ? AwaitRole(p, shard, old, source) : AwaitEndpoint(p, shard, old);
}

}  // namespace elastilab
