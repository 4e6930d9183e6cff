// How a node group gets a new primary when its primary has failed.
//
// The rule above all: a replica is promoted only when the old primary certainly cannot write any more. That is the
// fence, and it is confirmed, never assumed: evidence.h lists what confirms it. The second rule: nobody begins again
// empty while any node of the group has, loads, or may have data.
//
//                     exit seen, gone on its host               nobody has, or may have, the data
//        ┌─────────────────────────────────────┐      ┌───────────────────────────────────► revived on saved files, or
//        │                                     ▼      │                                     replaced cold: data lost
//      kNone ── frozen, long busy, ───► kFencing ─► kMeasuring ──► kPromoting ──► kReplacing ──► kNone
//        ▲      TestFailover            SIGKILL     ask replicas    least lag      others follow,    │
//        │      (if others hold it)                 for offsets     is promoted,   the old one comes │
//        │                                          (≤ 30 ms)       endpoint moves back as a replica │
//        └───────────────────────────────────────────────────────────────────────────────────────────┘
//
// Without automatic failover the failed primary itself comes back, filled from a replica (rebuild.h). Planned changes
// do not fail over, they hand over (handover.h). After `elastilab down` the copy with the most is found first (resume.h).
//
// Each step is committed before it is acted on. A crash between steps leaves a step that is looked at again: every step
// first checks the world. A new primary that dies during kPromoting goes back to kMeasuring; during kReplacing it is a
// new failover.
//
// An AZ that is lost takes its primaries the same way: the agent's stream breaks, the engines are asked directly, and a
// process that is gone from its host is a confirmed fence. A dead agent with healthy engines is no outage.
#pragma once

#include "controlplane/region/planner/shard_change.h"

namespace elastilab {

// Takes one step for one node group; called on every pass. Handles the primary's death, silence and return; replicas
// are tended by TendNode. Events are those of shared/reference/behaviours.md section 2, in their order.
void TendPrimary(Planning& p, NodeGroup& shard);

// The old primary is certainly dead: asks the replicas how far they are.
void StartMeasuring(Planning& p, NodeGroup& shard);

// How long replicas have to answer with fresh offsets before the ones at hand decide.
inline constexpr int64_t kMeasureMicros = 30'000;

}  // namespace elastilab
