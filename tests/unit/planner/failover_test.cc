#include <gmock/gmock.h>

#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

FailoverRecord OnlyRecord(const Situation& s) {
  return s.world.records.failovers.empty() ? FailoverRecord{} : s.world.records.failovers.begin()->second;
}

// Brings a group of three, whose primary just died, to the choice of the new one.
Situation AfterDeath() {
  auto s = Situation::Group(3).AllServing();
  s.Offset(1, 500).Offset(2, 480).Offset(3, 490);
  s.Advance(2'000).Dies(1);
  s.Plan();
  return s;
}

TEST(FailoverTest, AnExitIsAFenceSoReplicasAreMeasuredAtOnce) {
  auto s = Situation::Group(3).AllServing();
  s.Dies(1);
  const Plan plan = s.Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  EXPECT_THAT(plan.probes, ::testing::UnorderedElementsAre(Key(2), Key(3)));
  EXPECT_EQ(s.group().status, GroupStatus::kModifying);
  EXPECT_EQ(s.shard().primary, 1);
}

TEST(FailoverTest, TheReplicaWithTheLeastLagWinsWhateverItsZone) {
  auto s = AfterDeath();
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  EXPECT_EQ(s.shard().primary, 3);
  EXPECT_EQ(s.node(3).role, Role::kPrimary);
  EXPECT_EQ(s.node(1).role, Role::kReplica);
  EXPECT_THAT(WishFor(s.world.records, s.node(3)).endpoints, ElementsAre("127.30.0.1"));
}

TEST(FailoverTest, ASlowAnswerIsNotAwaitedForLong) {
  auto s = AfterDeath();
  s.AnswersProbe(2).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  s.Advance(kMeasureMicros).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kPromoting);
  EXPECT_EQ(s.shard().primary, 3);
}

TEST(FailoverTest, OthersFollowOnlyAfterThePromotion) {
  auto s = AfterDeath();
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  EXPECT_EQ(s.node(2).follows, 1);
  EXPECT_EQ(s.node(1).incarnation, 1);
  s.Obeys(3).Plan();
  EXPECT_EQ(s.node(2).follows, 3);
  EXPECT_EQ(s.node(1).incarnation, 2);
  EXPECT_EQ(s.node(1).follows, 3);
}

TEST(FailoverTest, EventsComeInTheServicesOrder) {
  auto s = AfterDeath();
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  s.Obeys(3).Plan();
  s.AllObey().Plan();
  s.AllObey().Plan();
  EXPECT_THAT(s.told,
              ElementsAre("demo-003: Failover from primary node demo-001 to replica node demo-003 completed",
                          "demo: Failover from primary node demo-001 to replica node demo-003 completed",
                          "demo-001: Recovering cache nodes 0001", "demo-001: Finished recovery for cache nodes 0001"));
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
}

TEST(FailoverTest, TheRecordTellsTheLossWindow) {
  auto s = AfterDeath();
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  const FailoverRecord record = OnlyRecord(s);
  EXPECT_EQ(record.cause, FailoverCause::kExited);
  EXPECT_EQ(record.old_offset, 500);
  EXPECT_EQ(record.old_offset_age_micros, 2'000);
  EXPECT_EQ(record.new_offset, 490);
  EXPECT_EQ(record.lost_bytes, 10);
  EXPECT_EQ(record.new_primary, "demo-003");
}

TEST(FailoverTest, AFrozenPrimaryIsKilledBeforeAnyoneIsPromoted) {
  auto s = Situation::Group(2).AllServing();
  s.Freezes(1).Plan();
  EXPECT_TRUE(s.node(1).fenced);
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kFencing);
  s.Advance(60'000'000).Plan();
  EXPECT_EQ(s.shard().primary, 1) << "no fence, no promotion, however long it takes";
  s.Dies(1).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  EXPECT_EQ(OnlyRecord(s).cause, FailoverCause::kHung);
}

TEST(FailoverTest, AFrozenPrimaryThatNobodyCanReplaceIsLeftAlone) {
  auto s = Situation::Group(1).AllServing();
  s.Freezes(1).Advance(600'000'000).Plan();
  EXPECT_FALSE(s.node(1).fenced);
  EXPECT_EQ(s.node(1).incarnation, 1) << "it is the only one that holds the data";
  EXPECT_EQ(s.group().status, GroupStatus::kModifying) << "but nobody says that it is available";
  EXPECT_THAT(s.told, Contains(::testing::HasSubstr("kill -CONT")));
  s.Answers(1).Plan();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(s.node(1).incarnation, 1);
}

TEST(FailoverTest, ABusyPrimaryIsLeftAloneForMinutes) {
  auto s = Situation::Group(2).AllServing();
  s.IsBusy(1).Advance(170'000'000).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_FALSE(s.node(1).fenced);
  EXPECT_THAT(s.told, Contains(::testing::HasSubstr("is busy")));
  s.Advance(20'000'000).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kFencing) << "a replica has what it holds";
}

TEST(FailoverTest, ABusyPrimaryThatAnswersAgainHasNeverBeenGone) {
  auto s = Situation::Group(2).AllServing();
  s.IsBusy(1).Advance(30'000'000).Plan();
  s.Answers(1).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_THAT(s.told, Contains("demo-001: Cache node 0001 answers again"));
}

TEST(FailoverTest, NobodyBeginsAgainEmptyWhileAReplicaLoads) {
  auto s = Situation::Group(2).AllServing();
  s.seen(2).phase = Phase::kStarting;
  s.seen(2).loading = {true, 1, 100, 5};
  s.Dies(1).Plan();
  for (int minutes = 0; minutes < 10; ++minutes) s.Advance(60'000'000).Plan();
  EXPECT_EQ(s.node(1).incarnation, 1);
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  s.Obeys(2).AnswersProbe(2).Plan();
  EXPECT_EQ(s.shard().primary, 2);
}

TEST(FailoverTest, TheDeadWithSavedFilesBeginAgainOnThem) {
  auto s = Situation::Group(2).AllServing();
  s.Dies(1).Dies(2);
  s.seen(1).saved = {1000, -1};
  s.Plan();
  s.Plan();
  EXPECT_EQ(s.node(1).incarnation, 2);
  EXPECT_TRUE(s.node(1).keep_files);
  EXPECT_TRUE(s.node(1).holds_data);
  EXPECT_FALSE(s.world.records.failovers.begin()->second.lost_everything);
}

TEST(FailoverTest, ADeadAgentWithAHealthyEngineIsNoOutage) {
  auto s = Situation::Group(2).AllServing();
  s.LosesAgent("us-east-1a");
  EXPECT_THAT(s.Plan().ask_directly, ElementsAre(1));
  s.AnswersDirectly(1, DirectVerdict::kAnswers).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.node(1).status, NodeStatus::kAvailable);
  EXPECT_THAT(s.told, IsEmpty());
}

TEST(FailoverTest, ALostZoneFailsOverOnceNothingListens) {
  auto s = Situation::Group(3).AllServing();
  s.world.lost_zones.insert("us-east-1a");
  s.LosesAgent("us-east-1a").Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  s.AnswersDirectly(1, DirectVerdict::kGone).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  s.Obeys(s.shard().primary).Plan();
  EXPECT_EQ(OnlyRecord(s).cause, FailoverCause::kZoneLost);
  EXPECT_THAT(OnlyRecord(s).evidence, ::testing::HasSubstr("gone-on-host"));
  s.Obeys(2).Obeys(3).Plan();
  s.Obeys(2).Obeys(3).Plan();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable) << "the group works without the zone";
  EXPECT_EQ(s.cluster("demo-001").status, ClusterStatus::kModifying) << "but nobody says its node is there";
}

TEST(FailoverTest, AFrozenPrimaryWithoutAnAgentIsKilledByPidAfterThreeMisses) {
  auto s = Situation::Group(2).AllServing();
  s.LosesAgent("us-east-1a").Plan();
  for (int question = 0; question < 2; ++question) {
    s.AnswersDirectly(1, DirectVerdict::kFrozen);
    EXPECT_THAT(s.Plan().fence_directly, IsEmpty()) << "one missed answer proves nothing";
  }
  s.AnswersDirectly(1, DirectVerdict::kFrozen);
  EXPECT_THAT(s.Plan().fence_directly, ElementsAre(1));
  EXPECT_EQ(s.shard().primary, 1);
  s.AnswersDirectly(1, DirectVerdict::kGone).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  EXPECT_EQ(OnlyRecord(s).cause, FailoverCause::kHung) << "not zone-lost: only its agent was away";
}

TEST(FailoverTest, MerelySilentAndMerelyBusyKillNobodyWhileTheAgentIsAway) {
  for (DirectVerdict verdict : {DirectVerdict::kSilent, DirectVerdict::kBusy}) {
    auto s = Situation::Group(1).AllServing();
    s.LosesAgent("us-east-1a").Plan();
    for (int question = 0; question < 100; ++question) {
      s.AnswersDirectly(1, verdict).Advance(300'000);
      EXPECT_THAT(s.Plan().fence_directly, IsEmpty());
    }
    EXPECT_EQ(s.node(1).incarnation, 1);
    EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  }
}

TEST(FailoverTest, WithoutAReplicaThePrimaryComesBackEmpty) {
  auto s = Situation::Group(1).AllServing();
  s.seen(1).keys = 300;
  s.Dies(1).Plan();
  s.Plan();
  EXPECT_EQ(s.node(1).incarnation, 2);
  EXPECT_EQ(s.node(1).role, Role::kPrimary);
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_TRUE(OnlyRecord(s).lost_everything);
  EXPECT_EQ(OnlyRecord(s).old_keys, 300);
  EXPECT_EQ(s.group().status, GroupStatus::kModifying) << "not available before it serves";
  EXPECT_THAT(s.told, Contains("demo-001: Recovering cache nodes 0001"));
}

TEST(FailoverTest, AReplicaThatNeverSyncedIsNotPromoted) {
  auto s = Situation::Group(2);
  s.Obeys(1).Plan();
  s.Obeys(2);
  s.seen(2).link_up = false;
  s.Plan();
  s.Dies(1).Plan();
  s.Plan();
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).incarnation, 2);
}

TEST(FailoverTest, ACandidateThatDiesIsPassedOver) {
  auto s = AfterDeath();
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  ASSERT_EQ(s.shard().primary, 3);
  s.Dies(3).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  s.AnswersProbe(2).Plan();
  EXPECT_EQ(s.shard().primary, 2);
  s.Obeys(2).Plan();
  EXPECT_EQ(s.node(3).follows, 2);
}

TEST(FailoverTest, ANewPrimaryThatDiesDuringTheReplacementFailsOverAgain) {
  auto s = AfterDeath();
  s.AnswersProbe(2).AnswersProbe(3).Plan();
  s.Obeys(3).Obeys(2).Plan();
  s.Obeys(2).Plan();
  ASSERT_EQ(s.shard().failover.step, FailoverStep::kReplacing);
  s.Dies(3).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  s.AnswersProbe(2).Plan();
  EXPECT_EQ(s.shard().primary, 2);
}

TEST(FailoverTest, TestFailoverKillsThePrimaryFirst) {
  auto s = Situation::Group(2).AllServing();
  s.shard().failover.step = FailoverStep::kFencing;
  s.shard().failover.cause = FailoverCause::kTestFailover;
  s.shard().failover.old_primary = 1;
  s.Plan();
  EXPECT_TRUE(s.node(1).fenced);
  EXPECT_EQ(s.shard().primary, 1);
  s.Dies(1).Plan();
  s.AnswersProbe(2).Plan();
  EXPECT_EQ(s.shard().primary, 2);
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(s.node(1).incarnation, 2);
}

TEST(FailoverTest, WithoutAutomaticFailoverThePrimaryIsRebuiltFromAReplica) {
  auto s = Situation::Group(2).AllServing();
  s.group().automatic_failover = AutomaticFailover::kDisabled;
  s.Dies(1).Plan();
  s.AnswersProbe(2).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kRebuilding);
  EXPECT_EQ(s.shard().primary, 1) << "the endpoint stays where it is";
  EXPECT_THAT(WishFor(s.world.records, s.node(2)).endpoints, Not(Contains("127.30.0.1")));
  while (s.shard().failover.step == FailoverStep::kRebuilding) s.Obeys(1).Obeys(2).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kReturning);
  EXPECT_TRUE(WishFor(s.world.records, s.node(2)).handover.has_value()) << "the source hands the role over";
  EXPECT_EQ(s.node(1).role, Role::kReplica);
  s.Obeys(1).Obeys(2).Plan();
  EXPECT_EQ(s.node(1).role, Role::kPrimary);
  const auto returned = WishFor(s.world.records, s.node(1)).endpoints;
  EXPECT_THAT(returned, ElementsAre("127.30.0.1"));
  s.Settle();
  EXPECT_EQ(WishFor(s.world.records, s.node(1)).endpoints, returned) << "each change of addresses is felt by clients";
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).role, Role::kPrimary);
  EXPECT_EQ(s.node(2).role, Role::kReplica);
  EXPECT_EQ(s.node(2).follows, 1);
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
}

TEST(FailoverTest, ASourceThatDiesWhileItFillsTheFailedPrimaryLeavesNothingAndTheRowSaysSo) {
  auto s = Situation::Group(2).AllServing();
  s.group().automatic_failover = AutomaticFailover::kDisabled;
  s.Offset(1, 500).Offset(2, 500).Dies(1).Plan();
  s.AnswersProbe(2).Plan();
  ASSERT_EQ(s.shard().failover.step, FailoverStep::kRebuilding);
  s.Dies(2).Plan();
  for (int pass = 0; pass < 5; ++pass) s.Advance(kMeasureMicros).Plan();
  EXPECT_TRUE(OnlyRecord(s).lost_everything);
  EXPECT_THAT(s.told, Contains(::testing::HasSubstr("begins again empty")));
}

TEST(FailoverTest, APrimaryThatCannotBeStartedAfterUpFailsOver) {
  auto s = Situation::Group(2).AllServing();
  s.seen(1).phase = Phase::kFailed;
  s.seen(1).problem = "address 127.31.0.1:6379 is in use";
  s.Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
}

TEST(FailoverTest, AtMostOneNodeIsWishedOnThePrimaryEndpoint) {
  auto s = AfterDeath();
  for (int step = 0; step < 6; ++step) {
    int holders = 0;
    for (const auto& [uid, node] : s.world.records.nodes) {
      const auto endpoints = WishFor(s.world.records, node).endpoints;
      const bool dead = s.seen(uid).phase == Phase::kExited && s.seen(uid).incarnation == node.incarnation;
      holders += !dead && std::count(endpoints.begin(), endpoints.end(), "127.30.0.1") > 0 ? 1 : 0;
    }
    EXPECT_LE(holders, 1) << "step " << step;
    s.AnswersProbe(2).AnswersProbe(3).Plan();
    s.Obeys(2).Obeys(3);
  }
}

}  // namespace
}  // namespace elastilab
