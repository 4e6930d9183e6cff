#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controlplane/region/planner/world.h"

namespace elastilab {

std::string_view Text(ActionKind kind) {
  switch (kind) {
    case ActionKind::kPromote:
      return "promote";
    case ActionKind::kHandOver:
      return "hand over";
    case ActionKind::kCallOff:
      return "call off";
    case ActionKind::kFence:
      return "fence";
    case ActionKind::kReplace:
      return "replace";
    case ActionKind::kResume:
      return "resume";
    case ActionKind::kUpdate:
      return "update";
    case ActionKind::kWait:
      return "wait";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, const Plan& plan) {
  if (plan.records.group) {
    out << fmt::format("group {} {}\n", plan.records.group->id, Text(plan.records.group->status));
  }
  for (const auto& [id, shard] : plan.records.node_groups) {
    out << fmt::format("  shard {} {} primary={} failover={}\n", id, Text(shard.status), shard.primary,
                       Text(shard.failover.step));
  }
  for (const auto& [id, cluster] : plan.records.clusters) {
    out << fmt::format("  cluster {} {}\n", id, Text(cluster.status));
  }
  for (const auto& [uid, node] : plan.records.nodes) {
    out << fmt::format("  node {} {}/{} {} {} {} follows={} incarnation={} revision={}{}\n", uid, node.cluster_id, node.id,
                       node.zone, Text(node.role), Text(node.status), node.follows, node.incarnation, node.revision,
                       node.fenced ? " FENCED" : "");
  }
  for (const Event& event : plan.events) out << fmt::format("  event {}: {}\n", event.source_id, event.message);
  for (const PlannedAction& d : plan.decisions) out << fmt::format("  {} {}: {}\n", Text(d.kind), d.subject, d.reason);
  if (!plan.withdraw.empty()) out << fmt::format("  withdraw {}\n", fmt::join(plan.withdraw, ","));
  if (!plan.ask_directly.empty()) out << fmt::format("  ask {}\n", fmt::join(plan.ask_directly, ","));
  if (!plan.fence_directly.empty()) out << fmt::format("  kill {}\n", fmt::join(plan.fence_directly, ","));
  return out;
}

}  // namespace elastilab
