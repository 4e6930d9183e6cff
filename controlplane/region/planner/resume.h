// How a node group comes back after `elastilab down` and `up`, or when all its processes are gone and files are left: the
// copy with the most becomes the primary, whoever it was, and nobody's files are emptied before that is known.
//
// `down` marks every node as stopped. Until its group is resumed, such a node's wish is to be held: its agent looks at
// its files, says what they hold, and starts nothing. When every zone has spoken (or is lost, or has not come back for
// kResumePatienceMicros while others have data), the copies are compared:
//
//   a process that lives (it was busy while the lab went down)      holds what it holds
//   a dump written in good order, an append-only file               up to the offset that is written in it
//   nothing                                                         its process was dead before
//
// All start on what they have; those who have nothing begin again empty and fill themselves from the primary.
#pragma once

#include "controlplane/region/planner/shard_change.h"

namespace elastilab {

// True while the node group waits to be resumed, and in the pass that resumes it: nothing else is to be done to it.
bool Resume(Planning& p, NodeGroup& shard);

// Nobody of a node group lives: the one with the most in its files begins again on them, as primary. False when nobody
// has any.
bool ReviveFromFiles(Planning& p, NodeGroup& shard);

// How long a zone that is not lost may keep a node group waiting that has data elsewhere.
inline constexpr int64_t kResumePatienceMicros = 30'000'000;

}  // namespace elastilab
