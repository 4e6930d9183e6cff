// How a node stands towards its parameter group.
#pragma once

#include "controlplane/region/planner/node_life.h"

namespace elastilab {

// A new process is being asked for: it takes all that the cluster's parameter group says now.
void TakeStartupSettings(Planning& p, CacheNode& node);

// Once a node's wish is in force: in-sync, or pending-reboot while its process was started with other values than its
// group has now. Says, once, what keeps an engine from taking new values.
void JudgeParameters(Planning& p, CacheNode& node);

}  // namespace elastilab
