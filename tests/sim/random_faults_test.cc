// Random worlds: clusters come and go, are upgraded and hand their primaries over, while engines, agents, zones and the control plane die at any step. After every
// step nobody shares a primary endpoint; once everything is healed, everything is as wished.
//
//   ELASTILAB_SIM_SEEDS=20000  how many seeds to run (default 2,000)
//   ELASTILAB_SIM_SEED=1234    replays one, with a trace
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "tests/sim/region.h"

namespace elastilab {
namespace {

// Thousands of agents come and go: their log lines help nobody.
const bool kQuiet = [] {
  spdlog::set_level(spdlog::level::off);
  return true;
}();

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

void RandomFault(SimRegion& region, bool trace) {
  const auto nodes = region.Nodes();
  const auto zones = region.zones();
  const NodeUid uid = nodes.empty() ? 0 : nodes[region.random()() % nodes.size()];
  const std::string& zone = zones[region.random()() % zones.size()];
  const int what = static_cast<int>(region.random()() % 10);
  if (trace) fmt::print("fault {} uid {} zone {}\n{}", what, uid, zone, region.Describe());
  switch (what) {
    case 0:
    case 1:
    case 2:
      return region.KillEngine(uid);
    case 3:
      return region.StopEngine(uid);
    case 4:
      return region.KillAgent(zone);
    case 5:
    case 6:
      return region.StartAgent(zone);
    case 7:
      return region.LoseZone(zone);
    case 8:
      return region.RestoreZone(zone);
    default:
      return region.RestartControlPlane();
  }
}

// Empty, or what broke.
std::string RunSeed(uint64_t seed, bool trace) {
  SimRegion region(seed);
  region.CreateGroup("demo", 1 + static_cast<int>(seed % 3));
  region.CreateGroup("other", 3);
  region.CreateMemcached("pages", 3);
  bool deleted = false;
  for (int step = 0; step < 250; ++step) {
    region.Step();
    if (step > 60 && region.random()() % 12 == 0) RandomFault(region, trace);
    if (region.random()() % 5 == 0) region.Write("demo");
    if (step > 60 && region.random()() % 40 == 0) region.PromoteByHand("demo");
    if (step > 60 && region.random()() % 60 == 0) region.Upgrade(region.random()() % 2 == 0 ? "demo" : "other");
    if (step == 180 && seed % 4 == 0) {
      region.Delete("other");
      deleted = true;
    }
    if (std::string broken = region.BrokenInvariant(); !broken.empty()) return fmt::format("step {}: {}", step, broken);
  }
  region.Heal();
  if (!region.Settle()) return "I4: never comes to rest\n" + region.Describe();
  if (std::string broken = region.BrokenInvariant(); !broken.empty()) return broken;
  if (std::string broken = region.BrokenWhenSettled(); !broken.empty()) return broken + "\n" + region.Describe();
  if (deleted && region.store().Read([](const State& state) { return state.groups.contains("other"); })) {
    return "a deleted group is still there\n" + region.Describe();
  }
  if (!region.Write("demo")) return "the healed group takes no writes\n" + region.Describe();
  return "";
}

TEST(RandomFaultsTest, InvariantsHoldForEverySeed) {
  if (std::getenv("ELASTILAB_SIM_SEED") != nullptr) {
    EXPECT_EQ(RunSeed(FromEnvironment("ELASTILAB_SIM_SEED", 0), true), "");
    return;
  }
  const uint64_t seeds = FromEnvironment("ELASTILAB_SIM_SEEDS", 2000);
  int failures = 0;
  for (uint64_t seed = 1; seed <= seeds && failures < 3; ++seed) {
    const std::string broken = RunSeed(seed, false);
    if (broken.empty()) continue;
    ++failures;
    ADD_FAILURE() << "seed " << seed << " (replay with ELASTILAB_SIM_SEED=" << seed << "): " << broken;
  }
}

TEST(SimulationTest, OneDeathLosesNoAcknowledgedWrite) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SimRegion region(seed);
    region.CreateGroup("demo", 3);
    ASSERT_TRUE(region.Settle());
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(region.Write("demo"));
    const auto nodes = region.Nodes();
    region.KillEngine(nodes[seed % nodes.size()]);
    ASSERT_TRUE(region.Settle());
    const int64_t before = region.acknowledged("demo");
    ASSERT_TRUE(region.Write("demo")) << region.Describe();
    EXPECT_EQ(region.acknowledged("demo"), before + 1) << "seed " << seed << "\n" << region.Describe();
  }
}

TEST(SimulationTest, ALostZoneLeavesTheGroupWritable) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SimRegion region(seed);
    region.CreateGroup("demo", 3);
    ASSERT_TRUE(region.Settle());
    ASSERT_TRUE(region.Write("demo"));
    region.LoseZone("us-east-1a");
    region.Settle();
    EXPECT_TRUE(region.Write("demo")) << region.Describe();
    EXPECT_EQ(region.acknowledged("demo"), 2);
  }
}

TEST(SimulationTest, APromotionByHandAndAnUpgradeLoseNothing) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SimRegion region(seed);
    region.CreateGroup("demo", 3);
    ASSERT_TRUE(region.Settle());
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(region.Write("demo"));
    const auto primary = [&] {
      return region.store().Read([](const State& state) {
        return state.Find<CacheNode>(state.Find<NodeGroup>("demo/0001")->primary)->cluster_id;
      });
    };
    const std::string wanted = region.PromoteByHand("demo");
    ASSERT_TRUE(region.Settle());
    EXPECT_EQ(primary(), wanted);
    region.Upgrade("demo");
    ASSERT_TRUE(region.Settle()) << region.Describe();
    EXPECT_EQ(region.BrokenWhenSettled(), "") << "seed " << seed;
    EXPECT_NE(primary(), wanted) << "a primary hands over before its node is touched";
    ASSERT_TRUE(region.Write("demo"));
    EXPECT_EQ(region.acknowledged("demo"), 11) << "seed " << seed << "\n" << region.Describe();
  }
}

TEST(SimulationTest, AtTheFixpointThePlanIsEmpty) {
  SimRegion region(1);
  region.CreateGroup("demo", 3);
  region.CreateMemcached("pages", 4);
  ASSERT_TRUE(region.Settle());
  const int64_t revision = region.store().Revision();
  ASSERT_TRUE(region.Settle());
  EXPECT_EQ(region.store().Revision(), revision);
}

}  // namespace
}  // namespace elastilab
