#include "agent/journal/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

namespace elastilab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr ProcessIdentity kEngine{100, 5000};
const char kLog[] = "/lab/nodes/1/engine.log";
const Traces kTraces{.log_file = kLog, .address = "127.31.0.1", .port = 6379};
const Status kLost = absl::NotFoundError("no such file");
const Status kDamaged = absl::DataLossError("it is not what was written");

constexpr int64_t kServer = 500;  // the only process that listens on the node's address

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
          [](int64_t pid, const std::string& address, int port) {
            return pid == kServer && address == kTraces.address && port == kTraces.port;
          },
          std::move(marked)};
}

TEST(RecoveryTest, NoRecordMeansNeverStarted) {
  EXPECT_EQ(JudgeRecord(kLost, kTraces, Host({})).fate, Fate::kNeverStarted);
}

TEST(RecoveryTest, LivingProcessWithItsStartTimeIsAdopted) {
  const auto found = JudgeRecord(Record(RecordState::kRunning), kTraces, Host({{100, {kEngine, 'S', 1}}}));
  EXPECT_EQ(found, (Recovered{Fate::kAlive, kEngine}));
}

TEST(RecoveryTest, SamePidWithAnotherStartTimeIsAStranger) {
  const auto found = JudgeRecord(Record(RecordState::kRunning), kTraces, Host({{100, {{100, 9999}, 'S', 1}}}));
  EXPECT_EQ(found.fate, Fate::kVanished);
}

TEST(RecoveryTest, PidsOfAnotherBootMeanNothing) {
  ProcessRecord record = Record(RecordState::kRunning);
  record.boot_id = "yesterday";
  EXPECT_EQ(JudgeRecord(record, kTraces, Host({{100, {kEngine, 'S', 1}}})).fate, Fate::kVanished);
}

TEST(RecoveryTest, ZombieIsDeadAndAStoppedProcessAlive) {
  EXPECT_EQ(JudgeRecord(Record(RecordState::kRunning), kTraces, Host({{100, {kEngine, 'Z', 1}}})).fate, Fate::kVanished);
  EXPECT_EQ(JudgeRecord(Record(RecordState::kRunning), kTraces, Host({{100, {kEngine, 'T', 1}}})).fate, Fate::kAlive);
}

TEST(RecoveryTest, ExitedAndStoppedStaySo) {
  EXPECT_EQ(JudgeRecord(Record(RecordState::kExited), kTraces, Host({})).fate, Fate::kExited);
  EXPECT_EQ(JudgeRecord(Record(RecordState::kStopped), kTraces, Host({})).fate, Fate::kStopped);
}

TEST(RecoveryTest, IntentThatNothingCameOfMayBeStarted) {
  EXPECT_EQ(JudgeRecord(Record(RecordState::kIntent), kTraces, Host({})).fate, Fate::kNeverStarted);
}

TEST(RecoveryTest, ProcessSpawnedJustBeforeTheAgentDiedIsFoundByItsLog) {
  const auto host = Host({}, {{{201, 6001}, 200, kLog},  // its background save
                              {{200, 6000}, 1, kLog},
                              {{300, 7000}, 1, "/lab/nodes/2/engine.log"}});
  EXPECT_EQ(JudgeRecord(Record(RecordState::kIntent), kTraces, host), (Recovered{Fate::kAlive, {200, 6000}}));
}

// --- records that are lost or damaged -------------------------------------------------------------------------------

TEST(RecoveryTest, DamagedRecordIsNoReasonToTakeALivingEngineForAStranger) {
  const auto host = Host({}, {{{201, 6001}, kServer, kLog},  // its background save
                              {{kServer, 6000}, 1, kLog}});
  for (const Status& status : {kLost, kDamaged}) {
    const Recovered found = JudgeRecord(status, kTraces, host);
    EXPECT_EQ(found, (Recovered{Fate::kAlive, {kServer, 6000}, false, true}));
    EXPECT_THAT(WhyUnsure(found, kTraces), HasSubstr("has not answered yet"));
  }
}

TEST(RecoveryTest, OfSeveralTheOneThatListensIsTheEngine) {
  const MarkedProcess save{{400, 7000}, 1, kLog};  // of an engine that is gone: nobody's child any more
  const MarkedProcess engine{{kServer, 6000}, 1, kLog};
  for (const auto& marked : {std::vector{save, engine}, std::vector{engine, save}}) {
    EXPECT_EQ(JudgeRecord(kDamaged, kTraces, Host({}, marked)).process, engine.identity);
  }
  const Recovered found = JudgeRecord(kDamaged, kTraces, Host({}, {save}));
  EXPECT_EQ(found, (Recovered{Fate::kAlive, save.identity, false, false}));
  EXPECT_THAT(WhyUnsure(found, kTraces), HasSubstr("does not listen on 127.31.0.1:6379: if it is none of this lab's, kill 400"));
}

TEST(RecoveryTest, WithoutARecordFilesSayWhatBecameOfAnEngineThatIsGone) {
  Traces traces = kTraces;
  EXPECT_EQ(JudgeRecord(kLost, traces, Host({})).fate, Fate::kNeverStarted);
  EXPECT_EQ(JudgeRecord(kDamaged, traces, Host({})).fate, Fate::kVanished);
  traces.has_log = true;
  EXPECT_EQ(JudgeRecord(kLost, traces, Host({})).fate, Fate::kVanished);
  traces.saved = true;
  EXPECT_EQ(JudgeRecord(kLost, traces, Host({})).fate, Fate::kStopped);
  EXPECT_EQ(JudgeRecord(kDamaged, traces, Host({})).fate, Fate::kStopped);
}

TEST(RecoveryTest, EngineThatSavedWhileItsAgentDiedIsStopped) {
  ProcessRecord record = Record(RecordState::kRunning);
  record.stop_ordered = true;
  Traces traces = kTraces;
  EXPECT_EQ(JudgeRecord(record, traces, Host({})).fate, Fate::kVanished);  // it did not get to it
  traces.saved = true;
  EXPECT_EQ(JudgeRecord(record, traces, Host({})).fate, Fate::kStopped);
  EXPECT_EQ(JudgeRecord(record, traces, Host({{100, {kEngine, 'S', 1}}})).fate, Fate::kAlive);
  record.stop_ordered = false;  // what is saved is older than its end
  EXPECT_EQ(JudgeRecord(record, traces, Host({})).fate, Fate::kVanished);
}

TEST(RecoveryTest, AssumptionsAreInFavourOfTheProcess) {
  const ProcessRecord alive = AssumedRecord({Fate::kAlive, kEngine, false, true}, 7, "digest");
  EXPECT_EQ(alive.incarnation, 7);
  EXPECT_TRUE(alive.was_ready);
  EXPECT_EQ(alive.launch_digest, "digest");
  EXPECT_EQ(AssumedRecord({Fate::kStopped, {}, false, false}, 7, "").state, RecordState::kStopped);
  EXPECT_EQ(AssumedRecord({Fate::kVanished, {}, false, false}, 7, "").state, RecordState::kExited);
}

TEST(RecoveryTest, OrphansAreWhatNobodyClaimsExceptChildrenOfTheClaimed) {
  const std::vector<MarkedProcess> marked = {{kEngine, 1, kLog},
                                             {{101, 5001}, 100, kLog},    // background save of the claimed one
                                             {{400, 8000}, 1, "/lab/nodes/4/engine.log"}};
  EXPECT_THAT(FindOrphans(marked, {kEngine}), ElementsAre(marked[2]));
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
