#include "agent/supervisor/node_state.h"

namespace elastilab {

const char* NodePhaseName(NodePhase phase) {
  switch (phase) {
    case NodePhase::kAbsent: return "absent";
    case NodePhase::kStarting: return "starting";
    case NodePhase::kReady: return "ready";
    case NodePhase::kBusy: return "busy";
    case NodePhase::kFrozen: return "frozen";
    case NodePhase::kExited: return "exited";
    case NodePhase::kStopped: return "stopped";
    case NodePhase::kFailed: return "failed";
  }
  return "?";
}

}  // namespace elastilab
