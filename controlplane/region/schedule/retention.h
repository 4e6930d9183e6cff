// How long the past is kept, on the service clock: events for 14 days, as the service keeps them; the stories of failovers
// likewise, and of each group that still exists the newest in any case. What is under way is never forgotten.
#pragma once

#include <vector>

#include "common/clock.h"
#include "common/status.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

constexpr auto kPastIsKept = std::chrono::days(14);
constexpr int kFailoversKeptPerGroup = 10;

// The records of failovers that are too old at `now`. O(records), which forgetting keeps few.
std::vector<int64_t> ForgettableFailovers(const State& state, ServiceTime now);

// Not thread-safe.
class Retention {
 public:
  Retention(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Forgets what is too old; costs nothing when the last look was less than an hour of service time ago, and no commit
  // when nothing is due.
  Status Look();

 private:
  bool EventsAreDue(const State& state, ServiceTime now) const;

  Store& store_;
  const Clock& clock_;
  ServiceTime next_look_;
  ServiceTime swept_;  // when events were last forgotten
};

}  // namespace elastilab
