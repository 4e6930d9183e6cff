// How the members of a replication group come to run what their group says: engine version, node type, parameter group.
//
// One node of a node group at a time, and only while all its others serve: replicas first, the primary last. A primary
// with a replica hands its role over before it is touched (nothing is lost, clients reconnect within milliseconds); one
// without is restarted in good order and keeps its data, but does not serve meanwhile.
#pragma once

#include "controlplane/region/planner/node_life.h"

namespace elastilab {

// Takes the next step for one node group, if any is due.
void RollOut(Planning& p, NodeGroup& shard);

// Whether every member runs what the group says.
bool IsRolledOut(const Records& records);

}  // namespace elastilab
