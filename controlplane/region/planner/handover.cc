#include "controlplane/region/planner/handover.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/planner/failover.h"

namespace elastilab {
namespace {

// Replicas that are in step with the primary now.
std::vector<NodeUid> InStep(const Planning& p, const NodeGroup& shard) {
  std::vector<NodeUid> in_step = Eligible(p, shard, shard.primary);
  std::erase_if(in_step, [&](NodeUid uid) { return !IsSettled(p.world, p.plan.records.nodes.at(uid)); });
  return in_step;
}

void Begin(Planning& p, NodeGroup& shard, NodeUid candidate, FailoverCause cause) {
  CacheNode& old = p.node(shard.primary);
  OpenRecord(p, shard, old, cause);
  shard.failover.candidate = candidate;
  EnterStep(p, shard, FailoverStep::kHandingOver);
  p.Decide(ActionKind::kHandOver, old, fmt::format("to {}: {}", p.node(candidate).cluster_id, RecordOf(p, shard).evidence));
}

void Switched(Planning& p, NodeGroup& shard, CacheNode& old, CacheNode& chosen) {
  FailoverRecord& record = RecordOf(p, shard);
  record.fenced_micros = record.chosen_micros = SinceCause(p, shard);
  record.new_primary = chosen.cluster_id;
  record.new_offset = SeenOf(p.world, chosen.uid).offset;
  record.new_keys = SeenOf(p.world, chosen.uid).keys;
  record.lost_bytes = 0;  // the old primary itself waited for the last one
  p.Decide(ActionKind::kPromote, chosen, "the engines have switched their roles");
  shard.primary = chosen.uid;
  chosen.role = Role::kPrimary;
  chosen.follows = 0;
  old.role = Role::kReplica;
  old.follows = chosen.uid;
  EnterStep(p, shard, FailoverStep::kPromoting);
}

}  // namespace

bool SaysRole(const Planning& p, const CacheNode& node, Role role) {
  const NodeObservation& seen = SeenOf(p.world, node.uid);
  return HasAgent(p.world, node) && seen.incarnation == node.incarnation && seen.phase == Phase::kReady && seen.role == role;
}

void BeginPromotionByHand(Planning& p, NodeGroup& shard) {
  auto& wanted = p.plan.records.group->pending.primary_cluster_id;
  if (!wanted) return;
  if (*wanted == p.node(shard.primary).cluster_id) return wanted.reset();
  const std::vector<NodeUid> in_step = InStep(p, shard);
  const auto chosen =
      std::find_if(in_step.begin(), in_step.end(), [&](NodeUid uid) { return p.node(uid).cluster_id == *wanted; });
  if (chosen != in_step.end()) return Begin(p, shard, *chosen, FailoverCause::kManual);
  p.TellGroup(shard.group_id, fmt::format("The promotion of {} was called off: it is not in step with the primary {}", *wanted,
                                          p.node(shard.primary).cluster_id));
  p.Decide(ActionKind::kCallOff, NameOf(shard), *wanted + " is not in step with the primary");
  wanted.reset();
}

bool BeginMaintenanceHandover(Planning& p, NodeGroup& shard) {
  const std::vector<NodeUid> in_step = InStep(p, shard);
  if (in_step.empty()) return false;
  Begin(p, shard, LeastLag(p, in_step), FailoverCause::kMaintenance);
  return true;
}

void HandOver(Planning& p, NodeGroup& shard) {
  CacheNode& old = p.node(shard.failover.old_primary);
  CacheNode& chosen = p.node(shard.failover.candidate);
  if (SaysRole(p, chosen, Role::kPrimary) && (SaysRole(p, old, Role::kReplica) || IsDeath(EvidenceOf(p.world, old)))) {
    return Switched(p, shard, old, chosen);
  }
  // Switched, and dead at once: the next step gives the role back to the one that has everything.
  if (SaysRole(p, old, Role::kReplica) && IsDeath(EvidenceOf(p.world, chosen))) return Switched(p, shard, old, chosen);
  const Evidence evidence = EvidenceOf(p.world, old);
  if (IsDeath(evidence)) {
    FailoverRecord& record = RecordOf(p, shard);
    record.cause = shard.failover.cause = FailoverCause::kExited;
    record.evidence += "; " + Describe(evidence, old, SeenOf(p.world, old.uid));
    return StartMeasuring(p, shard);
  }
  if (evidence == Evidence::kFrozen && !Eligible(p, shard, old.uid).empty()) {
    RecordOf(p, shard).cause = shard.failover.cause = FailoverCause::kHung;
    RecordOf(p, shard).evidence += "; " + Describe(evidence, old, SeenOf(p.world, old.uid));
    return EnterStep(p, shard, FailoverStep::kFencing);
  }
  const TaskObservation& task = SeenOf(p.world, old.uid).task;
  // Switched, and somebody has turned the new one back since: nobody is primary, and both hold the same.
  const bool done = task.id == shard.failover.record_id && task.state == TaskState::kDone;
  if (done && SaysRole(p, old, Role::kReplica) && SaysRole(p, chosen, Role::kReplica)) return Switched(p, shard, old, chosen);
  if (task.id == shard.failover.record_id && task.state == TaskState::kCalledOff && HasAgent(p.world, old)) {
    return CallOff(p, shard, task.text);
  }
  // Clients keep it from being asked (CLIENT PAUSE again and again). Should it switch after all, both are turned back, and
  // nothing is lost: nobody writes to the replica.
  if (SinceStep(p, shard) >= kHandoverMicros && SaysRole(p, old, Role::kPrimary)) {
    return CallOff(p, shard, "the primary could not be brought to hand over in time");
  }
  TellSilence(p, old, evidence);
  p.plan.WakeAt(p.world.now_micros + kHandoverMicros);
  p.Decide(ActionKind::kWait, old, HasAgent(p.world, old) ? "hands over to " + chosen.cluster_id : "its agent is away");
}

void CallOff(Planning& p, NodeGroup& shard, const std::string& why) {
  RecordOf(p, shard).outcome = fmt::format("called off: {}; the primary stays", why);
  p.TellGroup(shard.group_id, fmt::format("The change of primary of node group {} was called off: {}. {} stays the primary",
                                          shard.id, why, p.node(shard.primary).cluster_id));
  p.Decide(ActionKind::kCallOff, NameOf(shard), why);
  p.plan.records.group->pending.primary_cluster_id.reset();
  EndChange(shard);
}

}  // namespace elastilab
