// How a healthy primary hands its role over: a promotion by hand, or because its node is to be changed. Nothing has
// failed, so nothing may be lost, and no client may get an error but a closed connection.
//
// The primary's agent does it in one task, by the engine's own means (dataplane/engine/redis_handover.h): it pauses
// writes, waits until the replica has every one of them, and lets the engine switch both roles (FAILOVER TO). The old
// primary is a replica before anybody else can write. What can't be done within its time is called off, and everything
// is as it was.
//
//                 wish: task               the engines say: roles switched
//      kNone ───► kHandingOver ───────────────────────────────────────────► kPromoting ─► kReplacing ─► kNone
//                    │  │                                                   (the endpoint moves)
//                    │  └─ called off by its agent: kNone, roles and endpoint as before, an event says why
//                    └─ the primary dies meanwhile: an ordinary failover (failover.h)
//
// The records name the old primary until the engines themselves say that the roles are switched: whichever process dies
// in between, what is written down is what is true. While the task is under way the old primary's wish says nothing
// about its role, so that nobody turns it back.
#pragma once

#include "controlplane/region/planner/shard_change.h"

namespace elastilab {

// Begins the promotion that a user asked for, if one waits; it is called off when that replica can't take over.
void BeginPromotionByHand(Planning& p, NodeGroup& shard);

// Moves the primary's role to a replica so that the primary's node can be changed. False, and nothing is begun, when no
// replica could take it. Only for a node group at rest.
bool BeginMaintenanceHandover(Planning& p, NodeGroup& shard);

// Whether the agent of a node says so of this incarnation's engine.
bool SaysRole(const Planning& p, const CacheNode& node, Role role);

// Takes the next step of a handover under way.
void HandOver(Planning& p, NodeGroup& shard);

// How long an agent may try; each try has a patience of its own, which is much shorter.
inline constexpr int64_t kHandoverMicros = 30'000'000;

// Everything is as it was; users are told why. The old primary keeps, or gets back, role and endpoint.
void CallOff(Planning& p, NodeGroup& shard, const std::string& why);

}  // namespace elastilab
