// Mutations run in vain, to hold them to what store.h asks of them.
#pragma once

#include "controlplane/region/store/store.h"

namespace elastilab {

// `mutation`, which is run twice before it counts: on the very state it is for, and on the visible one, as if the others of
// its commit came later. Internal, and no change, when the run that counts answers or changes otherwise than the first.
// All runs get the same ids.
Mutation Rehearsed(Mutation mutation);

}  // namespace elastilab
