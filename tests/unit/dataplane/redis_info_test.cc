#include "dataplane/engine/redis_info.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

TEST(RedisInfoTest, Primary) {
  const auto status = ParseRedisInfo(
      "# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n\r\n# Persistence\r\nloading:0\r\n# "
      "Replication\r\nrole:master\r\n"
      "master_repl_offset:1234\r\n",
      "127.31.0.4");
  ASSERT_TRUE(status.ok());
  EngineStatus expected;
  expected.role = NodeRole::kPrimary;
  expected.run_id = "abc";
  expected.version = "7.0.15";
  expected.replication_offset = 1234;
  EXPECT_EQ(*status, expected);
}

TEST(RedisInfoTest, KeysOfAllDatabases) {
  const std::string base = "run_id:a\r\nrole:master\r\nmaster_replid:f00\r\n";
  EXPECT_EQ(ParseRedisInfo(base, "127.31.0.4")->keys, -1) << "nobody asked";
  EXPECT_EQ(ParseRedisInfo(base + "# Keyspace\r\n", "127.31.0.4")->keys, 0);
  const auto two = ParseRedisInfo(base + "# Keyspace\r\ndb0:keys=12,expires=0,avg_ttl=0\r\ndb3:keys=30,expires=1,avg_ttl=5\r\n",
                                  "127.31.0.4");
  EXPECT_EQ(two->keys, 42);
  EXPECT_EQ(two->history, "f00");
}

TEST(RedisInfoTest, LoadingSaysHowFarItIs) {
  const auto status = ParseRedisInfo(
      "run_id:a\r\nrole:master\r\nloading:1\r\nloading_total_bytes:100\r\nloading_loaded_bytes:40\r\nloading_eta_seconds:3\r\n",
      "127.31.0.4");
  EXPECT_TRUE(status->loading);
  EXPECT_EQ(status->total_bytes, 100);
  EXPECT_EQ(status->loaded_bytes, 40);
  EXPECT_EQ(status->loading_seconds_left, 3);
}

TEST(RedisInfoTest, ReplicaLinkIsUpOnlyAfterTheFirstSync) {
  const std::string base =
      "redis_version:7.2.4\r\nvalkey_version:8.1.0\r\nrun_id:abc\r\nrole:slave\r\nmaster_host:127.31.0.9\r\nmaster_"
      "port:6379\r\n"
      "slave_repl_offset:77\r\n";
  const auto up = ParseRedisInfo(base + "master_link_status:up\r\nmaster_sync_in_progress:0\r\n", "127.31.0.4");
  EXPECT_TRUE(up->link_up);
  EXPECT_EQ(up->version, "8.1.0");
  EXPECT_EQ(up->replication_offset, 77);
  EXPECT_EQ(up->follows, (HostPort{"127.31.0.9", 6379}));
  EXPECT_FALSE(ParseRedisInfo(base + "master_link_status:up\r\nmaster_sync_in_progress:1\r\n", "127.31.0.4")->link_up);
  EXPECT_FALSE(ParseRedisInfo(base + "master_link_status:down\r\n", "127.31.0.4")->link_up);
}

TEST(RedisInfoTest, WaitingReplicaFollowsNobody) {
  const auto status = ParseRedisInfo(
      "run_id:a\r\nrole:slave\r\nmaster_host:127.31.0.4\r\nmaster_port:1\r\nloading:1\r\n", "127.31.0.4");
  EXPECT_EQ(status->follows, std::nullopt);
  EXPECT_TRUE(status->loading);
}

TEST(RedisInfoTest, NonsenseIsAnError) {
  EXPECT_FALSE(ParseRedisInfo("", "127.31.0.4").ok());
  EXPECT_FALSE(ParseRedisInfo("run_id:a\r\nrole:emperor\r\n", "127.31.0.4").ok());
}

}  // namespace
}  // namespace elastilab
