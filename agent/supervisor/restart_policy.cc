#include "agent/supervisor/restart_policy.h"

#include <algorithm>

namespace elastilab {

using std::chrono::milliseconds;

RestartDecision DecideRestart(int attempts, milliseconds healthy_for) {
  constexpr milliseconds kFirst{100};
  constexpr milliseconds kLongest{10'000};
  constexpr milliseconds kHealthyAfter{30'000};
  constexpr int kDoublings = 7;  // 100 ms << 7 is beyond the longest

  const int attempt = healthy_for >= kHealthyAfter ? 1 : attempts + 1;
  if (attempt == 1) return {milliseconds(0), 1};
  return {std::min(kLongest, kFirst * (1 << std::min(attempt - 2, kDoublings))), attempt};
}

}  // namespace elastilab
