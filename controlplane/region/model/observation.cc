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
    case Phase::kSilent:
      return "silent";
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
      return "nothing listens";
    case DirectVerdict::kSilent:
      return "silent";
  }
  return "not asked";
}

}  // namespace elastilab
