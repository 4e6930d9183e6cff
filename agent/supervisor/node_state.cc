#include "agent/supervisor/node_state.h"

namespace elastilab {

const char* PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kAbsent: return "absent";
    case Phase::kStarting: return "starting";
    case Phase::kReady: return "ready";
    case Phase::kSilent: return "silent";
    case Phase::kExited: return "exited";
    case Phase::kStopped: return "stopped";
    case Phase::kFailed: return "failed";
  }
  return "?";
}

}  // namespace elastilab
