// How a node group gets a new primary.
//
// The rule above all: a replica is promoted only when the old primary certainly cannot write any more. That is the
// fence, and it is confirmed, never assumed: the process is gone (its agent saw the exit, or nothing listens on its
// address any more), or, in a promotion by hand, it has given up the primary endpoint.
//
//                     exit seen                               no replica can be promoted
//        ┌─────────────────────────────────────┐      ┌───────────────────────────────────► replaced cold,
//        │                                     ▼      │                                     data lost
//      kNone ── silent, TestFailover, ──► kFencing ─► kMeasuring ──► kPromoting ──► kReplacing ──► kNone
//        ▲      by hand                   SIGKILL,    ask replicas    least lag      others follow,    │
//        │                                unbind      for offsets     is promoted,   the old one comes │
//        │                                            (≤ 30 ms)       endpoint moves back as a replica │
//        └─────────────────────────────────────────────────────────────────────────────────────────────┘
//
// Without automatic failover the failed primary itself comes back, filled from a replica, and nobody writes meanwhile:
//
//      kFencing ─► kMeasuring ─► kRebuilding ─────────────────► kReturning ─────────────► kNone
//                                the best replica serves as     the old primary is full,
//                                source, without the endpoint   it takes its place again
//
// Each step is committed before it is acted on. A crash between steps leaves a step that is looked at again: every step
// first checks the world. A new primary that dies during kPromoting goes back to kMeasuring; during kReplacing it is a
// new failover.
//
// An AZ that is lost takes its primaries the same way: the agent's stream breaks, the engines are asked directly, and
// an address on which nothing listens is a confirmed fence. A dead agent with healthy engines is no outage.
#pragma once

#include "controlplane/region/planner/node_life.h"

namespace elastilab {

// Takes one step for one node group; called on every pass. Handles the primary's death, silence and return; replicas
// are tended by TendNode. Events are those of shared/reference/behaviours.md section 2, in their order.
void TendPrimary(Planning& p, NodeGroup& shard);

// Moves the primary's role to a replica so that the primary's node can be changed. False, and nothing is begun, when no
// replica could take it. Only for a node group at rest.
bool BeginMaintenanceFailover(Planning& p, NodeGroup& shard);

// A change of primary is under way and the endpoint has not moved yet.
bool IsMovingPrimary(const NodeGroup& shard);

// How long replicas have to answer with fresh offsets before the ones at hand decide.
inline constexpr int64_t kMeasureMicros = 30'000;
// How long a planned promotion waits for its candidate to have every write of the old primary.
inline constexpr int64_t kCatchUpMicros = 10'000'000;

}  // namespace elastilab
