#include <gmock/gmock.h>

#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool IsQuiet(const Situation& before, const Plan& plan) {
  return plan.records == before.world.records && plan.events.empty() && plan.withdraw.empty() && plan.probes.empty();
}

TEST(GroupPlannerTest, ReplicasWaitUntilThePrimaryServes) {
  auto s = Situation::Group(3);
  s.Plan();
  EXPECT_EQ(s.node(2).follows, 0);
  s.Obeys(1).Plan();
  EXPECT_EQ(s.node(2).follows, 1);
  EXPECT_EQ(s.node(3).follows, 1);
  EXPECT_EQ(s.group().status, GroupStatus::kCreating);
}

TEST(GroupPlannerTest, AGroupIsAvailableWhenEveryReplicaHasSynced) {
  auto s = Situation::Group(2);
  s.AllObey().Plan();
  s.AllObey();
  s.seen(2).link_up = false;
  s.Plan();
  EXPECT_EQ(s.group().status, GroupStatus::kCreating);
  s.seen(2).link_up = true;
  s.Plan();
  EXPECT_EQ(s.group().status, GroupStatus::kCreating) << "its reader endpoint is not open yet";
  s.Obeys(2).Plan();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  EXPECT_EQ(s.cluster("demo-002").status, ClusterStatus::kAvailable);
}

TEST(GroupPlannerTest, CreationIsToldNodeByNode) {
  auto s = Situation::Group(1);
  s.AllObey().Plan();
  EXPECT_THAT(s.told, ElementsAre("demo-001: Added cache node 0001 in availability zone us-east-1a",
                                  "demo-001: Cache cluster created", "demo: Replication group demo created"));
}

TEST(GroupPlannerTest, AnotherVersionThanAskedIsTold) {
  auto s = Situation::Group(1);
  s.cluster("demo-001").engine_version = "7.1.0";
  s.AllObey();
  s.seen(1).engine_version = "7.0.15";
  s.Plan();
  EXPECT_THAT(s.told, ::testing::Contains("demo-001: Cache node 0001 was asked for as redis 7.1.0 and runs 7.0.15, which is installed"));
}

TEST(GroupPlannerTest, ASettledGroupHasNothingToDo) {
  auto s = Situation::Group(3).AllServing();
  const Situation before = s;
  EXPECT_TRUE(IsQuiet(before, s.Plan()));
}

TEST(GroupPlannerTest, APrimaryWithoutReplicasIsTheReader) {
  auto s = Situation::Group(1);
  EXPECT_THAT(WishFor(s.world.records, s.node(1)).endpoints, ElementsAre("127.30.0.1", "127.30.0.2"));
}

TEST(GroupPlannerTest, ANewPrimaryTakesNoAddressThatItMustGiveUpAtOnce) {
  auto s = Situation::Group(2);
  const auto primarys = [&] { return WishFor(s.world.records, s.node(1)).endpoints; };
  EXPECT_THAT(primarys(), ElementsAre("127.30.0.1"));
  for (int pass = 0; pass < 5; ++pass) {
    s.AllObey().Plan();
    EXPECT_THAT(primarys(), ElementsAre("127.30.0.1"));
  }
  EXPECT_THAT(WishFor(s.world.records, s.node(2)).endpoints, ElementsAre("127.30.0.2"));
}

TEST(GroupPlannerTest, ThePrimaryIsTheReaderWhileNoReplicaServes) {
  auto s = Situation::Group(2).AllServing();
  s.Dies(2).Plan();
  EXPECT_THAT(WishFor(s.world.records, s.node(1)).endpoints, ElementsAre("127.30.0.1", "127.30.0.2"));
  s.Settle();
  EXPECT_THAT(WishFor(s.world.records, s.node(1)).endpoints, ElementsAre("127.30.0.1"));
}

TEST(GroupPlannerTest, ADeadReplicaIsReplacedUnderItsName) {
  auto s = Situation::Group(3).AllServing();
  s.Dies(2).Plan();
  EXPECT_EQ(s.node(2).incarnation, 2);
  EXPECT_EQ(s.node(2).status, NodeStatus::kRecovering);
  EXPECT_EQ(s.cluster("demo-002").status, ClusterStatus::kModifying);
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
  s.AllObey().Plan();
  s.AllObey().Plan();
  EXPECT_THAT(s.told, ElementsAre("demo-002: Recovering cache nodes 0001", "demo-002: Finished recovery for cache nodes 0001"));
  EXPECT_EQ(s.shard().primary, 1);
}

TEST(GroupPlannerTest, AFrozenReplicaIsKeptWhileThePrimaryIsInTrouble) {
  auto s = Situation::Group(2).AllServing();
  s.Freezes(1).Freezes(2).Advance(kBusyPatienceMicros).Plan();
  EXPECT_FALSE(s.node(1).fenced);
  EXPECT_FALSE(s.node(2).fenced) << "it may be the last that holds the data";
}

TEST(GroupPlannerTest, AFrozenReplicaIsFencedThenReplaced) {
  auto s = Situation::Group(2).AllServing();
  s.Freezes(2).Plan();
  EXPECT_TRUE(s.node(2).fenced);
  EXPECT_EQ(s.node(2).incarnation, 1);
  s.Obeys(1).Dies(2).Plan();
  EXPECT_FALSE(s.node(2).fenced);
  EXPECT_EQ(s.node(2).incarnation, 2);
}

TEST(GroupPlannerTest, ASuspendedLabChangesNothing) {
  auto s = Situation::Group(3).AllServing();
  s.world.suspended = true;
  s.Dies(1).Dies(2);
  const Situation before = s;
  EXPECT_TRUE(IsQuiet(before, s.Plan()));
}

TEST(GroupPlannerTest, AfterUpANodeThatStartsAgainIsRebootedNotReplaced) {
  auto s = Situation::Group(2).AllServing();
  s.seen(2).phase = Phase::kStarting;
  s.Plan();
  EXPECT_EQ(s.node(2).status, NodeStatus::kRebooting);
  EXPECT_EQ(s.node(2).incarnation, 1);
  s.Obeys(2).Plan();
  EXPECT_EQ(s.node(2).status, NodeStatus::kAvailable);
  EXPECT_THAT(s.told, ElementsAre("demo-002: Cache node 0001 restarted"));
}

TEST(GroupPlannerTest, ADeletedGroupGoesWhenItsLastProcessIsGone) {
  auto s = Situation::Group(2).AllServing();
  s.group().status = GroupStatus::kDeleting;
  for (auto& [id, cluster] : s.world.records.clusters) cluster.status = ClusterStatus::kDeleting;
  for (auto& [uid, node] : s.world.records.nodes) node.status = NodeStatus::kDeleting;
  EXPECT_THAT(s.Plan().withdraw, ElementsAre(1, 2));
  s.seen(1).phase = Phase::kAbsent;
  EXPECT_THAT(s.Plan().withdraw, ElementsAre(2));
  s.seen(2).phase = Phase::kAbsent;
  s.Plan();
  EXPECT_FALSE(s.world.records.group.has_value());
  EXPECT_THAT(s.world.records.clusters, IsEmpty());
}

TEST(GroupPlannerTest, AReplicaThatIsDeletedLeavesTheRestAlone) {
  auto s = Situation::Group(3).AllServing();
  s.cluster("demo-003").status = ClusterStatus::kDeleting;
  s.node(3).status = NodeStatus::kDeleting;
  s.Plan();
  s.seen(3).phase = Phase::kAbsent;
  s.Plan();
  EXPECT_THAT(s.group().member_clusters, ElementsAre("demo-001", "demo-002"));
  EXPECT_THAT(s.shard().nodes, ElementsAre(1, 2));
  EXPECT_EQ(s.shard().primary, 1);
}

TEST(GroupPlannerTest, AnAddedReplicaFollowsAtOnce) {
  auto s = Situation::Group(3);
  CacheNode late = s.node(3);
  CacheCluster late_cluster = s.cluster("demo-003");
  s.world.records.nodes.erase(3);
  s.world.records.clusters.erase("demo-003");
  s.group().member_clusters.pop_back();
  s.shard().nodes.pop_back();
  s.AllServing();
  s.world.records.nodes[3] = late;
  s.world.records.clusters["demo-003"] = late_cluster;
  s.group().member_clusters.push_back("demo-003");
  s.shard().nodes.push_back(3);
  s.group().status = GroupStatus::kModifying;
  s.Plan();
  EXPECT_EQ(s.node(3).follows, 1);
  EXPECT_EQ(s.group().status, GroupStatus::kModifying);
  s.Settle();
  EXPECT_EQ(s.group().status, GroupStatus::kAvailable);
}

}  // namespace
}  // namespace elastilab
