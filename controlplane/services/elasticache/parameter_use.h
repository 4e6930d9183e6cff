// Which caches live by a parameter group, and what becomes of them when it changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controlplane/region/catalog/parameter_groups.h"
#include "controlplane/services/call/context.h"

namespace elastilab {

// The clusters that use the group, those of replication groups included.
std::vector<const CacheCluster*> ClustersUnder(const Draft& draft, const std::string& parameter_group);

// Whether a cluster or replication group uses it or is about to. `source` is a Draft or the State.
bool IsInUse(const Draft& draft, const std::string& parameter_group);
bool IsInUse(const State& state, const std::string& parameter_group);

// The values for the cluster's nodes are others now: their agents are told, and each node counts as applying until the
// planner finds its wish in force.
void ApplyParameters(Draft& draft, const CacheCluster& cluster);

// The cluster's nodes are about to get new processes, which take what the group says now.
void TakeStartupSettings(Draft& draft, const CacheCluster& cluster);

// The parameter group for caches that are to run `full_version`: the one asked for, which must exist and fit; else the
// `present` one if it fits; else, in place of a default group, the default one of the version's family.
// CacheParameterGroupNotFound, InvalidParameterCombination.
StatusOr<std::string> ChooseGroupFor(const Draft& draft, Engine engine, const std::string& full_version, bool in_group,
                                     const std::string& present, const std::optional<std::string>& asked);

// InvalidCacheParameterGroupState while a node that could do so has not applied the last changes yet. One that can't
// (its zone is lost, its engine refuses a value) is no reason to wait: the next change may be what mends it.
// For a reset only, as in the service: changes may follow each other, and Terraform sends them twenty at a time.
Status CheckNothingPending(const Draft& draft, const ParameterGroup& group);

}  // namespace elastilab
