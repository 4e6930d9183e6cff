// When is a process that doesn't answer called hung? Pure.
//
// It is asked every 100 ms. Hung means: it will be killed, and another node takes over; so the verdict must be quick
// for a process that can't answer and patient with one that is only busy.
//
//   misses   process is           verdict
//   0        –                    answers
//   1–2      –                    suspicious
//   ≥ 3      T t Z X              hung: stopped or dead, it can't answer
//   ≥ 3      R S D, not known     suspicious; hung once it has been silent for 1 s: a long script is not a death
#pragma once

#include <chrono>

namespace elastilab {

enum class Verdict { kAnswers, kSuspicious, kHung };

struct SilenceEvidence {
  int consecutive_misses = 0;
  std::chrono::milliseconds since_last_answer{0};
  char process_state = '?';  // field 3 of /proc/<pid>/stat; '?': could not be read
};

struct SilenceLimits {
  int misses = 3;
  std::chrono::milliseconds running{1000};  // silence that a process which is not stopped may keep
};

Verdict JudgeSilence(const SilenceEvidence& evidence, const SilenceLimits& limits = {});

// JudgeSilence says kHung.
bool IsSilent(const SilenceEvidence& evidence, const SilenceLimits& limits = {});

}  // namespace elastilab
