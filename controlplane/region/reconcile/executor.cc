#include "controlplane/region/reconcile/executor.h"

#include <spdlog/spdlog.h>

#include "common/fault_point.h"
#include "controlplane/region/reconcile/assignment.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

// Puts what differs and erases what is gone; refuses when the store has moved on since `before` was read.
template <typename Map>
Status CommitTable(Draft& draft, const Map& before, const Map& after) {
  using T = typename Map::mapped_type;
  for (const auto& [key, record] : before) {
    auto it = after.find(key);
    if (it != after.end() && it->second == record) continue;
    const T* now = draft.Find<T>(KeyOf(record));
    if (now == nullptr || !(*now == record)) return absl::AbortedError("changed meanwhile");
    if (it == after.end()) draft.Erase<T>(KeyOf(record));
  }
  for (const auto& [key, record] : after) {
    auto it = before.find(key);
    if (it == before.end() || !(it->second == record)) draft.Put(record);
  }
  return absl::OkStatus();
}

Status CommitGroup(Draft& draft, const Records& before, const Records& after) {
  if (!before.group || before.group == after.group) return absl::OkStatus();
  const ReplicationGroup* now = draft.Find<ReplicationGroup>(before.group->id);
  if (now == nullptr || !(*now == *before.group)) return absl::AbortedError("changed meanwhile");
  if (after.group) {
    draft.Put(*after.group);
  } else {
    draft.Erase<ReplicationGroup>(before.group->id);
  }
  return absl::OkStatus();
}

// Tags live as long as what they are tied to.
void EraseTags(Draft& draft, const Location& where, const Records& before, const Records& after) {
  for (const auto& [id, cluster] : before.clusters) {
    if (!after.clusters.contains(id)) draft.Erase<TagSet>(Arn(where, "cluster", id));
  }
  if (before.group && !after.group) draft.Erase<TagSet>(Arn(where, "replicationgroup", before.group->id));
}

}  // namespace

Status Executor::Execute(const World& world, const Plan& plan) {
  RETURN_IF_ERROR(FaultPoint("executor.before_commit"));
  RETURN_IF_ERROR(Commit(world, plan));
  RETURN_IF_ERROR(FaultPoint("executor.after_commit"));
  SendWishes(plan);
  AskQuestions(plan);
  return absl::OkStatus();
}

Status Executor::Commit(const World& world, const Plan& plan) {
  // Records of failovers are only added to, never erased.
  Records after = plan.records;
  for (const auto& [id, record] : world.records.failovers) after.failovers.try_emplace(id, record);
  if (after == world.records && plan.events.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Mutate([&](Draft& draft) -> Status {
    const Records& before = world.records;
    RETURN_IF_ERROR(CommitGroup(draft, before, after));
    RETURN_IF_ERROR(CommitTable(draft, before.node_groups, after.node_groups));
    RETURN_IF_ERROR(CommitTable(draft, before.clusters, after.clusters));
    RETURN_IF_ERROR(CommitTable(draft, before.nodes, after.nodes));
    RETURN_IF_ERROR(CommitTable(draft, before.failovers, after.failovers));
    EraseTags(draft, where_, before, after);
    for (const Event& event : plan.events) draft.Emit(event);
    return absl::OkStatus();
  }));
  for (const auto& [uid, node] : world.records.nodes) {
    if (!after.nodes.contains(uid)) fleet_.Forget(uid);
  }
  return absl::OkStatus();
}

void Executor::SendWishes(const Plan& plan) {
  for (const auto& [uid, node] : plan.records.nodes) {
    if (node.status == NodeStatus::kDeleting) continue;
    // Most nodes of a pass have theirs, and an assignment names what it may name of the whole cluster.
    if (!fleet_.Lacks(node.zone, uid, node.incarnation, node.revision)) continue;
    fleet_.Assign(node.zone, MakeAssignment(plan.records, node, where_, key_));
  }
  for (NodeUid uid : plan.withdraw) {
    const CacheNode& node = plan.records.nodes.at(uid);
    agent::v1::ControlMessage message;
    message.mutable_withdraw()->set_uid(uid);
    message.mutable_withdraw()->set_incarnation(node.incarnation);
    fleet_.Send(node.zone, message);
  }
}

void Executor::AskQuestions(const Plan& plan) {
  for (const auto& [uid, probe_id] : plan.probes) {
    agent::v1::ControlMessage message;
    message.mutable_probe()->set_uid(uid);
    message.mutable_probe()->set_probe_id(probe_id);
    fleet_.Send(plan.records.nodes.at(uid).zone, message);
  }
  for (NodeUid uid : plan.fence_directly) {
    const CacheNode& node = plan.records.nodes.at(uid);
    if (direct_.Kill(node.process.pid, node.process.start_ticks)) {
      spdlog::warn("killed process {} of {}: its agent is away", node.process.pid, node.cluster_id);
    }
  }
  for (NodeUid uid : plan.ask_directly) {
    const CacheNode& node = plan.records.nodes.at(uid);
    const Engine engine = plan.records.clusters.at(node.cluster_id).engine;
    direct_.Ask(uid, {node.address, node.port, engine, node.incarnation, node.process});
  }
}

std::vector<agent::v1::Assignment> Executor::AssignmentsOf(const std::string& zone, const std::set<NodeUid>& known) {
  std::vector<agent::v1::Assignment> assignments;
  std::vector<std::pair<NodeUid, int64_t>> without_trace;
  store_.Read([&](const State& state) {
    for (const auto& [uid, node] : state.nodes) {
      if (node->zone != zone || node->status == NodeStatus::kDeleting) continue;
      if (node->ever_ready && !node->group_id.empty() && !known.contains(uid)) {
        without_trace.emplace_back(uid, node->incarnation);
        continue;
      }
      const auto key = KeyOfNode(state, uid);
      if (key) assignments.push_back(MakeAssignment(RecordsOf(state, *key), *node, where_, key_));
    }
  });
  for (const auto& [uid, incarnation] : without_trace) fleet_.SetWithoutTrace(uid, zone, incarnation);
  return assignments;
}

}  // namespace elastilab
