// What is a process that doesn't answer? Pure.
//
// It is asked every 100 ms. Frozen means: it can't answer, and where others hold its data it will be killed; so the
// verdict must be quick for a process that can't answer, and patient with one that is only busy.
//
//   misses   process is           verdict
//   0        –                    answers
//   1–2      –                    suspicious
//   ≥ 3      T t                  frozen: stopped by a signal
//   ≥ 3      R S D                busy: a script, a big command, a CLIENT PAUSE of its own clients
//   ≥ 3      Z X, not known       suspicious: its exit is about to be seen
#pragma once

namespace elastilab {

enum class Verdict { kAnswers, kSuspicious, kFrozen, kBusy };

struct SilenceEvidence {
  int consecutive_misses = 0;
  char process_state = '?';  // field 3 of /proc/<pid>/stat; '?': could not be read
};

inline constexpr int kMissesToJudge = 3;

Verdict JudgeSilence(const SilenceEvidence& evidence);

}  // namespace elastilab
