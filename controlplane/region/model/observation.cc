#include "controlplane/region/model/observation.h"

namespace elastilab {

std::string_view Text(Phase phase) {
  switch (phase) {
    case Phase::kUnknown:
      return "unknown";
    case Phase::kAbsent:
      return "absent";
    case Phase::kStarting:
      return "starting";
    case Phase::kReady:
      return "ready";
    case Phase::kBusy:
      return "busy";
    case Phase::kFrozen:
      return "frozen";
    case Phase::kExited:
      return "exited";
    case Phase::kStopped:
      return "stopped";
    case Phase::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string_view Text(DirectVerdict verdict) {
  switch (verdict) {
    case DirectVerdict::kUnknown:
      return "not asked";
    case DirectVerdict::kAnswers:
      return "answers";
    case DirectVerdict::kGone:
      return "gone";
    case DirectVerdict::kFrozen:
      return "frozen";
    case DirectVerdict::kBusy:
      return "busy";
    case DirectVerdict::kSilent:
      return "silent";
  }
  return "not asked";
}

}  // namespace elastilab
