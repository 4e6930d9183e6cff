#include "controlplane/region/planner/parameters.h"

#include <fmt/format.h>

#include "controlplane/region/catalog/parameter_groups.h"

namespace elastilab {
namespace {

// Null when it is not known: then nothing can be said.
const ParameterGroup* GroupOf(const Planning& p, const CacheNode& node) {
  const auto cluster = p.plan.records.clusters.find(node.cluster_id);
  if (cluster == p.plan.records.clusters.end()) return nullptr;
  const auto& groups = p.plan.records.parameter_groups;
  const auto group = groups.find(cluster->second.parameter_group);
  return group == groups.end() ? nullptr : &group->second;
}

void NoticeRefusal(Planning& p, CacheNode& node) {
  const auto seen = p.world.seen.find(node.uid);
  if (seen == p.world.seen.end() || seen->second.incarnation != node.incarnation) return;
  const NodeObservation& o = seen->second;
  if (o.phase != Phase::kReady || o.problem.empty() || o.problem == node.problem) return;
  node.problem = o.problem;
  p.TellCluster(node.cluster_id,
                fmt::format("Parameters cannot be applied to cache node {}: {}", node.id, node.problem));
}

}  // namespace

void TakeStartupSettings(Planning& p, CacheNode& node) {
  if (const ParameterGroup* group = GroupOf(p, node)) node.startup_settings = StartupSettings(*group);
}

void JudgeParameters(Planning& p, CacheNode& node) {
  const ParameterGroup* group = GroupOf(p, node);
  if (group == nullptr || node.status == NodeStatus::kDeleting) return;
  if (!WishIsInForce(p.world, node)) {
    if (node.parameters == ParameterStatus::kApplying) NoticeRefusal(p, node);
    return;
  }
  if (node.parameters == ParameterStatus::kApplying) node.problem.clear();
  const bool same = node.startup_settings == StartupSettings(*group);
  node.parameters = same ? ParameterStatus::kInSync : ParameterStatus::kPendingReboot;
}

}  // namespace elastilab
