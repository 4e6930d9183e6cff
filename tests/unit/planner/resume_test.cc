#include "controlplane/region/planner/resume.h"

#include <gmock/gmock.h>

#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

Situation Down(int members) {
  auto s = Situation::Group(members).AllServing();
  for (int uid = 1; uid <= members; ++uid) s.Offset(uid, 100);
  return s;
}

TEST(ResumeTest, NothingStartsBeforeEveryZoneHasSpoken) {
  auto s = Down(3);
  s.GoesDown().LosesAgent("us-east-1c");
  s.world.started_micros = s.world.now_micros;
  s.Plan();
  for (NodeUid uid : {1, 2, 3}) EXPECT_TRUE(WishFor(s.world.records, s.node(uid)).held) << uid;
  s.world.zones["us-east-1c"].connected = true;
  s.Plan();
  for (NodeUid uid : {1, 2, 3}) EXPECT_FALSE(WishFor(s.world.records, s.node(uid)).held) << uid;
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).incarnation, 1) << "on the files it saved";
}

// Fault 4 of the ground: killed, and down at once.
TEST(ResumeTest, APrimaryThatSavedNothingGivesWayToTheReplicaThatDid) {
  auto s = Down(2);
  s.Dies(1).GoesDown().Plan();
  EXPECT_EQ(s.shard().primary, 2);
  EXPECT_EQ(s.node(2).role, Role::kPrimary);
  EXPECT_EQ(s.node(2).incarnation, 1);
  EXPECT_EQ(s.node(1).incarnation, 2) << "it has nothing, and begins again";
  const FailoverRecord record = s.world.records.failovers.begin()->second;
  EXPECT_EQ(record.cause, FailoverCause::kResumed);
  EXPECT_FALSE(record.lost_everything);
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
}

TEST(ResumeTest, AProcessThatWasKilledWhileItSavedLeavesAnOlderDumpAndThatIsSaid) {
  auto s = Down(1);
  s.Dies(1).GoesDown();
  s.seen(1).saved = {1 << 20, 60};
  s.Plan();
  EXPECT_EQ(s.node(1).incarnation, 2);
  EXPECT_TRUE(s.node(1).keep_files) << "older is better than nothing";
  const FailoverRecord record = s.world.records.failovers.begin()->second;
  EXPECT_EQ(record.lost_bytes, -1) << "not known: more than nothing";
  EXPECT_THAT(record.outcome, ::testing::HasSubstr("older dump"));
}

TEST(ResumeTest, TheCopyWithTheMostIsThePrimary) {
  auto s = Down(3);
  s.Offset(3, 900).GoesDown();
  s.Plan();
  EXPECT_EQ(s.shard().primary, 3);
}

TEST(ResumeTest, AnAgentWhoseRecordIsDamagedHasNotLookedYet) {
  auto s = Down(2);
  s.GoesDown();
  s.seen(1).incarnation = 0;
  s.world.started_micros = s.world.now_micros;
  s.Plan();
  EXPECT_TRUE(s.node(1).stopped);
  EXPECT_EQ(s.shard().primary, 1);
  s.seen(1).incarnation = 1;
  s.Plan();
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).incarnation, 1);
}

TEST(ResumeTest, NobodySavedAnything) {
  auto s = Down(2);
  s.Dies(1).Dies(2).GoesDown().Plan();
  EXPECT_TRUE(s.world.records.failovers.begin()->second.lost_everything);
  EXPECT_EQ(s.shard().primary, 1);
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
}

TEST(ResumeTest, AZoneThatStaysAwayIsNotWaitedForForEver) {
  auto s = Down(2);
  s.GoesDown().LosesAgent("us-east-1b");
  s.world.started_micros = s.world.now_micros;
  s.Plan();
  EXPECT_TRUE(s.node(1).stopped);
  s.Advance(kResumePatienceMicros).Plan();
  EXPECT_FALSE(s.node(1).stopped);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(2).incarnation, 1) << "its files are not given up";
}

TEST(ResumeTest, AZoneThatStaysAwayWithTheOnlyCopyIsWaitedFor) {
  auto s = Down(2);
  s.Dies(1).GoesDown().LosesAgent("us-east-1b");
  s.world.started_micros = s.world.now_micros;
  s.Advance(10 * kResumePatienceMicros).Plan();
  EXPECT_TRUE(s.node(1).stopped);
  EXPECT_EQ(s.node(1).incarnation, 1);
}

TEST(ResumeTest, ALabThatWentOnInsteadOfDownIsLeftAsItIs) {
  auto s = Down(2);
  s.node(1).stopped = s.node(2).stopped = true;
  s.Plan();
  EXPECT_FALSE(s.node(1).stopped);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_TRUE(s.world.records.failovers.empty());
}

}  // namespace
}  // namespace elastilab
