#include <gmock/gmock.h>

#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

// What runs where: "small small large".
std::string Types(const Situation& s) {
  std::string types;
  for (const auto& [id, cluster] : s.world.records.clusters) types += (types.empty() ? "" : " ") + cluster.node_type;
  return types;
}

Situation Serving(int members) {
  auto s = Situation::Group(members);
  for (auto& [id, cluster] : s.world.records.clusters) cluster.node_type = "small";
  s.group().node_type = "small";
  s.AllObey().Settle();
  for (auto& [uid, node] : s.world.records.nodes) s.Offset(uid, 100);
  return s;
}

void AskFor(Situation& s, const std::string& type) {
  s.group().node_type = type;
  s.group().status = GroupStatus::kModifying;
}

TEST(RolloutTest, OneReplicaAtATimeAndThePrimaryLast) {
  auto s = Serving(3);
  AskFor(s, "large");
  s.Plan();
  EXPECT_EQ(Types(s), "small large small");
  s.Plan();
  EXPECT_EQ(Types(s), "small large small") << "the second waits until the first serves again";
  s.Obeys(2).Plan();
  s.Plan();
  EXPECT_EQ(Types(s), "small large large");
  EXPECT_EQ(s.shard().primary, 1);
}

TEST(RolloutTest, ThePrimaryHandsOverBeforeItIsTouched) {
  auto s = Serving(2);
  AskFor(s, "large");
  s.Plan();
  s.Obeys(2).Plan();
  s.Plan();
  ASSERT_EQ(s.shard().failover.step, FailoverStep::kHandingOver);
  EXPECT_EQ(s.shard().failover.cause, FailoverCause::kMaintenance);
  EXPECT_EQ(Types(s), "small large");
  EXPECT_FALSE(s.node(1).fenced) << "it lives";
}

TEST(RolloutTest, AHandoverThatIsCalledOffLeavesThePrimaryToBeRestartedInGoodOrder) {
  auto s = Serving(2);
  AskFor(s, "large");
  s.Plan();
  s.Obeys(2).Plan();
  s.Plan();
  ASSERT_EQ(s.shard().failover.step, FailoverStep::kHandingOver);
  const int64_t incarnation = s.node(1).incarnation;
  s.CallsOff(1, "the replica did not catch up within 1000 ms").Dies(2).Plan();
  EXPECT_EQ(s.shard().failover.step, FailoverStep::kNone);
  EXPECT_EQ(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).incarnation, incarnation) << "the process with the data stays";
  EXPECT_THAT(WishFor(s.world.records, s.node(1)).endpoints, ::testing::Contains("127.30.0.1"));
}

TEST(RolloutTest, AllMembersRunItInTheEndAndTheGroupIsAvailable) {
  auto s = Serving(3);
  AskFor(s, "large");
  for (int pass = 0; pass < 40 && s.group().status != GroupStatus::kAvailable; ++pass) {
    s.AllObey();
    for (NodeUid uid : {1, 2, 3}) s.AnswersProbe(uid);
    s.Advance(1'000).Plan();
  }
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(Types(s), "large large large");
  EXPECT_NE(s.shard().primary, 1);
  EXPECT_EQ(s.node(1).role, Role::kReplica);
}

TEST(RolloutTest, ALonePrimaryIsRestartedInPlace) {
  auto s = Serving(1);
  AskFor(s, "large");
  const int64_t incarnation = s.node(1).incarnation;
  const int64_t revision = s.node(1).revision;
  s.Plan();
  EXPECT_EQ(Types(s), "large");
  EXPECT_EQ(s.node(1).incarnation, incarnation) << "on its files";
  EXPECT_GT(s.node(1).revision, revision) << "its agent hears of it";
}

TEST(RolloutTest, NothingIsTouchedWhileANodeIsAway) {
  auto s = Serving(3);
  AskFor(s, "large");
  s.Dies(3).Plan();
  EXPECT_EQ(Types(s), "small small small");
}

}  // namespace
}  // namespace elastilab
