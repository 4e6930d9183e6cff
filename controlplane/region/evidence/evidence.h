// How we know that an engine is alive or dead: the only place that says so. Each kind of evidence has a name, and says
// what it allows. Pure.
//
//   evidence         what was seen                                              kill it        promote past it
//   ---------------  ---------------------------------------------------------  -------------  ---------------
//   exit-seen        its agent saw the process end                              –              at once
//   gone-on-host     the process is not on its host any more (pid, start time,  –              at once
//                    boot), seen by whoever asked while its agent was away
//   lease-over       its agent's lease is certainly over, and that agent        –              at once
//                    fences its primaries when its lease lapses
//   frozen           three questions without an answer, and /proc says that a   if another     no: the kill is
//                    signal has stopped the process                             holds its data the fence
//   busy             no answer, but the process runs: a script, a big command,  after minutes, no
//                    a CLIENT PAUSE; or it loads what it held                   as above
//   silent           no answer, and the process can't be looked at              no             no
//   answers, starts  it lives                                                   no             no
//   none             nobody has looked yet                                      no             no
//
// One missed answer, one EOF, one refused connection is never proof of death: redis closes its listeners for an instant
// whenever it changes its addresses. And a process that lives is never ended while nobody else holds what it holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controlplane/region/model/observation.h"

namespace elastilab {

enum class Evidence {
  kNone,
  kStarts,
  kLoads,
  kAnswers,
  kBusy,
  kFrozen,
  kSilent,
  kExitSeen,
  kGoneOnHost,
  kLeaseOver,
};
std::string_view Text(Evidence evidence);

// Nothing of it can still write.
constexpr bool IsDeath(Evidence e) {
  return e == Evidence::kExitSeen || e == Evidence::kGoneOnHost || e == Evidence::kLeaseOver;
}
// How long a process that runs and does not answer is left alone, when others hold its data; a setting of the lab's.
inline constexpr int64_t kBusyPatienceMicros = 180'000'000;
// After that long users are told that it does not answer.
inline constexpr int64_t kTellSilenceMicros = 5'000'000;
// Questions in a row that a process which was found stopped by a signal must have missed.
inline constexpr int kFrozenMisses = 3;
// How long an answer to a question that was asked without its agent counts.
inline constexpr int64_t kDirectAnswerMicros = 300'000;

// Weighs what was seen of a node's present incarnation. `seen` may be null; while its agent
// is connected its word counts; without it what the engine answers when it is asked
// directly. `zone` may be null.
Evidence Weigh(const CacheNode& node, const NodeObservation* seen, const ZoneObservation* zone, int64_t now_micros);

// Since when it has not answered (CLOCK_MONOTONIC); 0 while it does, or when that is not known.
int64_t SilentSince(const NodeObservation& seen, bool connected);

// For records and people: "exit-seen: killed by SIGKILL".
std::string Describe(Evidence evidence, const CacheNode& node, const NodeObservation& seen);

}  // namespace elastilab
