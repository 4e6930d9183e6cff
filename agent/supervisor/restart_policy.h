// When to start a process again: a pure calculation. The supervisor asks and obeys.
//
//   attempt   1    2        3        4        …   9
//   delay     0    100 ms   200 ms   400 ms   …   10 s, and so for ever
//
// A process that ran healthily for 30 s starts the series afresh: its next exit is news, not part of a crash loop.
#pragma once

#include <chrono>

namespace elastilab {

struct RestartDecision {
  std::chrono::milliseconds delay{0};
  int attempts = 0;  // to be handed in at the next exit
  bool operator==(const RestartDecision&) const = default;
};

// `attempts`: how often it was started again since it last ran healthily for long enough.
// `healthy_for`: how long the process that just ended had been answering; zero when it never did.
RestartDecision DecideRestart(int attempts, std::chrono::milliseconds healthy_for);

}  // namespace elastilab
