// How a failed primary comes back where automatic failover is off: it is filled from the best replica, and nobody writes
// meanwhile.
//
//      kMeasuring ─► kRebuilding ─────────────────────► kReturning ─────────────────► kNone
//                    the best replica serves as source, the old primary is full: the
//                    without the endpoint               source hands its role over, the
//                                                       endpoint opens
//
// The source holds everything until the rebuilt primary serves; should it die before, the next best is asked. The role
// comes back by the engines' own means (handover.h), so that two of them never take writes at once, whose agent may be
// away as well.
#pragma once

#include "controlplane/region/planner/shard_change.h"

namespace elastilab {

// The candidate was chosen and becomes the source.
void BeginRebuild(Planning& p, NodeGroup& shard);

// Takes the next step.
void Rebuild(Planning& p, NodeGroup& shard);

}  // namespace elastilab
