// One real redis at a time: what it is told at its start, what it answers, what it keeps.
#include "dataplane/engine/redis_driver.h"
#include "dataplane/engine/redis_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>

#include "common/os/files.h"
#include "dataplane/engine/shim_path.h"
#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RedisDriverTest : public testing::Test {
 protected:
  static LaunchSpec Spec() {
    return {.name = "one-001/0001",
            .family = EngineFamily::kRedis,
            .version = "7.0",
            .address = "127.45.1.1",
            .port = 6379,
            .shared_address = "127.45.1.100",
            .parameters = {},
            .withheld_commands = {"-config", "-cluster|meet", "-replicaof"},
            .control_password = {},
            .replication_password = {}};
  }
  static LiveSpec Primary() {
    return {.role = NodeRole::kPrimary, .follow = {}, .endpoints = {"127.45.1.99", "127.45.1.100"}};
  }

  boost::asio::io_context io_;
  std::unique_ptr<EngineDriver> driver_ = MakeRedisDriver(io_, FindShim());
};

TEST_F(RedisDriverTest, PrimaryStartsOnItsEndpointsAndSaysWhatItIs) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  const auto status = node.Query();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->role, NodeRole::kPrimary);
  EXPECT_EQ(status->run_id.size(), 40u);
  EXPECT_THAT(status->version, StartsWith("7."));
  EXPECT_EQ(status->follows, std::nullopt);
  for (const char* address : {"127.45.1.1", "127.45.1.99", "127.45.1.100"}) {
    UserClient user(io_, address, 6379);
    EXPECT_EQ(user.Say({"SET", "k", address}), "OK");
  }
  EXPECT_THAT(UserClient(io_, "127.45.1.98", 6379).Say({"PING"}), StartsWith("no connection"));
}

TEST_F(RedisDriverTest, ClientsCannotUseWhatIsWithheld) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  UserClient user(io_, "127.45.1.1", 6379);
  EXPECT_THAT(user.Say({"CONFIG", "GET", "masterauth"}), StartsWith("NOPERM"));
  EXPECT_THAT(user.Say({"REPLICAOF", "NO", "ONE"}), StartsWith("NOPERM"));
  EXPECT_THAT(user.Say({"AUTH", "elastilab-agent", "guess"}), StartsWith("WRONGPASS"));
}

TEST_F(RedisDriverTest, NoSecretInArgumentsEnvironmentOrLog) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  const std::string proc = "/proc/" + std::to_string(node.process().pid());
  const std::string seen =
      *ReadWholeFile(proc + "/cmdline") + *ReadWholeFile(proc + "/environ") + *ReadWholeFile(node.paths().log_file);
  EXPECT_THAT(seen, Not(HasSubstr(node.launch().control_password.Reveal())));
  EXPECT_THAT(seen, Not(HasSubstr(node.launch().replication_password.Reveal())));
  EXPECT_THAT(seen, HasSubstr("one-001/0001"));  // the process title names the node
}

TEST_F(RedisDriverTest, WrongPasswordIsPermissionDeniedAndNotRepeated) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  LaunchSpec wrong = node.launch();
  wrong.control_password = Secret("wrong-password");
  const auto control = driver_->Control(wrong, node.paths());
  Status status;
  bool called = false;
  control->Ping(milliseconds(500), [&](const Status& s) { status = s, called = true; });
  ASSERT_TRUE(RunUntil(io_, [&] { return called; }));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("wrong-password")));
}

TEST_F(RedisDriverTest, StoppedProcessIsADeadlineAndAnswersAgainAfterwards) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  node.process().Stop();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(node.Ping(milliseconds(30)).code(), absl::StatusCode::kDeadlineExceeded);
  node.process().Signal(SIGCONT);
  EXPECT_EQ(node.Ping(), absl::OkStatus());
  EXPECT_EQ(node.Query()->role, NodeRole::kPrimary);
}

TEST_F(RedisDriverTest, DeadProcessIsUnavailableAtOnce) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  node.process().Kill();
  EXPECT_FALSE(node.Ping().ok());
  EXPECT_EQ(node.Ping().code(), absl::StatusCode::kUnavailable);
}

TEST_F(RedisDriverTest, OrderlyShutdownKeepsDataForOneResume) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"SET", "kept", "yes"}), "OK");
  ASSERT_EQ(node.Shutdown(true), absl::OkStatus());
  EXPECT_EQ(node.process().WaitExit(milliseconds(5000)), "exit code 0");
  const std::string dump = node.paths().data_dir + "/dump.rdb";
  EXPECT_EQ(access(dump.c_str(), F_OK), 0);

  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"GET", "kept"}), "yes");
  EXPECT_NE(access(dump.c_str(), F_OK), 0) << "a dump serves one resume only";
  node.process().Kill();
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"GET", "kept"}), "");
}

TEST_F(RedisDriverTest, DumpThatNobodyOrderedIsNotRead) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"SET", "kept", "yes"}), "OK");
  ASSERT_EQ(node.Shutdown(true), absl::OkStatus());
  EXPECT_EQ(node.process().WaitExit(milliseconds(5000)), "exit code 0");
  ASSERT_EQ(unlink((node.paths().data_dir + "/resume").c_str()), 0);
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"GET", "kept"}), "");
}

TEST_F(RedisDriverTest, AnOrderRemovesTheDumpThatNobodyOrdered) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  std::ofstream(node.paths().data_dir + "/dump.rdb") << "of its first sync";
  OrderDump(node.paths());
  EXPECT_EQ(driver_->Saved(node.launch(), node.paths()).bytes, 0) << "killed now, before it has saved, it has nothing";
  std::ofstream(node.paths().data_dir + "/dump.rdb") << "what it saved";
  OrderDump(node.paths());
  EXPECT_GT(driver_->Saved(node.launch(), node.paths()).bytes, 0) << "asked to stop again while it loads, it still has that";
}

// Somebody cleaned up /tmp, or run/: an engine without its socket file is reached over TCP, as the same user.
TEST_F(RedisDriverTest, EngineWithoutItsSocketFileIsReachedOverTcp) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  ASSERT_EQ(unlink(node.paths().socket.c_str()), 0);
  const auto fresh = driver_->Control(node.launch(), node.paths());
  std::optional<StatusOr<EngineStatus>> status;
  fresh->Query(milliseconds(2000), [&](const StatusOr<EngineStatus>& s) { status = s; });
  ASSERT_TRUE(RunUntil(io_, [&] { return status.has_value(); }));
  ASSERT_TRUE(status->ok()) << status->status();
  EXPECT_EQ((*status)->role, NodeRole::kPrimary);
  EXPECT_EQ((*status)->run_id, node.Query()->run_id);
}

TEST_F(RedisDriverTest, AppendOnlyFileOutlivesAKill) {
  LaunchSpec spec = Spec();
  spec.parameters = {{"appendonly", "yes"}, {"appendfsync", "always"}};
  LabNode node(io_, *driver_, spec);
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"SET", "kept", "yes"}), "OK");
  node.process().Kill();
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_TRUE(node.Becomes([](const EngineStatus& s) { return !s.loading; }));
  EXPECT_EQ(UserClient(io_, "127.45.1.1", 6379).Say({"GET", "kept"}), "yes");
}

TEST_F(RedisDriverTest, ParametersChangeWhileItRunsWhereTheEngineCan) {
  LaunchSpec spec = Spec();
  spec.withheld_commands = {};
  spec.parameters = {{"maxmemory-policy", "volatile-lru"}, {"databases", "16"}};
  LabNode node(io_, *driver_, spec);
  ASSERT_EQ(node.Start(Primary()), absl::OkStatus());
  EXPECT_EQ(node.SetParameters({{"maxmemory-policy", "allkeys-lfu"},
                                {"databases", "16"},
                                {"maxclients", "65000"},
                                {"reserved-memory-percent", "50"},
                                {"commandlog-reply-larger-than", "1"},
                                {"client-output-buffer-limit-pubsub-soft-seconds", "30"},
                                {"notify-keyspace-events", ""}}),
            absl::OkStatus());
  UserClient user(io_, "127.45.1.1", 6379);
  EXPECT_THAT(user.Say({"INFO", "memory"}), HasSubstr("maxmemory_policy:allkeys-lfu"));
  const Status restart = node.SetParameters({{"databases", "32"}});
  EXPECT_EQ(restart.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(restart.message()), HasSubstr("databases"));
  const Status bad = node.SetParameters({{"maxmemory-policy", "nonsense"}});
  EXPECT_EQ(bad.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bad.message()), HasSubstr("maxmemory-policy"));
}

TEST_F(RedisDriverTest, HostileValuesStayValues) {
  LaunchSpec spec = Spec();
  spec.parameters = {{"notify-keyspace-events", "AKE\" loadmodule \"/tmp/x.so"}};
  LabNode node(io_, *driver_, spec);
  ASSERT_EQ(node.Spawn(Primary()), absl::OkStatus());
  EXPECT_EQ(node.process().WaitExit(milliseconds(5000)), "exit code 1");  // one word, which the engine refuses
  EXPECT_THAT(*ReadWholeFile(node.paths().log_file), HasSubstr("Invalid event class character"));
}

}  // namespace
}  // namespace elastilab
