#include "dataplane/health/verdict.h"

namespace elastilab {

Verdict JudgeSilence(const SilenceEvidence& evidence, const SilenceLimits& limits) {
  if (evidence.consecutive_misses <= 0) return Verdict::kAnswers;
  if (evidence.consecutive_misses < limits.misses) return Verdict::kSuspicious;
  switch (evidence.process_state) {
    case 'T':
    case 't':
    case 'Z':
    case 'X':
      return Verdict::kHung;
    default:
      return evidence.since_last_answer >= limits.running ? Verdict::kHung : Verdict::kSuspicious;
  }
}

bool IsSilent(const SilenceEvidence& evidence, const SilenceLimits& limits) {
  return JudgeSilence(evidence, limits) == Verdict::kHung;
}

}  // namespace elastilab
