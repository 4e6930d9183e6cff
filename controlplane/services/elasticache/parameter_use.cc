#include "controlplane/services/elasticache/parameter_use.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/catalog/engine_choice.h"
#include "controlplane/region/faults/faults.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "controlplane/services/elasticache/provision.h"

namespace elastilab {
namespace {

template <typename Record>
bool Uses(const Record& record, const std::string& parameter_group) {
  return record.parameter_group == parameter_group || record.pending.parameter_group == parameter_group;
}

}  // namespace

std::vector<const CacheCluster*> ClustersUnder(const Draft& draft, const std::string& parameter_group) {
  std::vector<const CacheCluster*> clusters = draft.All<CacheCluster>();
  std::erase_if(clusters, [&](const CacheCluster* cluster) { return cluster->parameter_group != parameter_group; });
  return clusters;
}

bool IsInUse(const Draft& draft, const std::string& parameter_group) {
  const auto uses = [&](const auto* record) { return Uses(*record, parameter_group); };
  const auto clusters = draft.All<CacheCluster>();
  const auto groups = draft.All<ReplicationGroup>();
  return std::any_of(clusters.begin(), clusters.end(), uses) || std::any_of(groups.begin(), groups.end(), uses);
}

bool IsInUse(const State& state, const std::string& parameter_group) {
  const auto uses = [&](const auto& entry) { return Uses(*entry.second, parameter_group); };
  return std::any_of(state.clusters.begin(), state.clusters.end(), uses) ||
         std::any_of(state.groups.begin(), state.groups.end(), uses);
}

void ApplyParameters(Draft& draft, const CacheCluster& cluster) {
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* found = draft.Find<CacheNode>(uid);
    if (found == nullptr || found->status == NodeStatus::kDeleting) continue;
    CacheNode node = *found;
    ++node.revision;
    if (node.status != NodeStatus::kCreating) node.parameters = ParameterStatus::kApplying;
    draft.Put(std::move(node));
  }
}

void TakeStartupSettings(Draft& draft, const CacheCluster& cluster) {
  const auto group = FindParameterGroup(draft, cluster.parameter_group);
  if (!group) return;
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* found = draft.Find<CacheNode>(uid);
    if (found == nullptr) continue;
    CacheNode node = *found;
    node.startup_settings = StartupSettings(*group);
    draft.Put(std::move(node));
  }
}

StatusOr<std::string> ChooseGroupFor(const Draft& draft, Engine engine, const std::string& full_version, bool in_group,
                                     const std::string& present, const std::optional<std::string>& asked) {
  const EngineVersion* version = FindFullEngineVersion(engine, full_version);
  if (version == nullptr)
    return absl::InternalError(fmt::format("the catalog has no {} {}", Text(engine), full_version));
  if (asked) {
    const auto group = FindParameterGroup(draft, LowerCase(*asked));
    if (!group) return CacheParameterGroupNotFound(*asked);
    RETURN_IF_ERROR(CheckParameterGroupFits(*group, version->family, in_group));
    return group->name;
  }
  const auto group = FindParameterGroup(draft, present);
  if (group && group->family == version->family) return present;
  const auto default_group = ParseDefaultParameterGroup(present);
  if (default_group || !group)
    return DefaultParameterGroup(version->family, default_group && default_group->cluster_mode);
  return InvalidParameterCombination(fmt::format(
      "Version {} needs a parameter group of family {}; {} is one of family {}. Give CacheParameterGroupName too.",
      version->short_version, version->family, present, group->family));
}

Status CheckNothingPending(const Draft& draft, const ParameterGroup& group) {
  const auto lost = LostZones(draft);
  for (const CacheCluster* cluster : ClustersUnder(draft, group.name)) {
    for (NodeUid uid : cluster->nodes) {
      const CacheNode* node = draft.Find<CacheNode>(uid);
      if (node == nullptr || node->parameters != ParameterStatus::kApplying) continue;
      if (node->status == NodeStatus::kDeleting || lost.contains(node->zone) || !node->problem.empty()) continue;
      // Terraform matches " has pending changes" and tries again.
      return InvalidCacheParameterGroupState(fmt::format(
          "The parameter group {} has pending changes: cache node {} of {} has not applied the last ones yet. "
          "Try again in a moment.",
          group.name, node->id, node->cluster_id));
    }
  }
  return absl::OkStatus();
}

}  // namespace elastilab
