#include <gmock/gmock.h>

#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ClusterPlannerTest, MemcachedNodesEnterTheListOnceTheyServe) {
  auto s = Situation::Memcached(3);
  s.Obeys(1).Plan();
  EXPECT_THAT(s.cluster("pages").discovered, ElementsAre(1));
  EXPECT_EQ(s.cluster("pages").discovery_version, 1);
  s.AllObey().Plan();
  EXPECT_THAT(s.cluster("pages").discovered, ElementsAre(1, 2, 3));
  EXPECT_EQ(s.cluster("pages").discovery_version, 2);
}

TEST(ClusterPlannerTest, OneNodeOfEachZoneServesTheConfigurationEndpoint) {
  auto s = Situation::Memcached(4).AllServing();
  EXPECT_TRUE(WishFor(s.world.records, s.node(1)).discovery.has_value());
  EXPECT_TRUE(WishFor(s.world.records, s.node(2)).discovery.has_value());
  EXPECT_FALSE(WishFor(s.world.records, s.node(4)).discovery.has_value()) << "node 1 does it for us-east-1a";
}

TEST(ClusterPlannerTest, ARestartedNodeStaysInTheList) {
  auto s = Situation::Memcached(2).AllServing();
  s.Dies(2).Plan();
  EXPECT_EQ(s.node(2).status, NodeStatus::kRecovering);
  EXPECT_EQ(s.node(2).incarnation, 1) << "its agent starts it again by itself";
  EXPECT_THAT(s.cluster("pages").discovered, ElementsAre(1, 2));
  EXPECT_EQ(s.cluster("pages").status, ClusterStatus::kModifying);
  s.Obeys(2);
  s.seen(2).restarts = 1;
  s.Plan();
  EXPECT_EQ(s.cluster("pages").status, ClusterStatus::kAvailable);
  EXPECT_THAT(s.told, ElementsAre("pages: Recovering cache nodes 0002", "pages: Finished recovery for cache nodes 0002"));
}

TEST(ClusterPlannerTest, ARestartTooQuickToSeeIsToldAllTheSame) {
  auto s = Situation::Memcached(1).AllServing();
  s.seen(1).restarts = 1;
  s.Plan();
  EXPECT_THAT(s.told, ElementsAre("pages: Recovering cache nodes 0001", "pages: Finished recovery for cache nodes 0001"));
}

TEST(ClusterPlannerTest, ARemovedNodeLeavesTheListBeforeItIsStopped) {
  auto s = Situation::Memcached(2).AllServing();
  s.node(2).status = NodeStatus::kDeleting;
  s.cluster("pages").status = ClusterStatus::kModifying;
  s.cluster("pages").resize_from = 2;
  const Plan first = s.Plan();
  EXPECT_THAT(first.withdraw, IsEmpty());
  EXPECT_THAT(s.cluster("pages").discovered, ElementsAre(1));
  s.Obeys(1);
  EXPECT_THAT(s.Plan().withdraw, ElementsAre(2));
  s.seen(2).phase = Phase::kAbsent;
  s.Plan();
  s.AllObey().Plan();
  EXPECT_EQ(s.cluster("pages").status, ClusterStatus::kAvailable);
  EXPECT_THAT(s.told, ElementsAre("pages: Finished modifying number of nodes from 2 to 1"));
}

TEST(ClusterPlannerTest, AFrozenNodeIsLeftAloneForNobodyElseHoldsItsItems) {
  auto s = Situation::Memcached(1).AllServing();
  s.Freezes(1).Advance(kBusyPatienceMicros).Plan();
  EXPECT_FALSE(s.node(1).fenced);
  EXPECT_EQ(s.node(1).incarnation, 1);
  EXPECT_NE(s.cluster("pages").status, ClusterStatus::kAvailable);
  s.Plan();
  EXPECT_EQ(s.told.size(), 1u) << "users are told once";
  s.Answers(1).Plan();
  EXPECT_EQ(s.cluster("pages").status, ClusterStatus::kAvailable);
}

TEST(ClusterPlannerTest, WhatKeepsANodeFromStartingIsToldOnce) {
  auto s = Situation::Memcached(1);
  s.Obeys(1);
  s.seen(1).phase = Phase::kFailed;
  s.seen(1).problem = "address in use";
  s.Plan();
  s.Plan();
  EXPECT_THAT(s.told, ElementsAre("pages: Cache node 0001 cannot be started: address in use"));
  EXPECT_EQ(s.cluster("pages").status, ClusterStatus::kCreating);
}

TEST(ClusterPlannerTest, ANodeOfALostZoneIsForgottenAtOnceWhenDeleted) {
  auto s = Situation::Memcached(1).AllServing();
  s.world.lost_zones.insert("us-east-1a");
  s.LosesAgent("us-east-1a");
  s.cluster("pages").status = ClusterStatus::kDeleting;
  s.node(1).status = NodeStatus::kDeleting;
  s.Plan();
  EXPECT_THAT(s.world.records.clusters, IsEmpty());
}

}  // namespace
}  // namespace elastilab
