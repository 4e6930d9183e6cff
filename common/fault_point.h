// Named places where a test, or `elastilab fault point`, makes the program fail on cue.
//
//   RETURN_IF_ERROR(FaultPoint("executor.after_commit"));
//
// Armed from the environment (ELASTILAB_FAULTS="executor.after_commit=crash,store.commit=error@3") or by ArmFaultPoint.
// `crash` is _exit(86) at once, like a power cut for the process; `error` returns Unavailable; `throw` is a bug of ours, an
// exception; `@n` means the n-th time.
// Costs one relaxed load when nothing is armed.
#pragma once

#include <string_view>

#include "common/status.h"

namespace elastilab {

enum class FaultKind { kError, kCrash, kThrow };

constexpr int kFaultCrashExitCode = 86;

Status FaultPoint(std::string_view name);

// Fires once, at the `nth` passage from now. Thread-safe.
void ArmFaultPoint(std::string_view name, FaultKind kind, int nth = 1);
void DisarmFaultPoints();

// Reads a list in the form above; says what is wrong with it.
Status ArmFaultPointsFrom(std::string_view list);

}  // namespace elastilab
