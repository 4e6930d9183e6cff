#include "dataplane/health/verdict.h"

namespace elastilab {

Verdict JudgeSilence(const SilenceEvidence& evidence) {
  if (evidence.consecutive_misses <= 0) return Verdict::kAnswers;
  if (evidence.consecutive_misses < kMissesToJudge) return Verdict::kSuspicious;
  switch (evidence.process_state) {
    case 'T':
    case 't':
      return Verdict::kFrozen;
    case 'R':
    case 'S':
    case 'D':
      return Verdict::kBusy;
    default:
      return Verdict::kSuspicious;
  }
}

}  // namespace elastilab
