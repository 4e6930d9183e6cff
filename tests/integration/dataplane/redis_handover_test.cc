// A primary hands its role over, and what comes in between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "dataplane/engine/redis_driver.h"
#include "dataplane/engine/shim_path.h"
#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr char kWriter[] = "127.45.7.99";
constexpr int kPort = 6379;

LaunchSpec Spec(int number) {
  LaunchSpec launch;
  launch.name = "ho-00" + std::to_string(number) + "/0001";
  launch.version = "7.0";
  launch.address = "127.45.7." + std::to_string(number);
  launch.port = kPort;
  return launch;
}

class RedisHandoverTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(a_.Start({.role = NodeRole::kPrimary, .follow = {}, .endpoints = {kWriter}}), absl::OkStatus());
    ASSERT_EQ(b_.Start({.role = NodeRole::kReplica, .follow = a_.here(), .endpoints = {}}), absl::OkStatus());
    ASSERT_TRUE(b_.LinkUp());
    // Acknowledged once, so that the primary calls it online.
    ASSERT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "k", "v"}), "OK");
    ASSERT_TRUE(b_.Becomes([&](const EngineStatus& s) { return s.replication_offset >= a_.Query()->replication_offset; }));
  }
  std::string RoleOf(LabNode& node) { return node.Query()->role == NodeRole::kPrimary ? "primary" : "replica"; }

  boost::asio::io_context io_;
  std::unique_ptr<EngineDriver> driver_ = MakeRedisDriver(io_, FindShim());
  LabNode a_{io_, *driver_, Spec(1)};
  LabNode b_{io_, *driver_, Spec(2)};
};

TEST_F(RedisHandoverTest, TheRolesSwitchAndEveryWriteIsThere) {
  std::atomic<int64_t> acknowledged{-1};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    boost::asio::io_context io;
    UserClient user(io, kWriter, kPort);
    for (int64_t i = 0; !stop; ++i) {
      if (user.Say({"SET", "n", std::to_string(i)}) != "OK") return;  // cut off: an unexecuted write is no lost one
      acknowledged = i;
    }
  });
  while (acknowledged < 500) std::this_thread::yield();
  EXPECT_EQ(a_.HandOver(b_.here()), absl::OkStatus());
  stop = true;
  writer.join();
  EXPECT_EQ(RoleOf(a_), "replica");
  EXPECT_EQ(RoleOf(b_), "primary");
  EXPECT_TRUE(a_.LinkUp());
  const int64_t held = std::stoll(UserClient(io_, "127.45.7.2", kPort).Say({"GET", "n"}));
  EXPECT_GE(held, acknowledged.load()) << "acknowledged by the old primary";
  EXPECT_THAT(UserClient(io_, kWriter, kPort).Say({"PING"}), HasSubstr("no connection")) << "the endpoint is given up";
  EXPECT_EQ(a_.HandOver(b_.here()), absl::OkStatus()) << "already so is success";
}

TEST_F(RedisHandoverTest, ToSomebodyWhoIsNoReplicaIsCalledOffUnnoticed) {
  const Status status = a_.HandOver({"127.45.7.77", kPort});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "k", "w"}), "OK");
}

TEST_F(RedisHandoverTest, AReplicaThatHangsIsNotWaitedForLongerThanThePatience) {
  b_.process().Stop();
  const Status status = a_.HandOver(b_.here(), milliseconds(200));
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(RoleOf(a_), "primary");
  EXPECT_EQ(UserClient(io_, "127.45.7.1", kPort).Say({"SET", "k", "w"}), "OK") << "writes are not paused any more";
  b_.process().Signal(SIGCONT);
}

// The agent that began it died, and the replica hangs: the engine would stay a replica of somebody who never agreed.
TEST_F(RedisHandoverTest, AnInterruptedOneIsCalledOffByTheNextAgent) {
  b_.process().Stop();
  ASSERT_EQ(a_.Control({"FAILOVER", "TO", "127.45.7.2", std::to_string(kPort), "FORCE", "TIMEOUT", "1"}), "OK");
  ASSERT_TRUE(a_.Becomes([](const EngineStatus& s) { return s.role == NodeRole::kReplica; }));
  EXPECT_TRUE(absl::IsFailedPrecondition(a_.HandOver(b_.here(), milliseconds(200))));
  EXPECT_EQ(RoleOf(a_), "primary");
  EXPECT_EQ(a_.Apply({.role = NodeRole::kPrimary, .follow = {}, .endpoints = {kWriter}}), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, kWriter, kPort).Say({"GET", "k"}), "v");
  b_.process().Signal(SIGCONT);
}

TEST_F(RedisHandoverTest, AnInterruptedOneDoesNotHinderAnApply) {
  b_.process().Stop();
  ASSERT_EQ(a_.Control({"FAILOVER", "TO", "127.45.7.2", std::to_string(kPort), "FORCE", "TIMEOUT", "1"}), "OK");
  ASSERT_TRUE(a_.Becomes([](const EngineStatus& s) { return s.role == NodeRole::kReplica; }));
  const LiveSpec primary{.role = NodeRole::kPrimary, .follow = {}, .endpoints = {kWriter}};
  a_.Apply(primary).IgnoreError();  // calls it off
  EXPECT_EQ(a_.Apply(primary), absl::OkStatus());
  EXPECT_EQ(RoleOf(a_), "primary");
  EXPECT_EQ(UserClient(io_, kWriter, kPort).Say({"GET", "k"}), "v");
  b_.process().Signal(SIGCONT);
}

}  // namespace
}  // namespace elastilab
