#include "dataplane/config/redis_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/config/redis_parameters.h"

namespace elastilab {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const EngineBinary kRedis7{EngineFamily::kRedis, "7.0.15", "/usr/bin/redis-server"};
const NodePaths kPaths{"/lab/data", "/lab/socket", "/lab/log"};

LaunchSpec Spec() {
  LaunchSpec spec;
  spec.name = "demo-001/0001";
  spec.version = "7.0";
  spec.address = "127.31.0.4";
  spec.port = 6379;
  spec.max_memory_bytes = 1000;
  spec.withheld_commands = {"-config", "-cluster|meet"};
  spec.control_password = Secret("control-secret");
  spec.replication_password = Secret("replication-secret");
  return spec;
}
LiveSpec Primary() { return {.role = NodeRole::kPrimary, .follow = {}, .endpoints = {"127.40.0.1", "127.40.0.2"}}; }

std::vector<std::string> Lines(const StatusOr<std::string>& text) {
  std::vector<std::string> lines;
  if (!text.ok()) return {std::string(text.status().message())};
  for (size_t at = 0; at < text->size();) {
    const size_t end = text->find('\n', at);
    lines.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  return lines;
}
std::vector<std::string> Render(const LaunchSpec& spec, const LiveSpec& live = Primary()) {
  return Lines(RenderRedisConfig(spec, live, kRedis7, kPaths));
}
std::string Refusal(const LaunchSpec& spec, const LiveSpec& live = Primary(), const EngineBinary& binary = kRedis7) {
  return std::string(RenderRedisConfig(spec, live, binary, kPaths).status().message());
}

TEST(RedisConfigTest, PrimaryListensOnItsEndpointsFromTheStart) {
  const auto lines = Render(Spec());
  EXPECT_THAT(lines, Contains(R"(bind "127.31.0.4" "127.40.0.1" "127.40.0.2")"));
  EXPECT_THAT(lines, Contains(R"(port "6379")"));
  EXPECT_THAT(lines, Contains(R"(save "")"));
  EXPECT_THAT(lines, Contains(R"(maxmemory "1000")"));
  EXPECT_THAT(lines, Contains(R"(bind-source-addr "127.31.0.4")"));
  EXPECT_THAT(lines, Contains(R"(user "default" "on" "nopass" "~*" "&*" "+@all" "-config" "-cluster|meet")"));
  EXPECT_THAT(lines, Not(Contains(testing::StartsWith("replicaof"))));
}

TEST(RedisConfigTest, TheMaxmemoryInForceIsAParameter) {
  LaunchSpec spec = Spec();
  spec.parameters = {{"maxmemory", "750"}, {"reserved-memory-percent", "25"}};
  const auto lines = Render(spec);
  EXPECT_THAT(lines, Contains(R"(maxmemory "750")"));
  EXPECT_THAT(lines, Not(Contains(R"(maxmemory "1000")"))) << "that is the node type's";
}

TEST(RedisConfigTest, ReplicaNeverStartsOnAnEndpoint) {
  const LiveSpec live{.role = NodeRole::kReplica, .follow = HostPort{"127.32.0.4", 6379}, .endpoints = {"127.40.0.2"}};
  const auto lines = Render(Spec(), live);
  EXPECT_THAT(lines, Contains(R"(bind "127.31.0.4")"));
  EXPECT_THAT(lines, Contains(R"(replicaof "127.32.0.4" "6379")"));
}

TEST(RedisConfigTest, ReplicaWithoutPrimaryServesNothing) {
  const auto lines = Render(Spec(), {.role = NodeRole::kReplica, .follow = {}, .endpoints = {}});
  EXPECT_THAT(lines, Contains(R"(replicaof "127.31.0.4" "1")"));
  EXPECT_THAT(lines, Contains(R"(replica-serve-stale-data "no")"));
}

TEST(RedisConfigTest, ControlPasswordIsOnlyThereAsItsHash) {
  const auto text = RenderRedisConfig(Spec(), Primary(), kRedis7, kPaths);
  EXPECT_THAT(*text, Not(HasSubstr("control-secret")));
  EXPECT_THAT(*text, HasSubstr("#" + Sha256Hex("control-secret")));
}

TEST(RedisConfigTest, QuotedWordsCannotEndTheWordOrTheLine) {
  EXPECT_EQ(QuoteRedisWord(""), R"("")");
  EXPECT_EQ(QuoteRedisWord("a b"), R"("a b")");
  EXPECT_EQ(QuoteRedisWord("a\" b \\"), R"("a\" b \\")");
  EXPECT_EQ(QuoteRedisWord(std::string("a\r\nb\0\t\xff", 7)), R"("a\x0d\x0ab\x00\x09\xff")");
}

TEST(RedisConfigTest, NoFieldCanBringInADirectiveOrARight) {
  struct Injection {
    const char* named;  // in the refusal; null: accepted, as one word
    std::function<void(LaunchSpec&, LiveSpec&)> put;
  };
  const Injection kInjections[] = {
      {"address", [](auto& spec, auto&) { spec.address = "127.0.0.1\nloadmodule /x"; }},
      {"address", [](auto& spec, auto&) { spec.address = "0.0.0.0"; }},
      {"address", [](auto& spec, auto&) { spec.address = "localhost"; }},
      {"port", [](auto& spec, auto&) { spec.port = 70000; }},
      {"endpoint", [](auto&, auto& live) { live.endpoints = {"127.0.0.1 0.0.0.0"}; }},
      {"primary",
       [](auto&, auto& live) {
         live.follow = HostPort{"a\nb", 1};
       }},
      {"withheld command", [](auto& spec, auto&) { spec.withheld_commands = {"+@all"}; }},
      {"withheld command", [](auto& spec, auto&) { spec.withheld_commands = {"-config +config"}; }},
      {"withheld command", [](auto& spec, auto&) { spec.withheld_commands = {"-config\nuser x on nopass +@all"}; }},
      {"passwords are missing", [](auto& spec, auto&) { spec.control_password = Secret(); }},
      {"control character",
       [](auto& spec, auto&) {
         spec.parameters = {{"maxmemory-policy", "x\nloadmodule /x"}};
       }},
      {"there is no parameter",
       [](auto& spec, auto&) {
         spec.parameters = {{"loadmodule", "/x"}};
       }},
      {"there is no parameter",
       [](auto& spec, auto&) {
         spec.parameters = {{"timeout 1\nloadmodule", "/x"}};
       }},
      {"is not a number",
       [](auto& spec, auto&) {
         spec.parameters = {{"client-output-buffer-limit-normal-hard-limit", "0 0 0 x"}};
       }},
      {nullptr,
       [](auto& spec, auto&) {
         spec.parameters = {{"notify-keyspace-events", "\" loadmodule \"/x"}};
       }},
      {nullptr, [](auto& spec, auto&) { spec.name = "x{config-file}\nloadmodule /x"; }},
      {nullptr, [](auto& spec, auto&) { spec.replication_password = Secret("p\nloadmodule /x"); }},
  };
  for (const Injection& injection : kInjections) {
    LaunchSpec spec = Spec();
    LiveSpec live = Primary();
    injection.put(spec, live);
    if (injection.named != nullptr) {
      EXPECT_THAT(Refusal(spec, live), HasSubstr(injection.named));
    } else {
      EXPECT_THAT(Render(spec, live), Not(Contains(testing::StartsWith("loadmodule"))));
    }
  }
}

TEST(RedisConfigTest, OldEnginesAreRefused) {
  EXPECT_THAT(Refusal(Spec(), Primary(), {EngineFamily::kRedis, "6.2.6", "/opt/redis-server"}),
              HasSubstr("7.0 or newer"));
}

TEST(RedisParametersTest, ServiceNamesBecomeDirectives) {
  const auto translated = TranslateRedisParameters({{"appendonly", "yes"},
                                                    {"cluster-allow-pubsub-shard-when-down", "yes"},
                                                    {"cluster-preferred-endpoint-type", "tls-dynamic"},
                                                    {"databases", "16"},
                                                    {"reserved-memory-percent", "25"},
                                                    {"rename-commands", "x y"},
                                                    {"activedefrag", "yes"},
                                                    {"search-fanout-target-mode", "client"},
                                                    {"commandlog-reply-larger-than", "1"}},
                                                   EngineFamily::kRedis, "7.0.15");
  ASSERT_TRUE(translated.ok()) << translated.status();
  EXPECT_TRUE(translated->append_only);
  EXPECT_THAT(translated->startup, testing::ElementsAre(RedisDirective{"databases", "16"}));
  EXPECT_THAT(translated->runtime, testing::ElementsAre(RedisDirective{"appendonly", "yes"},
                                                        RedisDirective{"cluster-allow-pubsubshard-when-down", "yes"},
                                                        RedisDirective{"cluster-preferred-endpoint-type", "ip"}));
  const auto valkey = TranslateRedisParameters({{"commandlog-reply-larger-than", "1"}}, EngineFamily::kValkey, "8.1.0");
  EXPECT_EQ(valkey->runtime.size(), 1u);
}

TEST(RedisParametersTest, BufferLimitsBecomeOneDirective) {
  const auto translated = TranslateRedisParameters({{"client-output-buffer-limit-pubsub-soft-seconds", "30"},
                                                    {"client-output-buffer-limit-replica-hard-limit", "100"},
                                                    {"client-output-buffer-limit-replica-soft-limit", "50"}},
                                                   EngineFamily::kRedis, "7.0.15");
  EXPECT_THAT(translated->runtime, testing::ElementsAre(RedisDirective{
                                       "client-output-buffer-limit", "replica 100 50 60 pubsub 33554432 8388608 30"}));
}

}  // namespace
}  // namespace elastilab
