// Starting processes, for the daemon, the agents, the command line and the tests.
//
// A child is a session of its own (neither a Ctrl-C for us nor the end of our terminal reaches it), all signals have
// their default effect in it and none is blocked but those that the command holds, whatever we block or ignore; only
// the descriptors that the command names reach it. Nothing is forked: gRPC's threads forbid that.
#pragma once

#include <cstdint>

#include "common/os/command.h"
#include "common/os/unique_fd.h"
#include "common/status.h"

namespace elastilab {

// Forgetting it leaves the process alone. It is ours to reap: TakeExitText of pidfd.h.
struct Child {
  int64_t pid = 0;
  UniqueFd pidfd;
};

// FailedPrecondition names what could not be started and why. Thread-safe.
StatusOr<Child> Spawn(const Command& command);

}  // namespace elastilab
