#include "dataplane/engine/redis_apply.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

const std::string kOwn = "127.31.0.4";
const HostPort kA{"127.31.0.9", 6379};
const HostPort kB{"127.32.0.9", 6379};

std::string Plan(const RedisObserved& observed, const LiveSpec& to) {
  LaunchSpec launch;
  launch.address = kOwn;
  launch.port = 6379;
  std::vector<std::string> batches;
  for (const RedisBatch& batch : PlanRedisApply(launch, observed, to)) {
    std::vector<std::string> commands;
    for (const RespCommand& command : batch) commands.push_back(fmt::format("{}", fmt::join(command, " ")));
    batches.push_back(fmt::format("{}", fmt::join(commands, " + ")));
  }
  return fmt::format("{}", fmt::join(batches, " | "));
}

constexpr char kCut[] = "CLIENT KILL TYPE normal SKIPME yes + CLIENT KILL TYPE pubsub";
constexpr char kStale[] = "CONFIG SET replica-serve-stale-data yes";

struct Story {
  const char* name;
  RedisObserved observed;
  LiveSpec to;
  std::string plan;
};

TEST(RedisApplyTest, SendsWhatIsMissingInASafeOrder) {
  const LiveSpec primary{NodeRole::kPrimary, {}, {"E"}};
  const Story kStories[] = {
      {"already primary", {true, {}, {kOwn, "E"}}, primary, ""},
      {"promotion comes before the endpoint",
       {false, kA, {kOwn}},
       primary,
       "REPLICAOF NO ONE | CONFIG SET bind 127.31.0.4 E"},
      {"promotion of a reader", {false, kA, {kOwn, "R"}}, primary, "REPLICAOF NO ONE | CONFIG SET bind 127.31.0.4 E"},
      {"interrupted promotion", {true, {}, {kOwn}}, primary, "CONFIG SET bind 127.31.0.4 E"},
      {"order of addresses doesn't matter", {true, {}, {"E", kOwn}}, primary, ""},
      {"a primary that is to hand over lets nobody write, on open connections neither",
       {true, {}, {kOwn, "E", "R"}},
       {NodeRole::kPrimary, {}, {}},
       fmt::format("CONFIG SET bind 127.31.0.4 + {}", kCut)},
      {"a primary that gives only the reader's address up cuts nobody off",
       {true, {}, {kOwn, "E", "R"}},
       primary,
       "CONFIG SET bind 127.31.0.4 E"},
      {"demotion gives up first, then cuts off, then follows",
       {true, {}, {kOwn, "E"}},
       {NodeRole::kReplica, kB, {}},
       fmt::format("CONFIG SET bind 127.31.0.4 + {} + {} + REPLICAOF 127.32.0.9 6379", kCut, kStale)},
      {"demotion to a reader takes the reader's address last",
       {true, {}, {kOwn, "E"}},
       {NodeRole::kReplica, kB, {"R"}},
       fmt::format("CONFIG SET bind 127.31.0.4 + {} + {} + REPLICAOF 127.32.0.9 6379 | CONFIG SET bind 127.31.0.4 R",
                   kCut, kStale)},
      {"demotion keeps an address it had",
       {true, {}, {kOwn, "E", "R"}},
       {NodeRole::kReplica, kB, {"R"}},
       fmt::format("CONFIG SET bind 127.31.0.4 R + {} + {} + REPLICAOF 127.32.0.9 6379", kCut, kStale)},
      {"demotion to nobody",
       {true, {}, {kOwn, "E"}},
       {NodeRole::kReplica, {}, {}},
       fmt::format("CONFIG SET bind 127.31.0.4 + {} + CONFIG SET replica-serve-stale-data no + REPLICAOF 127.31.0.4 1",
                   kCut)},
      {"interrupted demotion",
       {true, {}, {kOwn}},
       {NodeRole::kReplica, kB, {}},
       fmt::format("{} + {} + REPLICAOF 127.32.0.9 6379", kCut, kStale)},
      {"already following", {false, kA, {kOwn}}, {NodeRole::kReplica, kA, {}}, ""},
      {"another primary",
       {false, kA, {kOwn, "R"}},
       {NodeRole::kReplica, kB, {"R"}},
       fmt::format("{} + REPLICAOF 127.32.0.9 6379", kStale)},
      {"replica told of no primary stays with its own", {false, kA, {kOwn}}, {NodeRole::kReplica, {}, {}}, ""},
      {"replica becomes a reader",
       {false, kA, {kOwn}},
       {NodeRole::kReplica, kA, {"R"}},
       "CONFIG SET bind 127.31.0.4 R"},
      {"replica is a reader no more",
       {false, kA, {kOwn, "R"}},
       {NodeRole::kReplica, kA, {}},
       "CONFIG SET bind 127.31.0.4"},
  };
  for (const Story& story : kStories) EXPECT_EQ(Plan(story.observed, story.to), story.plan) << story.name;
}

TEST(RedisApplyTest, AfterThePlanNothingIsLeft) {
  const LiveSpec kGoals[] = {
      {NodeRole::kPrimary, {}, {"E", "R"}}, {NodeRole::kReplica, kB, {"R"}}, {NodeRole::kReplica, kB, {}}};
  for (const LiveSpec& goal : kGoals) {
    std::vector<std::string> bound = {kOwn};
    bound.insert(bound.end(), goal.endpoints.begin(), goal.endpoints.end());
    EXPECT_EQ(Plan({goal.role == NodeRole::kPrimary, goal.follow, bound}, goal), "");
  }
}

TEST(RedisApplyTest, ReadsWhatTheEngineSays) {
  RespParser parser;
  std::vector<RespValue> replies;
  ASSERT_TRUE(parser
                  .Feed("*5\r\n$5\r\nslave\r\n$10\r\n127.31.0.9\r\n:6379\r\n$9\r\nconnected\r\n:12\r\n"
                        "*2\r\n$4\r\nbind\r\n$12\r\n127.31.0.4 R\r\n",
                        replies)
                  .ok());
  const auto observed = ReadObserved(replies);
  ASSERT_TRUE(observed.ok());
  EXPECT_EQ(*observed, (RedisObserved{false, kA, {kOwn, "R"}}));
  EXPECT_FALSE(ReadObserved({}).ok());
  EXPECT_FALSE(ReadObserved({RespValue{}, RespValue{}}).ok());
}

}  // namespace
}  // namespace elastilab
