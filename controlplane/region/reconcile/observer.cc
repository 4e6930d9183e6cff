#include "controlplane/region/reconcile/observer.h"

#include "controlplane/region/catalog/parameter_groups.h"

namespace elastilab {
namespace {

void AddParameterGroup(const State& state, const std::string& name, Records& records) {
  if (records.parameter_groups.contains(name)) return;
  if (auto group = FindParameterGroup(state, name)) records.parameter_groups.emplace(name, *std::move(group));
}

void AddCluster(const State& state, const std::string& id, Records& records) {
  const CacheCluster* cluster = state.Find<CacheCluster>(id);
  if (cluster == nullptr) return;
  records.clusters.emplace(id, *cluster);
  AddParameterGroup(state, cluster->parameter_group, records);
  for (NodeUid uid : cluster->nodes) {
    if (const CacheNode* node = state.Find<CacheNode>(uid)) records.nodes.emplace(uid, *node);
  }
}

void AddShard(const State& state, const ReplicationGroup& group, const std::string& id, Records& records) {
  const NodeGroup* shard = state.Find<NodeGroup>(group.id + "/" + id);
  if (shard == nullptr) return;
  records.node_groups.emplace(id, *shard);
  if (const FailoverRecord* record = state.Find<FailoverRecord>(shard->failover.record_id)) {
    records.failovers.emplace(record->id, *record);
  }
}

}  // namespace

Records RecordsOf(const State& state, const ReconcileKey& key) {
  Records records;
  if (!key.is_group) {
    const CacheCluster* cluster = state.Find<CacheCluster>(key.id);
    if (cluster != nullptr && cluster->group_id.empty()) AddCluster(state, key.id, records);
    return records;
  }
  const ReplicationGroup* group = state.Find<ReplicationGroup>(key.id);
  if (group == nullptr) return records;
  records.group = *group;
  AddParameterGroup(state, group->parameter_group, records);
  for (const std::string& id : group->member_clusters) AddCluster(state, id, records);
  for (const std::string& id : group->node_groups) AddShard(state, *group, id, records);
  return records;
}

std::optional<ReconcileKey> KeyOfCluster(const State& state, const std::string& cluster_id) {
  const CacheCluster* cluster = state.Find<CacheCluster>(cluster_id);
  if (cluster == nullptr) return std::nullopt;
  return cluster->group_id.empty() ? ReconcileKey{false, cluster_id} : ReconcileKey{true, cluster->group_id};
}

std::optional<ReconcileKey> KeyOfNode(const State& state, NodeUid uid) {
  const CacheNode* node = state.Find<CacheNode>(uid);
  if (node == nullptr) return std::nullopt;
  return KeyOfCluster(state, node->cluster_id);
}

std::optional<ReconcileKey> KeyOfName(const State& state, const std::string& name) {
  if (state.Find<ReplicationGroup>(name) != nullptr) return ReconcileKey{true, name};
  return KeyOfCluster(state, name);
}

std::vector<ReconcileKey> AllKeys(const State& state) {
  std::vector<ReconcileKey> keys;
  for (const auto& [id, group] : state.groups) keys.push_back({true, id});
  for (const auto& [id, cluster] : state.clusters) {
    if (cluster->group_id.empty()) keys.push_back({false, id});
  }
  return keys;
}

World Observe(const Store& store, const Fleet& fleet, const Clock& clock, const ReconcileKey& key) {
  World world;
  world.now = clock.Now();
  world.now_micros = Micros(clock.Monotonic());
  world.started_micros = Micros(fleet.started());
  store.Read([&](const State& state) {
    world.records = RecordsOf(state, key);
    if (const LabSettings* settings = state.Find<LabSettings>(1)) world.suspended = settings->suspended;
    for (const auto& [name, zone] : state.zones) {
      if (zone->status == ZoneStatus::kLost) world.lost_zones.insert(name);
    }
  });
  world.zones = fleet.ZonesSeen();
  for (const auto& [uid, node] : world.records.nodes) {
    if (auto seen = fleet.Observation(uid)) world.seen.emplace(uid, std::move(*seen));
  }
  return world;
}

}  // namespace elastilab
