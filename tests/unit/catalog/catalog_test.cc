#include "controlplane/region/catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace elastilab {
namespace {

using ::testing::ElementsAre;

constexpr Engine kEngines[] = {Engine::kRedis, Engine::kValkey, Engine::kMemcached};

TEST(EngineVersionsTest, EveryEngineHasOneDefault) {
  for (Engine engine : kEngines) {
    int defaults = 0;
    for (const auto& v : EngineVersions()) defaults += v.engine == engine && v.is_default;
    EXPECT_EQ(defaults, 1);
    EXPECT_EQ(DefaultEngineVersion(engine).engine, engine);
  }
  EXPECT_EQ(DefaultEngineVersion(Engine::kRedis).full_version, "7.1.0");
  EXPECT_EQ(DefaultEngineVersion(Engine::kMemcached).short_version, "1.6.22");
}

TEST(EngineVersionsTest, AreListedByEngineAscending) {
  const auto& all = EngineVersions();
  std::set<Engine> seen;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0 && all[i].engine == all[i - 1].engine) {
      EXPECT_LT(CompareVersions(all[i - 1].full_version, all[i].full_version), 0) << all[i].full_version;
    } else {
      EXPECT_TRUE(seen.insert(all[i].engine).second);
    }
  }
}

TEST(EngineVersionsTest, EveryFamilyExistsAndIsOfThatEngine) {
  for (const auto& v : EngineVersions()) {
    const ParameterFamily* family = FindParameterFamily(v.family);
    ASSERT_NE(family, nullptr) << v.family;
    EXPECT_EQ(family->engine, v.engine);
  }
}

TEST(EngineVersionsTest, AreFoundByWhatUsersAskFor) {
  EXPECT_EQ(FindEngineVersion(Engine::kRedis, "7.1")->full_version, "7.1.0");
  EXPECT_EQ(FindEngineVersion(Engine::kRedis, "6.x")->full_version, "6.2.6");
  EXPECT_EQ(FindEngineVersion(Engine::kRedis, "5.0.6")->family, "redis5.0");
  EXPECT_EQ(FindEngineVersion(Engine::kMemcached, "1.6.22")->family, "memcached1.6");
  EXPECT_EQ(FindEngineVersion(Engine::kValkey, "8.0")->full_version, "8.0.1");
  EXPECT_EQ(FindEngineVersion(Engine::kRedis, "6.2.6"), std::nullopt);
  EXPECT_EQ(FindEngineVersion(Engine::kRedis, "4.0.13"), std::nullopt);
  EXPECT_EQ(FindEngineVersion(Engine::kValkey, "7.1"), std::nullopt);
  EXPECT_EQ(FindEngineVersion(Engine::kRedis, ""), std::nullopt);
}

TEST(EngineVersionsTest, AreFoundByWhatRecordsHold) {
  EXPECT_EQ(FindFullEngineVersion(Engine::kRedis, "6.2.6")->short_version, "6.2");
  EXPECT_EQ(FindFullEngineVersion(Engine::kRedis, "6.2"), nullptr);
}

TEST(EngineVersionsTest, TooSpecificOnesAreToldApart) {
  EXPECT_EQ(IsTooSpecific(Engine::kRedis, "6.2.6"), "6.2");
  EXPECT_EQ(IsTooSpecific(Engine::kRedis, "7.1.0"), "7.1");
  EXPECT_EQ(IsTooSpecific(Engine::kValkey, "7.2.6"), "7.2");
  EXPECT_EQ(IsTooSpecific(Engine::kRedis, "5.0.6"), std::nullopt);
  EXPECT_EQ(IsTooSpecific(Engine::kRedis, "7.1"), std::nullopt);
  EXPECT_EQ(IsTooSpecific(Engine::kRedis, "9.9.9"), std::nullopt);
  EXPECT_EQ(IsTooSpecific(Engine::kMemcached, "1.6.22"), std::nullopt);
}

TEST(EngineVersionsTest, CompareNumberByNumber) {
  EXPECT_LT(CompareVersions("3.2.6", "3.2.10"), 0);
  EXPECT_GT(CompareVersions("7.0", "6.2.6"), 0);
  EXPECT_EQ(CompareVersions("7.0", "7.0.0"), 0);
  EXPECT_GT(CompareVersions("7.0.1", "7.0"), 0);
  EXPECT_EQ(CompareVersions("", ""), 0);
}

TEST(EngineVersionsTest, DescribeThemselves) {
  const auto v = FindEngineVersion(Engine::kRedis, "6.2");
  EXPECT_EQ(v->description, "Redis");
  EXPECT_EQ(v->version_description, "redis version 6.2.6");
  EXPECT_EQ(FindEngineVersion(Engine::kMemcached, "1.4.33")->version_description, "memcached version 1.4.33");
}

TEST(NodeTypesTest, HaveTheServicesFigures) {
  const NodeType* micro = FindNodeType("cache.t4g.micro");
  ASSERT_NE(micro, nullptr);
  EXPECT_EQ(micro->vcpus, 2);
  EXPECT_EQ(micro->redis_max_memory, 536870912);
  EXPECT_EQ(micro->replica_buffer_limit, 53687091);
  EXPECT_EQ(micro->memcached_megabytes, 512);
  EXPECT_EQ(micro->memcached_threads, 2);
  EXPECT_EQ(micro->min_redis_version, "3.2.4");
  EXPECT_DOUBLE_EQ(micro->dollars_per_hour, 0.016);
  const NodeType* large = FindNodeType("cache.r6g.16xlarge");
  EXPECT_EQ(large->redis_max_memory, 450000750456);
  EXPECT_EQ(large->memcached_megabytes, 429154);
  EXPECT_EQ(FindNodeType("cache.m4.xlarge")->redis_max_memory, 15328501760);
  EXPECT_EQ(FindNodeType("cache.t9.micro"), nullptr);
  EXPECT_EQ(FindNodeType(""), nullptr);
}

TEST(NodeTypesTest, MarkTheOddOnes) {
  EXPECT_FALSE(FindNodeType("cache.m1.small")->creatable);
  EXPECT_FALSE(FindNodeType("cache.t1.micro")->creatable);
  EXPECT_TRUE(FindNodeType("cache.m3.medium")->creatable);
  EXPECT_TRUE(FindNodeType("cache.r6gd.xlarge")->data_tiering);
  EXPECT_EQ(FindNodeType("cache.r6gd.xlarge")->memcached_megabytes, 0);
  EXPECT_TRUE(FindNodeType("cache.r8g.large")->valkey_only);
  EXPECT_FALSE(FindNodeType("cache.r7g.large")->valkey_only);
}

TEST(NodeTypesTest, NamesAreUniqueAndTheDefaultIsTheCheapest) {
  std::set<std::string> names;
  const NodeType* chosen = FindNodeType(kDefaultNodeType);
  ASSERT_NE(chosen, nullptr);
  for (const NodeType& type : NodeTypes()) {
    EXPECT_TRUE(names.insert(type.name).second) << type.name;
    EXPECT_GT(type.redis_max_memory, 0) << type.name;
    EXPECT_GT(type.vcpus, 0) << type.name;
    EXPECT_NEAR(static_cast<double>(type.replica_buffer_limit), static_cast<double>(type.redis_max_memory) * 0.1,
                static_cast<double>(type.redis_max_memory) * 0.005)
        << type.name;
    if (type.dollars_per_hour > 0) {
      EXPECT_GE(type.dollars_per_hour, chosen->dollars_per_hour) << type.name;
    }
  }
  EXPECT_EQ(names.size(), 112u);
}

TEST(NodeTypesTest, ValkeyIsAFifthCheaper) {
  const NodeType& r7g = *FindNodeType("cache.r7g.large");
  EXPECT_DOUBLE_EQ(DollarsPerHour(r7g, Engine::kRedis), 0.219);
  EXPECT_NEAR(DollarsPerHour(r7g, Engine::kValkey), 0.1752, 1e-9);
  const NodeType& r8g = *FindNodeType("cache.r8g.large");
  EXPECT_EQ(DollarsPerHour(r8g, Engine::kRedis), 0);
  EXPECT_DOUBLE_EQ(DollarsPerHour(r8g, Engine::kValkey), 0.1756);
  EXPECT_EQ(DollarsPerHour(*FindNodeType("cache.r6gd.xlarge"), Engine::kMemcached), 0);
}

TEST(NodeTypesTest, MemoryInForceIsWhatTheReserveLeaves) {
  const NodeType& micro = *FindNodeType("cache.t4g.micro");
  EXPECT_EQ(EffectiveMaxMemory(micro, 25), 402653184);
  EXPECT_EQ(EffectiveMaxMemory(micro, 0), 536870912);
  EXPECT_EQ(EffectiveMaxMemory(micro, 100), 1 << 20);
  EXPECT_EQ(EffectiveItemMemory(micro, 100), int64_t{412} << 20);
  EXPECT_EQ(EffectiveItemMemory(micro, 100000), 1 << 20);
}

TEST(WithheldCommandsTest, MemcachedHasNone) {
  EXPECT_THAT(WithheldCommands(Engine::kMemcached, "1.6.22"), ElementsAre());
}

}  // namespace
}  // namespace elastilab
