#include "controlplane/region/catalog/parameter_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ParameterGroup Group(std::string family, std::vector<ParameterSetting> settings = {}) {
  return {.name = "mine", .family = std::move(family), .description = "d", .settings = std::move(settings)};
}

TEST(ParameterGroupsTest, DefaultGroupsDifferInClusterModeOnly) {
  const auto off = MakeDefaultParameterGroup("default.redis7");
  const auto on = MakeDefaultParameterGroup("default.redis7.cluster.on");
  ASSERT_TRUE(off && on);
  EXPECT_EQ(off->description, "Default parameter group for redis7");
  EXPECT_FALSE(HasClusterEnabled(*off));
  EXPECT_TRUE(HasClusterEnabled(*on));
  auto values = ParametersInForce(*off, StartupSettings(*off));
  EXPECT_EQ(values.at("cluster-enabled"), "no");
  values["cluster-enabled"] = "yes";
  EXPECT_EQ(values, ParametersInForce(*on, StartupSettings(*on)));
  EXPECT_FALSE(MakeDefaultParameterGroup("mine").has_value());
}

TEST(ParameterGroupsTest, EveryParameterHasAValueEvenAnEmptyOne) {
  const auto values = ParametersInForce(Group("redis7"), {});
  EXPECT_EQ(values.size(), FindParameterFamily("redis7")->parameters.size());
  EXPECT_EQ(values.at("notify-keyspace-events"), "") << "else a reset of it would never reach an engine";
}

TEST(ParameterGroupsTest, ImmediateValuesHoldNowOthersAsTheyWereAtTheStart) {
  const ParameterGroup group = Group("redis7", {{"databases", "32"}, {"maxmemory-policy", "allkeys-lru"}});
  EXPECT_THAT(StartupSettings(group), ElementsAre(ParameterSetting{"databases", "32"}));
  const auto before = ParametersInForce(group, {});
  EXPECT_EQ(before.at("maxmemory-policy"), "allkeys-lru");
  EXPECT_EQ(before.at("databases"), "16");
  EXPECT_EQ(ParametersInForce(group, StartupSettings(group)).at("databases"), "32");
}

TEST(ParameterGroupsTest, WhatWaitsForARebootIsNamed) {
  const ParameterGroup group = Group("memcached1.6", {{"chunk_size", "96"}, {"idle_timeout", "60"}, {"watch", "1"}});
  EXPECT_THAT(WaitingForReboot(group, {{"backlog_queue_limit", "9"}, {"idle_timeout", "60"}}),
              ElementsAre("backlog_queue_limit", "chunk_size"));
  EXPECT_THAT(WaitingForReboot(group, StartupSettings(group)), IsEmpty());
}

TEST(ParameterGroupsTest, AValueThatIsTheDefaultAsksForNoReboot) {
  EXPECT_THAT(StartupSettings(Group("redis7", {{"databases", "16"}})), IsEmpty());
}

TEST(ParameterGroupsTest, MemcachedTakesEverythingAtTheStart) {
  const ParameterGroup group = Group("memcached1.6", {{"chunk_size", "96"}, {"watch", "0"}});
  EXPECT_EQ(StartupSettings(group).size(), 2u);
  EXPECT_EQ(ParametersInForce(group, {}).at("watch"), "1");
}

TEST(ParameterGroupsTest, SettingsOfAnotherFamilyAreLeftOut) {
  const auto values = ParametersInForce(Group("redis7"), {{"lua-replicate-commands", "no"}, {"databases", "8"}});
  EXPECT_FALSE(values.contains("lua-replicate-commands"));
  EXPECT_EQ(values.at("databases"), "8");
}

TEST(ParameterGroupsTest, MemoryIsWhatReservationsLeave) {
  const NodeType& micro = *FindNodeType("cache.t4g.micro");
  const auto memory = [&](const ParameterGroup& group, Engine engine = Engine::kRedis) {
    return MemoryInForce(micro, engine, ParametersInForce(group, StartupSettings(group)));
  };
  EXPECT_EQ(memory(Group("redis7")), micro.redis_max_memory * 3 / 4);
  EXPECT_EQ(memory(Group("redis7", {{"reserved-memory-percent", "0"}})), micro.redis_max_memory);
  EXPECT_EQ(memory(Group("redis7", {{"reserved-memory-percent", "100"}})), 1 << 20) << "0 would mean no limit";
  EXPECT_EQ(memory(Group("redis2.8")), micro.redis_max_memory);
  EXPECT_EQ(memory(Group("redis2.8", {{"reserved-memory", "1000000"}})), micro.redis_max_memory - 1000000);
  EXPECT_EQ(memory(Group("redis2.8", {{"reserved-memory", "9223372036854775807"}})), 1 << 20);
  EXPECT_EQ(memory(Group("memcached1.6", {{"memcached_connections_overhead", "200"}}), Engine::kMemcached),
            int64_t{micro.memcached_megabytes - 200} << 20);
}

TEST(AllowedValuesTest, NoValueIsAllowedThatStopsAnEngineFromStarting) {
  const auto allowed = [](const char* family, const char* name, const char* value) {
    return IsAllowedValue(*FindParameter(*FindParameterFamily(family), name), value);
  };
  EXPECT_TRUE(allowed("redis7", "timeout", "2147483647"));
  EXPECT_FALSE(allowed("redis7", "timeout", "2147483648"));
  EXPECT_TRUE(allowed("redis7", "repl-backlog-size", "4294967296"));
  EXPECT_TRUE(allowed("redis7", "slowlog-log-slower-than", "-1"));
  EXPECT_FALSE(allowed("redis7", "slowlog-log-slower-than", "-2"));
  EXPECT_FALSE(allowed("redis7", "timeout", "0060"));
  EXPECT_FALSE(allowed("redis7", "notify-keyspace-events", "K E"));
  EXPECT_FALSE(allowed("redis7", "notify-keyspace-events", "Kq"));
  EXPECT_TRUE(allowed("memcached1.6", "chunk_size_growth_factor", "1.05"));
  for (const char* wrong : {"1", "1.0", "1e1", "inf", "nan", "1.25 -s", ""}) {
    EXPECT_FALSE(allowed("memcached1.6", "chunk_size_growth_factor", wrong)) << wrong;
  }
}

}  // namespace
}  // namespace elastilab
