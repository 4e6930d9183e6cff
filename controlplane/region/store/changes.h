// What one commit is about to change: the successful mutations of a batch, laid over the state they were made for.
//
// A mutation works on a draft of its own. Merge lays the draft over the batch when the mutation succeeded; a failed one
// is dropped and has left no trace. The database is written from the batch, then memory is changed by it.
#pragma once

#include <optional>

#include "controlplane/region/store/store.h"

namespace elastilab {

struct Changes {
  State records;  // new values by key, null: deleted; and the new events, numbered
  std::optional<ServiceTime> prune_events_before;
  int64_t reserve_ids_below = 0;  // ids that must be remembered as given; 0: no news
  int64_t next_event = 0;         // the number of the next event after this commit

  // True when there is nothing to save.
  bool empty() const;
};

// Lays the changes of a successful mutation over the batch, without those that change nothing; numbers its events.
void Merge(const State& base, State pending, std::optional<ServiceTime> prune_events_before, Changes& batch);

// What listeners are told. `base` is the state before Apply; the revision is left to the caller.
Change Summarize(const State& base, const Changes& changes);

// Makes the changes in `state`. The records they replace are left in `changes`, so that a caller who holds a lock can
// free them after it.
void Apply(Changes& changes, size_t events_in_memory, State& state);

}  // namespace elastilab
