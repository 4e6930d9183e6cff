// Which table each kind of record lives in, and the columns it shows beside its document.
#pragma once

#include "controlplane/store/sqlite.h"
#include "controlplane/store/state.h"

namespace elastilab {

// Writes what `changes` holds: a record is inserted or replaced, a null one is deleted. Events get their sequence
// numbers from `next_event` on.
Status WriteChanges(Connection& connection, const State& changes, int64_t next_event);

// Reads everything.
StatusOr<State> ReadState(Connection& connection);

}  // namespace elastilab
