#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;

const Parameter* Find(std::string_view family, std::string_view name) {
  const ParameterFamily* found = FindParameterFamily(family);
  return found == nullptr ? nullptr : FindParameter(*found, name);
}

TEST(ParameterFamiliesTest, AreThese) {
  std::vector<std::string> names;
  for (const auto& family : ParameterFamilies()) names.push_back(family.name);
  EXPECT_THAT(names, ElementsAre("memcached1.4", "memcached1.5", "memcached1.6", "redis2.6", "redis2.8", "redis3.2",
                                 "redis4.0", "redis5.0", "redis6.x", "redis7", "valkey7", "valkey8", "valkey9"));
  EXPECT_EQ(FindParameterFamily("redis8"), nullptr);
}

TEST(ParameterFamiliesTest, EveryRowIsSound) {
  for (const auto& family : ParameterFamilies()) {
    EXPECT_TRUE(std::is_sorted(family.parameters.begin(), family.parameters.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
    std::string previous;
    for (const Parameter& p : family.parameters) {
      SCOPED_TRACE(family.name + " " + p.name);
      EXPECT_NE(p.name, previous);
      previous = p.name;
      EXPECT_FALSE(p.description.empty());
      EXPECT_THAT(p.data_type, testing::AnyOf("string", "integer", "boolean", "float"));
      EXPECT_TRUE(p.default_value.empty() || IsAllowedValue(p, p.default_value)) << p.default_value;
      EXPECT_FALSE(p.minimum_engine_version.empty());
      EXPECT_EQ(FindParameter(family, p.name), &p);
      EXPECT_FALSE(p.modifiable_while_unused && p.modifiable);
    }
  }
}

TEST(ParameterFamiliesTest, NoParameterIsTooNewForItsFamily) {
  for (const auto& family : ParameterFamilies()) {
    std::string newest;
    for (const auto& v : EngineVersions()) {
      if (v.family == family.name) newest = v.full_version;
    }
    ASSERT_FALSE(newest.empty()) << family.name;
    for (const Parameter& p : family.parameters) {
      EXPECT_LE(CompareVersions(p.minimum_engine_version, newest), 0) << family.name << " " << p.name;
    }
  }
}

TEST(ParameterFamiliesTest, Redis5IsTheBase) {
  EXPECT_EQ(FindParameterFamily("redis5.0")->parameters.size(), 57u);
  const Parameter* policy = Find("redis5.0", "maxmemory-policy");
  EXPECT_EQ(policy->default_value, "volatile-lru");
  EXPECT_TRUE(IsAllowedValue(*policy, "allkeys-lfu"));
  EXPECT_FALSE(IsAllowedValue(*policy, "allkeys"));
  EXPECT_EQ(Find("redis5.0", "rename-commands")->minimum_engine_version, "5.0.3");
  EXPECT_EQ(Find("redis5.0", "databases")->allowed_values, "1-1200000");
  EXPECT_TRUE(Find("redis5.0", "databases")->modifiable_while_unused);
  EXPECT_FALSE(Find("redis5.0", "maxclients")->modifiable);
  EXPECT_TRUE(Find("redis5.0", "maxclients")->requires_reboot);
  EXPECT_FALSE(Find("redis5.0", "timeout")->requires_reboot);
}

TEST(ParameterFamiliesTest, OlderOnesUseOlderWords) {
  EXPECT_EQ(Find("redis4.0", "min-replicas-to-write"), nullptr);
  EXPECT_NE(Find("redis4.0", "min-slaves-to-write"), nullptr);
  EXPECT_NE(Find("redis4.0", "activedefrag"), nullptr);
  EXPECT_EQ(Find("redis4.0", "active-defrag-cycle-min")->default_value, "25");
  EXPECT_EQ(Find("redis3.2", "activedefrag"), nullptr);
  EXPECT_FALSE(IsAllowedValue(*Find("redis3.2", "maxmemory-policy"), "allkeys-lfu"));
  EXPECT_FALSE(Find("redis3.2", "repl-timeout")->modifiable);
  EXPECT_TRUE(Find("redis2.8", "repl-timeout")->modifiable);
  EXPECT_EQ(Find("redis2.8", "tcp-keepalive")->default_value, "0");
  EXPECT_EQ(Find("redis2.8", "reserved-memory-percent"), nullptr);
  EXPECT_NE(Find("redis2.8", "reserved-memory"), nullptr);
  EXPECT_EQ(Find("redis2.6", "notify-keyspace-events"), nullptr);
}

TEST(ParameterFamiliesTest, NewerOnesAddTheirs) {
  EXPECT_EQ(Find("redis6.x", "lua-replicate-commands"), nullptr);
  EXPECT_EQ(Find("redis6.x", "databases")->allowed_values, "1-10000");
  EXPECT_EQ(Find("redis6.x", "acl-pubsub-default")->default_value, "allchannels");
  EXPECT_EQ(Find("redis6.x", "acl-pubsub-default")->minimum_engine_version, "6.2.6");
  EXPECT_EQ(Find("redis7", "hash-max-ziplist-entries"), nullptr);
  EXPECT_EQ(Find("redis7", "hash-max-listpack-entries")->default_value, "512");
  EXPECT_EQ(Find("redis7", "cluster-allow-pubsubshard-when-down")->default_value, "yes");
  EXPECT_EQ(Find("redis7", "repl-backlog-size")->default_value, "1048576");
  EXPECT_EQ(FindParameterFamily("valkey7")->parameters.size(), FindParameterFamily("redis7")->parameters.size());
  EXPECT_EQ(Find("valkey8", "repl-backlog-size")->default_value, "10485760");
  EXPECT_EQ(Find("valkey8", "commandlog-request-larger-than")->minimum_engine_version, "8.1.0");
  EXPECT_EQ(Find("valkey7", "commandlog-request-larger-than"), nullptr);
}

TEST(ParameterFamiliesTest, MemcachedFigures) {
  EXPECT_EQ(FindParameterFamily("memcached1.6")->parameters.size(), 31u);
  EXPECT_EQ(Find("memcached1.6", "memcached_connections_overhead")->default_value, "100");
  EXPECT_EQ(Find("memcached1.6", "chunk_size_growth_factor")->data_type, "float");
  EXPECT_EQ(Find("memcached1.6", "modern"), nullptr);
  EXPECT_NE(Find("memcached1.4", "modern"), nullptr);
  EXPECT_EQ(Find("memcached1.4", "no_modern"), nullptr);
  EXPECT_FALSE(Find("memcached1.6", "watch")->requires_reboot);
}

TEST(AllowedValuesTest, GrammarOfNumbers) {
  Parameter p{.name = "p",
              .default_value = "",
              .data_type = "integer",
              .allowed_values = "0,20-",
              .minimum_engine_version = "",
              .description = ""};
  EXPECT_TRUE(IsAllowedValue(p, "0"));
  EXPECT_FALSE(IsAllowedValue(p, "19"));
  EXPECT_TRUE(IsAllowedValue(p, "20"));
  for (const char* wrong : {"", "x", "20x", " 20", "-1", "20.5", "99999999999999999999"}) {
    EXPECT_FALSE(IsAllowedValue(p, wrong)) << wrong;
  }
  p.allowed_values = "-5,-4,1-";
  EXPECT_TRUE(IsAllowedValue(p, "-5"));
  EXPECT_FALSE(IsAllowedValue(p, "-3"));
  EXPECT_FALSE(IsAllowedValue(p, "0"));
  EXPECT_TRUE(IsAllowedValue(p, "7"));
  p.allowed_values = "-";
  EXPECT_TRUE(IsAllowedValue(p, "-100"));
  p.allowed_values = "1-75";
  EXPECT_TRUE(IsAllowedValue(p, "75"));
  EXPECT_FALSE(IsAllowedValue(p, "76"));
  p.data_type = "float";
  EXPECT_TRUE(IsAllowedValue(p, "1.25"));
  EXPECT_FALSE(IsAllowedValue(p, "0.5"));
}

TEST(AllowedValuesTest, GrammarOfWords) {
  EXPECT_TRUE(IsAllowedValue(*Find("redis7", "cluster-preferred-endpoint-type"), "tls-dynamic"));
  EXPECT_FALSE(IsAllowedValue(*Find("redis7", "cluster-preferred-endpoint-type"), "hostname"));
  EXPECT_FALSE(IsAllowedValue(*Find("redis7", "activedefrag"), ""));
  EXPECT_TRUE(IsAllowedValue(*Find("redis7", "notify-keyspace-events"), "KEA"));
  EXPECT_TRUE(IsAllowedValue(*Find("memcached1.6", "watch"), "0"));
  EXPECT_FALSE(IsAllowedValue(*Find("memcached1.6", "watch"), "yes"));
}

TEST(NodeTypeParametersTest, FollowTheTable) {
  const auto redis7 = NodeTypeParameters(*FindParameterFamily("redis7"));
  ASSERT_EQ(redis7.size(), 3u);
  EXPECT_EQ(redis7[0].parameter.name, "client-output-buffer-limit-replica-hard-limit");
  EXPECT_EQ(redis7[2].parameter.name, "maxmemory");
  EXPECT_THAT(redis7[2].values, testing::Contains(testing::Pair("cache.t4g.micro", 536870912)));
  EXPECT_THAT(redis7[2].values, testing::Not(testing::Contains(testing::Key("cache.r8g.large"))));
  EXPECT_EQ(NodeTypeParameters(*FindParameterFamily("redis4.0"))[1].parameter.name,
            "client-output-buffer-limit-slave-soft-limit");
  EXPECT_EQ(NodeTypeParameters(*FindParameterFamily("redis2.6"))[1].parameter.name,
            "client-output-buffer-limit-slave-soft-limit");
  const auto valkey8 = NodeTypeParameters(*FindParameterFamily("valkey8"));
  EXPECT_THAT(valkey8[2].values, testing::Contains(testing::Key("cache.r8g.large")));
  const auto memcached = NodeTypeParameters(*FindParameterFamily("memcached1.6"));
  ASSERT_EQ(memcached.size(), 2u);
  EXPECT_THAT(memcached[0].values, testing::Not(testing::Contains(testing::Key("cache.r6gd.xlarge"))));
  EXPECT_THAT(memcached[1].values, testing::Contains(testing::Pair("cache.t4g.micro", 2)));
}

TEST(DefaultGroupsTest, HaveTheirNames) {
  EXPECT_EQ(DefaultParameterGroup("redis7", false), "default.redis7");
  EXPECT_EQ(DefaultParameterGroup("redis7", true), "default.redis7.cluster.on");
  const auto parsed = ParseDefaultParameterGroup("default.redis6.x.cluster.on");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->family, "redis6.x");
  EXPECT_TRUE(parsed->cluster_mode);
  for (const char* other : {"default.redis9", "default.redis2.8.cluster.on", "default.memcached1.6.cluster.on",
                            "default.", "default", "redis7", "my-group", ""}) {
    EXPECT_FALSE(ParseDefaultParameterGroup(other).has_value()) << other;
  }
}

TEST(DefaultGroupsTest, EveryFamilyHasOneOrTwo) {
  EXPECT_EQ(DefaultParameterGroups().size(), ParameterFamilies().size() + 8);
  for (const std::string& name : DefaultParameterGroups()) {
    const auto parsed = ParseDefaultParameterGroup(name);
    ASSERT_TRUE(parsed.has_value()) << name;
    EXPECT_EQ(DefaultParameterGroup(parsed->family, parsed->cluster_mode), name);
  }
}

}  // namespace
}  // namespace elastilab
