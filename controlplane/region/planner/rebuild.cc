#include "controlplane/region/planner/rebuild.h"

#include "controlplane/region/planner/failover.h"

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
  old.role = Role::kPrimary;
  old.follows = 0;
  EnterStep(p, shard, FailoverStep::kReturning);
}

void Return(Planning& p, NodeGroup& shard, CacheNode& old, CacheNode& source) {
  if (IsDeath(EvidenceOf(p.world, old))) {
    old.role = Role::kReplica;
    ReplaceNode(p, old);
    return EnterStep(p, shard, FailoverStep::kRebuilding);
  }
  if (!HoldsPrimaryEndpoint(p.world, shard, old)) return;
  source.role = Role::kReplica;
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
  shard.failover.step == FailoverStep::kRebuilding ? Fill(p, shard, old, source) : Return(p, shard, old, source);
}

}  // namespace elastilab
