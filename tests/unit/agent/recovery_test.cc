#include "agent/journal/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

namespace elastilab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ProcessIdentity kEngine{100, 5000};
const char kLog[] = "/lab/nodes/1/engine.log";

ProcessRecord Record(RecordState state) {
  ProcessRecord record;
  record.state = state;
  record.boot_id = "today";
  if (state != RecordState::kIntent) record.process = kEngine;
  return record;
}

// The host: which processes live, and which write to our logs.
HostView Host(std::map<int64_t, ProcStat> processes, std::vector<MarkedProcess> marked = {}) {
  return {"today",
          [processes](int64_t pid) {
            const auto it = processes.find(pid);
            return it == processes.end() ? std::nullopt : std::optional(it->second);
          },
          std::move(marked)};
}

TEST(RecoveryTest, NoRecordMeansNeverStarted) {
  EXPECT_EQ(JudgeRecord(std::nullopt, kLog, Host({})).fate, Fate::kNeverStarted);
}

TEST(RecoveryTest, LivingProcessWithItsStartTimeIsAdopted) {
  const auto found = JudgeRecord(Record(RecordState::kRunning), kLog, Host({{100, {kEngine, 'S', 1}}}));
  EXPECT_EQ(found, (Recovered{Fate::kAlive, kEngine}));
}

TEST(RecoveryTest, SamePidWithAnotherStartTimeIsAStranger) {
  const auto found = JudgeRecord(Record(RecordState::kRunning), kLog, Host({{100, {{100, 9999}, 'S', 1}}}));
  EXPECT_EQ(found.fate, Fate::kVanished);
}

TEST(RecoveryTest, PidsOfAnotherBootMeanNothing) {
  ProcessRecord record = Record(RecordState::kRunning);
  record.boot_id = "yesterday";
  EXPECT_EQ(JudgeRecord(record, kLog, Host({{100, {kEngine, 'S', 1}}})).fate, Fate::kVanished);
}

TEST(RecoveryTest, ZombieIsDeadAndAStoppedProcessAlive) {
  EXPECT_EQ(JudgeRecord(Record(RecordState::kRunning), kLog, Host({{100, {kEngine, 'Z', 1}}})).fate, Fate::kVanished);
  EXPECT_EQ(JudgeRecord(Record(RecordState::kRunning), kLog, Host({{100, {kEngine, 'T', 1}}})).fate, Fate::kAlive);
}

TEST(RecoveryTest, ExitedAndStoppedStaySo) {
  EXPECT_EQ(JudgeRecord(Record(RecordState::kExited), kLog, Host({})).fate, Fate::kExited);
  EXPECT_EQ(JudgeRecord(Record(RecordState::kStopped), kLog, Host({})).fate, Fate::kStopped);
}

TEST(RecoveryTest, IntentThatNothingCameOfMayBeStarted) {
  EXPECT_EQ(JudgeRecord(Record(RecordState::kIntent), kLog, Host({})).fate, Fate::kNeverStarted);
}

TEST(RecoveryTest, ProcessSpawnedJustBeforeTheAgentDiedIsFoundByItsLog) {
  const auto host = Host({}, {{{201, 6001}, 200, kLog},  // its background save
                              {{200, 6000}, 1, kLog},
                              {{300, 7000}, 1, "/lab/nodes/2/engine.log"}});
  EXPECT_EQ(JudgeRecord(Record(RecordState::kIntent), kLog, host), (Recovered{Fate::kAlive, {200, 6000}}));
}

TEST(RecoveryTest, OrphansAreWhatNobodyClaimsExceptChildrenOfTheClaimed) {
  const std::vector<MarkedProcess> marked = {{kEngine, 1, kLog},
                                             {{101, 5001}, 100, kLog},    // background save of the claimed one
                                             {{400, 8000}, 1, "/lab/nodes/4/engine.log"}};
  EXPECT_THAT(FindOrphans(marked, {kEngine}), ElementsAre(ProcessIdentity{400, 8000}));
  EXPECT_THAT(FindOrphans({}, {kEngine}), IsEmpty());
}

TEST(ProcStatTest, NameMayHoldAnything) {
  const auto stat = ParseProcStat("77 (evil) S 1 (x) T 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 4242 23");
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->identity.pid, 77);
  EXPECT_EQ(stat->state, 'T');
  EXPECT_EQ(stat->parent, 5);
  EXPECT_FALSE(ParseProcStat("nonsense").has_value());
}

TEST(ProcStatTest, ReadsThisProcess) {
  const auto stat = ReadProcStat(getpid());
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->identity.pid, getpid());
  EXPECT_EQ(stat->parent, getppid());
  EXPECT_GT(stat->identity.start_ticks, 0);
  EXPECT_FALSE(ReadProcStat(INT32_MAX).has_value());
}

}  // namespace
}  // namespace elastilab
