#include "controlplane/region/planner/handover.h"

#include <gmock/gmock.h>

#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

FailoverRecord LastRecord(const Situation& s) {
  return s.world.records.failovers.empty() ? FailoverRecord{} : s.world.records.failovers.rbegin()->second;
}

// A group of two without automatic failover, whose replica a user wants as primary.
Situation Asked(int members = 2) {
  auto s = Situation::Group(members).AllServing();
  s.group().automatic_failover = AutomaticFailover::kDisabled;
  s.group().pending.primary_cluster_id = "demo-002";
  s.group().status = GroupStatus::kModifying;
  s.Plan();
  return s;
}

TEST(HandoverTest, ThePrimaryIsAskedAndNothingElseChanges) {
  auto s = Asked();
  ASSERT_EQ(s.shard().failover.step, FailoverStep::kHandingOver);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).role, Role::kPrimary);
  EXPECT_EQ(s.node(2).role, Role::kReplica);
  const auto wish = WishFor(s.world.records, s.node(1));
  ASSERT_TRUE(wish.handover.has_value());
  EXPECT_EQ(wish.handover->to.address, s.node(2).address);
  EXPECT_TRUE(WishFor(s.world.records, s.node(2)).hands_off) << "nobody turns the new primary back";
}

TEST(HandoverTest, OnceTheEnginesHaveSwitchedTheEndpointMoves) {
  auto s = Asked(3);
  s.Obeys(1).Obeys(2).Plan();
  EXPECT_EQ(s.shard().primary, 2);
  EXPECT_EQ(s.node(1).role, Role::kReplica);
  EXPECT_EQ(s.node(1).follows, 2);
  EXPECT_THAT(WishFor(s.world.records, s.node(2)).endpoints, ElementsAre("127.30.0.1"));
  EXPECT_FALSE(WishFor(s.world.records, s.node(2)).hands_off);
  s.Settle();
  EXPECT_EQ(s.node(1).incarnation, 1) << "its process lives on";
  EXPECT_EQ(s.node(3).follows, 2);
  EXPECT_FALSE(s.group().pending.primary_cluster_id.has_value());
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(LastRecord(s).lost_bytes, 0);
}

TEST(HandoverTest, CalledOffMeansEverythingIsAsItWas) {
  auto s = Asked();
  s.CallsOff(1, "the replica did not catch up within 1000 ms").Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).role, Role::kPrimary);
  EXPECT_FALSE(s.group().pending.primary_cluster_id.has_value());
  EXPECT_THAT(s.told, Contains(HasSubstr("did not catch up")));
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
}

// Fault 1 of the ground: the chosen replica is killed 5 to 20 ms after the call.
TEST(HandoverTest, TheChosenReplicaDiesBeforeTheSwitch) {
  auto s = Asked();
  s.Dies(2).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kHandingOver) << "only the primary's agent knows how far it got";
  s.CallsOff(1, "the replica is not connected to the primary").Plan();
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).role, Role::kPrimary);
  EXPECT_THAT(WishFor(s.world.records, s.node(1)).endpoints, Contains("127.30.0.1"));
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
}

TEST(HandoverTest, TheChosenReplicaDiesRightAfterTheSwitch) {
  auto s = Asked();
  s.Switches(1, 2).Dies(2).Plan();
  s.Plan();
  EXPECT_NE(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.node(1).incarnation, 1) << "the one that handed over has everything";
  for (int pass = 0; pass < 10; ++pass) s.AnswersProbe(1).AllObey().Plan();
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(s.node(1).incarnation, 1);
}

TEST(HandoverTest, ThePrimaryDiesMeanwhile) {
  auto s = Asked();
  s.Dies(1).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
  EXPECT_EQ(LastRecord(s).cause, FailoverCause::kExited);
  EXPECT_THAT(LastRecord(s).evidence, HasSubstr("exit-seen"));
}

TEST(HandoverTest, ThePrimarysZoneIsLostMeanwhile) {
  auto s = Asked();
  s.world.lost_zones.insert("us-east-1a");
  s.LosesAgent("us-east-1a");
  EXPECT_THAT(s.Plan().ask_directly, ElementsAre(1)) << "the engine itself is asked, without its agent";
  s.AnswersDirectly(1, DirectVerdict::kGone).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
}

TEST(HandoverTest, TwoReplicasAndNoPrimaryAreNoEnd) {
  auto s = Asked();
  s.Switches(1, 2);
  s.seen(2).role = Role::kReplica;
  s.Plan();
  EXPECT_EQ(s.shard().primary, 2);
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(s.node(1).incarnation, 1);
  EXPECT_EQ(s.node(2).incarnation, 1);
}

TEST(HandoverTest, APrimaryThatCanNotBeAskedIsNotWaitedForForEver) {
  auto s = Asked();
  s.Advance(kHandoverMicros - 1).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kHandingOver);
  s.Advance(1).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_THAT(s.told, Contains(HasSubstr("in time")));
}

TEST(HandoverTest, AReplicaThatIsNotInStepIsNotTakenNorAnotherInItsPlace) {
  auto s = Situation::Group(3).AllServing();
  s.group().automatic_failover = AutomaticFailover::kDisabled;
  s.group().pending.primary_cluster_id = "demo-002";
  s.group().status = GroupStatus::kModifying;
  s.seen(2).link_up = false;
  s.Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_THAT(s.told, Contains(HasSubstr("The promotion of demo-002 was called off")));
}

}  // namespace
}  // namespace elastilab
