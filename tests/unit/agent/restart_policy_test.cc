#include "agent/supervisor/restart_policy.h"

#include <gtest/gtest.h>

#include <vector>

namespace elastilab {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::vector<milliseconds> DelaysOfACrashLoop(int exits, milliseconds healthy_each_time) {
  std::vector<milliseconds> delays;
  int attempts = 0;
  for (int i = 0; i < exits; ++i) {
    const RestartDecision decision = DecideRestart(attempts, healthy_each_time);
    attempts = decision.attempts;
    delays.push_back(decision.delay);
  }
  return delays;
}

TEST(RestartPolicyTest, FirstRestartIsImmediateThenDelaysDoubleUpToTenSeconds) {
  EXPECT_EQ(DelaysOfACrashLoop(11, 0ms), (std::vector<milliseconds>{0ms, 100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms,
                                                                    6400ms, 10s, 10s, 10s}));
}

TEST(RestartPolicyTest, ThousandCrashesLaterItStillWaitsTenSeconds) {
  EXPECT_EQ(DecideRestart(1000, 0ms), (RestartDecision{10s, 1001}));
}

TEST(RestartPolicyTest, ProcessThatRanHealthilyIsRestartedAtOnce) {
  EXPECT_EQ(DecideRestart(7, 30s), (RestartDecision{0ms, 1}));
  EXPECT_EQ(DelaysOfACrashLoop(3, 10min), (std::vector<milliseconds>{0ms, 0ms, 0ms}));
}

TEST(RestartPolicyTest, ShortHealthDoesNotEndACrashLoop) {
  EXPECT_EQ(DelaysOfACrashLoop(3, 29s), (std::vector<milliseconds>{0ms, 100ms, 200ms}));
}

}  // namespace
}  // namespace elastilab
