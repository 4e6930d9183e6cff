// Gathers the world of one key: the records from the store, what was seen of them from the fleet.
#pragma once

#include <optional>
#include <string>

#include "controlplane/region/fleet/fleet.h"
#include "controlplane/region/planner/world.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

// What is reconciled together: a replication group with its members, or a cluster that stands alone.
struct ReconcileKey {
  bool is_group = false;
  std::string id;
  auto operator<=>(const ReconcileKey&) const = default;
};

// The records of a key; empty when it is gone.
Records RecordsOf(const State& state, const ReconcileKey& key);
// The key that a cluster, a node, or a name that users type belongs to; empty when there is none.
std::optional<ReconcileKey> KeyOfCluster(const State& state, const std::string& cluster_id);
std::optional<ReconcileKey> KeyOfNode(const State& state, NodeUid uid);
std::optional<ReconcileKey> KeyOfName(const State& state, const std::string& name);
std::vector<ReconcileKey> AllKeys(const State& state);

World Observe(const Store& store, const Fleet& fleet, const Clock& clock, const ReconcileKey& key);

}  // namespace elastilab
