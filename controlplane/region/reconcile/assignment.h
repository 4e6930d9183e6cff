// From records to the agent protocol: the whole wish for one node.
#pragma once

#include "common/secret.h"
#include "controlplane/region/catalog/naming.h"
#include "controlplane/region/planner/wish.h"

namespace elastilab::agent::v1 {
class Assignment;
}

namespace elastilab {

// `records` are those of the node's key. Passwords are derived from the lab's key, never stored.
agent::v1::Assignment MakeAssignment(const Records& records, const CacheNode& node, const Location& where,
                                     const LabKey& key);

}  // namespace elastilab
