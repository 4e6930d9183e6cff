#include "controlplane/region/store/changes.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace elastilab {
namespace {

// The record under `key` as the batch sees it; null: none.
template <typename T>
const T* Current(const State& base, const State& batch, const KeyType<T>& key) {
  const auto& table = batch.table<T>();
  if (auto it = table.find(key); it != table.end()) return it->second.get();
  return base.Find<T>(key);
}

template <typename T>
void MergeTable(const State& base, Table<T>& pending, State& batch) {
  for (auto& [key, record] : pending) {
    const T* current = Current<T>(base, batch, key);
    const bool same = record ? current && *current == *record : current == nullptr;
    if (!same) batch.table<T>()[key] = std::move(record);
  }
}

template <typename T>
void ApplyTable(Table<T>& changes, Table<T>& table) {
  for (auto& [key, record] : changes) {
    if (record) {
      table[key].swap(record);
    } else if (auto it = table.find(key); it != table.end()) {
      it->second.swap(record);
      table.erase(it);
    }
  }
}

// Collects the clusters and groups that a changed record belongs to.
struct Touched {
  std::set<std::string> clusters, groups;

  void operator()(const CacheCluster& r) { Add(r.id, r.group_id); }
  void operator()(const ReplicationGroup& r) { groups.insert(r.id); }
  void operator()(const NodeGroup& r) { groups.insert(r.group_id); }
  void operator()(const CacheNode& r) { Add(r.cluster_id, r.group_id); }

  void Add(const std::string& cluster, const std::string& group) {
    clusters.insert(cluster);
    if (!group.empty()) groups.insert(group);
  }
};

// Before and after: a record may have moved.
template <typename T>
void Touch(const State& base, const State& changes, Touched& touched) {
  for (const auto& [key, record] : changes.table<T>()) {
    if (const T* before = base.Find<T>(key)) touched(*before);
    if (record) touched(*record);
  }
}

}  // namespace

bool Changes::empty() const {
  bool empty = records.events.empty() && !prune_events_before && reserve_ids_below == 0;
  ForEachKind([&]<typename T>() { empty = empty && records.table<T>().empty(); });
  return empty;
}

void Merge(const State& base, State pending, std::optional<ServiceTime> prune_events_before, Changes& batch) {
  ForEachKind([&]<typename T>() { MergeTable<T>(base, pending.table<T>(), batch.records); });
  for (const auto& emitted : pending.events) {
    Event event = *emitted;
    event.seq = batch.next_event++;
    batch.records.events.push_back(std::make_shared<const Event>(std::move(event)));
  }
  batch.prune_events_before = std::max(batch.prune_events_before, prune_events_before);
}

Change Summarize(const State& base, const Changes& changes) {
  Touched touched;
  Touch<CacheCluster>(base, changes.records, touched);
  Touch<ReplicationGroup>(base, changes.records, touched);
  Touch<NodeGroup>(base, changes.records, touched);
  Touch<CacheNode>(base, changes.records, touched);
  Change change;
  change.clusters.assign(touched.clusters.begin(), touched.clusters.end());
  change.groups.assign(touched.groups.begin(), touched.groups.end());
  change.events = !changes.records.events.empty() || changes.prune_events_before.has_value();
  change.zones = !changes.records.zones.empty();
  change.settings = !changes.records.settings.empty();
  return change;
}

void Apply(Changes& changes, size_t events_in_memory, State& state) {
  ForEachKind([&]<typename T>() { ApplyTable<T>(changes.records.table<T>(), state.table<T>()); });
  if (const auto oldest = changes.prune_events_before) {
    std::erase_if(state.events, [&](const auto& event) { return event->at < *oldest; });
  }
  for (auto& event : changes.records.events) state.events.push_back(std::move(event));
  while (state.events.size() > events_in_memory) state.events.pop_front();
}

}  // namespace elastilab
