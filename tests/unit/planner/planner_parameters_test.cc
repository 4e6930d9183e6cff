#include "controlplane/region/planner/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controlplane/region/catalog/parameter_groups.h"
#include "tests/unit/planner/situation.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What handlers do when a parameter group changes: the nodes are applying, their agents are told.
void Say(Situation& s, std::vector<ParameterSetting> settings, const std::string& family) {
  s.world.records.parameter_groups["mine"] = {
      .name = "mine", .family = family, .description = "", .settings = settings};
  if (s.world.records.group) s.group().parameter_group = "mine";
  for (auto& [uid, node] : s.world.records.nodes) {
    s.cluster(node.cluster_id).parameter_group = "mine";
    node.parameters = ParameterStatus::kApplying;
    ++node.revision;
  }
}

Situation ServingGroup(int members = 2) {
  auto s = Situation::Group(members);
  s.AllServing();
  for (auto& [uid, node] : s.world.records.nodes) s.Offset(uid, 100);
  return s;
}

TEST(ParametersTest, ANodeAppliesUntilItsAgentHasDoneSo) {
  auto s = ServingGroup();
  Say(s, {{"maxmemory-policy", "allkeys-lru"}}, "redis7");
  s.Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kApplying);
  s.Obeys(2).Plan();
  EXPECT_EQ(s.node(2).parameters, ParameterStatus::kInSync);
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kApplying) << "each for itself";
  s.Obeys(1).Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kInSync);
  EXPECT_THAT(s.told, IsEmpty());
}

TEST(ParametersTest, WhatOnlyANewProcessTakesWaitsForAReboot) {
  auto s = Situation::Memcached(2);
  s.AllServing();
  Say(s, {{"chunk_size", "96"}}, "memcached1.6");
  const int64_t incarnation = s.node(1).incarnation;
  s.AllObey().Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kPendingReboot);
  EXPECT_THAT(WishFor(s.world.records, s.node(1)).startup_settings, IsEmpty())
      << "its process goes on as it was started";
  EXPECT_EQ(s.node(1).incarnation, incarnation);
  // What RebootCacheCluster does.
  s.node(1).startup_settings = StartupSettings(s.world.records.parameter_groups.at("mine"));
  s.node(1).status = NodeStatus::kRebooting;
  ++s.node(1).incarnation;
  ++s.node(1).revision;
  s.Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kPendingReboot) << "the new process is not there yet";
  s.Obeys(1).Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kInSync);
  EXPECT_EQ(s.node(2).parameters, ParameterStatus::kPendingReboot);
}

TEST(ParametersTest, SettingAValueBackNeedsNoReboot) {
  auto s = Situation::Memcached(1);
  s.AllServing();
  Say(s, {{"chunk_size", "96"}}, "memcached1.6");
  s.AllObey().Plan();
  ASSERT_EQ(s.node(1).parameters, ParameterStatus::kPendingReboot);
  Say(s, {}, "memcached1.6");
  s.AllObey().Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kInSync);
}

TEST(ParametersTest, AReplacedNodeStartsWithAllThatItsGroupSays) {
  auto s = ServingGroup(3);
  Say(s, {{"databases", "32"}}, "redis7");
  s.AllObey().Plan();
  ASSERT_EQ(s.node(2).parameters, ParameterStatus::kPendingReboot);
  s.Dies(2).Plan();
  EXPECT_THAT(s.node(2).startup_settings, ElementsAre(ParameterSetting{"databases", "32"}));
  EXPECT_THAT(s.node(3).startup_settings, IsEmpty());
  s.Settle();
  EXPECT_EQ(s.node(2).parameters, ParameterStatus::kInSync);
  EXPECT_EQ(s.node(3).parameters, ParameterStatus::kPendingReboot);
}

TEST(ParametersTest, ARolloutRestartsProcessesWithAllThatTheGroupSays) {
  auto s = ServingGroup(1);
  Say(s, {{"databases", "32"}}, "redis7");
  s.AllObey().Plan();
  s.group().node_type = "large";
  s.group().status = GroupStatus::kModifying;
  const int64_t revision = s.node(1).revision;
  s.Plan();
  EXPECT_THAT(s.node(1).startup_settings, ElementsAre(ParameterSetting{"databases", "32"}));
  EXPECT_GT(s.node(1).revision, revision);
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kPendingReboot);
  s.Obeys(1).Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kInSync);
}

TEST(ParametersTest, AnEngineThatRefusesAValueIsToldOfOnce) {
  auto s = ServingGroup(1);
  Say(s, {{"timeout", "20"}}, "redis7");
  s.seen(1).problem = "demo-001/0001: timeout cannot be set to '20': no";
  s.Plan();
  s.Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kApplying);
  EXPECT_THAT(s.node(1).problem, HasSubstr("timeout"));
  EXPECT_THAT(s.told, ElementsAre(HasSubstr("demo-001: Parameters cannot be applied to cache node 0001: ")));
  s.seen(1).problem.clear();
  s.Obeys(1).Plan();
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kInSync);
  EXPECT_EQ(s.node(1).problem, "");
}

TEST(ParametersTest, WithItsAgentAwayANodeGoesOnApplying) {
  auto s = ServingGroup(2);
  Say(s, {{"timeout", "20"}}, "redis7");
  s.AllObey().LosesAgent(s.node(2).zone).AnswersDirectly(2, DirectVerdict::kAnswers);
  s.Plan();
  EXPECT_EQ(s.node(2).parameters, ParameterStatus::kApplying);
  EXPECT_EQ(s.node(1).parameters, ParameterStatus::kInSync);
}

TEST(ParametersTest, AtRestThereIsNothingToDo) {
  auto s = ServingGroup(2);
  Say(s, {{"databases", "32"}, {"timeout", "20"}}, "redis7");
  s.AllObey().Settle();
  const Records before = s.world.records;
  s.Plan();
  EXPECT_TRUE(s.world.records == before);
}

}  // namespace
}  // namespace elastilab
