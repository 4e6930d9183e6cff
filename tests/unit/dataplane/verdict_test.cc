#include "dataplane/health/verdict.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

TEST(VerdictTest, Table) {
  struct {
    int misses;
    const char* states;
    Verdict verdict;
  } kRows[] = {
      {0, "RSDTtZX?", Verdict::kAnswers}, {1, "RSDTtZX?", Verdict::kSuspicious}, {2, "RSDTtZX?", Verdict::kSuspicious},
      {3, "Tt", Verdict::kFrozen},        {3, "RSD", Verdict::kBusy},            {3, "ZX?I", Verdict::kSuspicious},
      {9000, "RSD", Verdict::kBusy},      {9000, "Tt", Verdict::kFrozen},
  };
  for (const auto& row : kRows) {
    for (const char* state = row.states; *state != '\0'; ++state) {
      EXPECT_EQ(JudgeSilence({row.misses, *state}), row.verdict) << row.misses << " misses, state " << *state;
    }
  }
}

}  // namespace
}  // namespace elastilab
