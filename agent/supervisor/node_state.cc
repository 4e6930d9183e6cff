#include "agent/supervisor/node_state.h"

namespace elastilab {

const char* PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kAbsent: return "absent";
    case Phase::kStarting: return "starting";
    case Phase::kReady: return "ready";
    case Phase::kBusy: return "busy";
    case Phase::kFrozen: return "frozen";
    case Phase::kExited: return "exited";
    case Phase::kStopped: return "stopped";
    case Phase::kFailed: return "failed";
  }
  return "?";
}

}  // namespace elastilab
