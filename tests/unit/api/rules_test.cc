#include <gmock/gmock.h>

#include "controlplane/region/catalog/engine_choice.h"
#include "controlplane/region/schedule/windows.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "controlplane/services/elasticache/placement.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;

TEST(IdentifierTest, FollowsTheServicesRule) {
  for (const char* good : {"a", "demo", "Demo-1", "a-b-c", "x123456789"}) {
    EXPECT_TRUE(CheckIdentifier("Id", good, 40).ok()) << good;
  }
  EXPECT_EQ(*CheckIdentifier("Id", "DeMo", 40), "demo");
  for (const char* bad : {"", "1a", "-a", "a-", "a--b", "a_b", "a b", "ä", "a.b", "abcde"}) {
    EXPECT_FALSE(CheckIdentifier("Id", bad, 4).ok()) << bad;
  }
}

TEST(WindowTest, MaintenanceWindows) {
  const struct {
    const char* text;
    int start, length;  // -1: refused
  } cases[] = {{"sun:05:00-sun:06:00", 300, 60},   {"SUN:05:00-Mon:05:00", 300, 1440}, {"sat:23:30-sun:01:00", 6 * 1440 + 1410, 90},
               {"sun:05:00-sun:05:30", -1, 0},     {"sun:05:00-tue:05:00", -1, 0},     {"sunday:05:00-sun:06:00", -1, 0},
               {"sun:25:00-sun:26:00", -1, 0},     {"sun:05:00", -1, 0},               {"sun:05:00-sun:06:00x", -1, 0},
               {"", -1, 0}};
  for (const auto& c : cases) {
    const auto window = ParseMaintenanceWindow(c.text);
    EXPECT_EQ(window.ok(), c.start >= 0) << c.text;
    if (window.ok()) {
      EXPECT_EQ(window->start, c.start) << c.text;
      EXPECT_EQ(window->length, c.length) << c.text;
    }
  }
}

TEST(WindowTest, TheTwoMustNotOverlap) {
  EXPECT_FALSE(ChooseWindows("sun:05:00-sun:06:00", "05:30-06:30", 0).ok());
  EXPECT_FALSE(ChooseWindows("sat:23:00-sun:01:00", "00:00-01:00", 0).ok()) << "over midnight and the week's end";
  EXPECT_TRUE(ChooseWindows("sun:05:00-sun:06:00", "06:00-07:00", 0).ok());
  EXPECT_FALSE(ChooseWindows(std::nullopt, "05:00-05:30", 0).ok()) << "too short";
}

TEST(WindowTest, ChosenWindowsNeverOverlapAndLieInTheRegionsBlock) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const auto windows = ChooseWindows(std::nullopt, std::nullopt, seed);
    ASSERT_TRUE(windows.ok()) << seed;
    const auto weekly = *ParseMaintenanceWindow(windows->maintenance);
    EXPECT_FALSE(Overlap(weekly, *ParseSnapshotWindow(windows->snapshot))) << windows->maintenance << " " << windows->snapshot;
    EXPECT_GE(weekly.start % 1440, 180);
    EXPECT_LE(weekly.start % 1440 + weekly.length, 660);
  }
}

TEST(PlacementTest, SpreadsOverTheEmptiestZones) {
  const std::vector<std::string> zones = {"a", "b", "c"};
  EXPECT_THAT(*PlaceNodes({.nodes = 4}, zones, {}), ElementsAre("a", "b", "c", "a"));
  EXPECT_THAT(*PlaceNodes({.nodes = 2, .already = {{"a", 1}}}, zones, {}), ElementsAre("b", "c"));
  EXPECT_THAT(*PlaceNodes({.nodes = 2}, zones, {"a"}), ElementsAre("b", "c"));
  EXPECT_THAT(*PlaceNodes({.nodes = 3, .spread = false, .seed = 1}, zones, {}), ElementsAre("b", "b", "b"));
}

TEST(PlacementTest, HonoursPreferencesOrRefusesThem) {
  const std::vector<std::string> zones = {"a", "b"};
  EXPECT_THAT(*PlaceNodes({.nodes = 2, .preferred = {"b", "a"}}, zones, {}), ElementsAre("b", "a"));
  EXPECT_FALSE(PlaceNodes({.nodes = 2, .preferred = {"b"}}, zones, {}).ok());
  EXPECT_FALSE(PlaceNodes({.nodes = 1, .preferred = {"z"}}, zones, {}).ok());
  EXPECT_FALSE(PlaceNodes({.nodes = 1, .preferred = {"a"}}, zones, {"a"}).ok());
  EXPECT_FALSE(PlaceNodes({.nodes = 1}, zones, {"a", "b"}).ok());
}

TEST(EngineChoiceTest, CompletesAndRefuses) {
  EXPECT_EQ(ChooseEngine({.in_group = true})->full_version.substr(0, 3), "7.1");
  EXPECT_EQ(ChooseEngine({.engine = "Memcached"})->default_port, 11211);
  EXPECT_EQ(ChooseEngine({.version = "6.x", .in_group = true})->parameter_group, "default.redis6.x");
  const EngineWish refused[] = {
      {.engine = "mysql"},
      {.engine = "memcached", .in_group = true},
      {.engine = "valkey"},
      {.version = "9.9", .in_group = true},
      {.version = "6.2.6", .in_group = true},
      {.node_type = "cache.huge", .in_group = true},
      {.node_type = "cache.m1.small", .in_group = true},
      {.version = "7.1", .parameter_group = "default.redis6.x", .in_group = true},
      {.parameter_group = "default.redis7.cluster.on"},
      {.parameter_group = "default.redis7.cluster.on", .in_group = true},
  };
  for (const EngineWish& wish : refused) EXPECT_FALSE(ChooseEngine(wish).ok()) << (&wish - refused);
}

TEST(EngineChoiceTest, VersionsOnlyGoUp) {
  EXPECT_TRUE(ChooseUpgrade(Engine::kRedis, "7.0.7", "7.1").ok());
  EXPECT_FALSE(ChooseUpgrade(Engine::kRedis, "7.1.0", "6.2").ok());
}

TEST(PagingTest, MarkersAreOpaqueAndOurs) {
  EXPECT_EQ(ReadPage("L", std::nullopt, MarkerFor("L", "demo-001"))->after, "demo-001");
  EXPECT_EQ(ReadPage("L", 20, std::nullopt)->limit, 20);
  for (int bad : {-1, 0, 19, 101}) EXPECT_FALSE(ReadPage("L", bad, std::nullopt).ok()) << bad;
  for (const char* other : {"M", "", "LL"}) {
    EXPECT_FALSE(ReadPage("L", std::nullopt, MarkerFor(other, "demo-001")).ok()) << other;
  }
  EXPECT_EQ(ReadPage("L", std::nullopt, MarkerFor("L", "a/b"))->after, "a/b") << "a key may hold anything";
  for (const char* bad : {"x", "el1.zz", "el1.a", "demo"}) EXPECT_FALSE(ReadPage("L", std::nullopt, bad).ok()) << bad;
}

}  // namespace
}  // namespace elastilab
