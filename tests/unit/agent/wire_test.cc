#include "agent/session/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

agent::v1::Assignment SomeAssignment() {
  agent::v1::Assignment a;
  a.set_uid(42);
  a.set_incarnation(2);
  a.set_revision(7);
  a.set_name("demo-001/0001");
  a.set_family("redis");
  a.set_address("127.46.0.1");
  a.set_port(6379);
  a.set_role(agent::v1::NODE_ROLE_REPLICA);
  a.mutable_follow()->set_address("127.46.0.2");
  a.mutable_follow()->set_port(6379);
  a.add_endpoints("127.46.0.9");
  a.set_restart(agent::v1::RESTART_POLICY_IN_PLACE);
  (*a.mutable_parameters())["timeout"] = "5";
  return a;
}

TEST(WireTest, AssignmentBecomesAWish) {
  const auto wish = WishFrom(SomeAssignment());
  ASSERT_TRUE(wish.ok()) << wish.status();
  EXPECT_EQ(wish->uid(), 42);
  EXPECT_EQ(wish->incarnation(), 2);
  EXPECT_EQ(wish->revision, 7);
  EXPECT_EQ(wish->launch.family, EngineFamily::kRedis);
  EXPECT_EQ(wish->launch.threads, 1);
  EXPECT_EQ(wish->launch.parameters.at("timeout"), "5");
  EXPECT_EQ(wish->live.role, NodeRole::kReplica);
  EXPECT_EQ(wish->live.follow, (HostPort{"127.46.0.2", 6379}));
  EXPECT_THAT(wish->live.endpoints, testing::ElementsAre("127.46.0.9"));
  EXPECT_TRUE(wish->restart_in_place);
  EXPECT_FALSE(wish->fenced);
  EXPECT_FALSE(wish->discovery.has_value());
}

TEST(WireTest, NonsenseIsNamed) {
  agent::v1::Assignment a = SomeAssignment();
  a.set_family("mongodb");
  EXPECT_EQ(std::string(WishFrom(a).status().message()), "unknown engine family 'mongodb'");
  a = SomeAssignment();
  a.set_uid(0);
  EXPECT_FALSE(WishFrom(a).ok());
}

TEST(WireTest, ReportCarriesTheWholeTruth) {
  NodeState state;
  state.uid = 42;
  state.incarnation = 2;
  state.applied_revision = 7;
  state.phase = NodePhase::kFrozen;
  state.probe_id = 3;
  state.process = {100, 5000};
  state.engine.role = NodeRole::kReplica;
  state.engine.follows = HostPort{"127.46.0.2", 6379};
  state.engine.link_up = true;
  state.engine.replication_offset = 77;
  state.endpoints = {"127.46.0.9"};
  agent::v1::NodeReport report;
  FillReport(state, report);
  EXPECT_EQ(report.phase(), agent::v1::PHASE_FROZEN);
  EXPECT_EQ(report.pid(), 100);
  EXPECT_EQ(report.role(), agent::v1::NODE_ROLE_REPLICA);
  EXPECT_EQ(report.follows().address(), "127.46.0.2");
  EXPECT_TRUE(report.link_up());
  EXPECT_EQ(report.replication_offset(), 77);
  EXPECT_EQ(report.endpoints(0), "127.46.0.9");
}

}  // namespace
}  // namespace elastilab
