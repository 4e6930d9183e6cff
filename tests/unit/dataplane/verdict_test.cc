#include "dataplane/health/verdict.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

using namespace std::chrono_literals;

TEST(VerdictTest, Table) {
  struct {
    int misses;
    std::chrono::milliseconds silence;
    const char* states;
    Verdict verdict;
  } kRows[] = {
      {0, 0ms, "RSDTtZX?", Verdict::kAnswers},       {1, 100ms, "RSDTtZX?", Verdict::kSuspicious},
      {2, 5000ms, "RSDTtZX?", Verdict::kSuspicious}, {3, 300ms, "TtZX", Verdict::kHung},
      {3, 300ms, "RSD?I", Verdict::kSuspicious},     {9, 999ms, "RSD?I", Verdict::kSuspicious},
      {9, 1000ms, "RSD?I", Verdict::kHung},          {30, 60000ms, "RSDTtZX?", Verdict::kHung},
  };
  for (const auto& row : kRows) {
    for (const char* state = row.states; *state != '\0'; ++state) {
      const SilenceEvidence evidence{row.misses, row.silence, *state};
      EXPECT_EQ(JudgeSilence(evidence), row.verdict) << row.misses << " misses, state " << *state;
      EXPECT_EQ(IsSilent(evidence), row.verdict == Verdict::kHung);
    }
  }
}

}  // namespace
}  // namespace elastilab
