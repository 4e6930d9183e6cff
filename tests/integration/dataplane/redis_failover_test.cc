// Several real redis processes that pass endpoints among them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "dataplane/engine/redis_driver.h"
#include "dataplane/engine/shim_path.h"
#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kWriter[] = "127.45.2.99";
constexpr char kReader[] = "127.45.2.100";
constexpr int kPort = 6379;

LaunchSpec Spec(int number) {
  return {.name = "rg-001/" + std::to_string(number),
          .family = EngineFamily::kRedis,
          .version = "7.0",
          .address = "127.45.2." + std::to_string(number),
          .port = kPort,
          .shared_address = kReader,
          .parameters = {},
          .withheld_commands = {"-config"},
          .control_password = {},
          .replication_password = {}};
}

LiveSpec Primary(std::vector<std::string> endpoints = {kWriter}) {
  return {.role = NodeRole::kPrimary, .follow = {}, .endpoints = std::move(endpoints)};
}

LiveSpec ReplicaOf(const LabNode& primary, std::vector<std::string> endpoints = {}) {
  return {.role = NodeRole::kReplica, .follow = primary.here(), .endpoints = std::move(endpoints)};
}

class RedisFailoverTest : public testing::Test {
 protected:
  void StartPair() {
    ASSERT_EQ(a_.Start(Primary()), absl::OkStatus());
    ASSERT_EQ(b_.Start(ReplicaOf(a_, {kReader})), absl::OkStatus());
    ASSERT_TRUE(b_.LinkUp());
  }
  bool CaughtUp(LabNode& replica, LabNode& primary) {
    const int64_t offset = primary.Query()->replication_offset;
    return replica.Becomes([&](const EngineStatus& s) { return s.replication_offset >= offset; });
  }

  boost::asio::io_context io_;
  std::unique_ptr<EngineDriver> driver_ = MakeRedisDriver(io_, FindShim());
  LabNode a_{io_, *driver_, Spec(1)};
  LabNode b_{io_, *driver_, Spec(2)};
  LabNode c_{io_, *driver_, Spec(3)};
};

TEST_F(RedisFailoverTest, ReplicaTakesTheEndpointOfAKilledPrimary) {
  StartPair();
  std::vector<double> times;
  LabNode* primary = &a_;
  LabNode* replica = &b_;
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "round", std::to_string(round)}), "OK");
    ASSERT_TRUE(CaughtUp(*replica, *primary));
    primary->process().Kill();
    const auto start = steady_clock::now();
    ASSERT_EQ(replica->Apply(Primary()), absl::OkStatus());
    UserClient user(io_, kWriter, kPort);
    ASSERT_EQ(user.Say({"SET", "after", "failover"}), "OK");
    times.push_back(duration<double, std::milli>(steady_clock::now() - start).count());
    EXPECT_EQ(user.Say({"GET", "round"}), std::to_string(round));
    ASSERT_EQ(primary->Start(ReplicaOf(*replica)), absl::OkStatus());
    std::swap(primary, replica);
    ASSERT_TRUE(replica->LinkUp());
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  RecordProperty("promotion_to_first_write_ms_median", std::to_string(median));
  printf("promotion to the first write: median %.2f ms, worst %.2f ms\n", median, times.back());
  EXPECT_LT(median, 10.0);
}

TEST_F(RedisFailoverTest, LivePrimaryGivesTheEndpointUpBeforeItFollows) {
  StartPair();
  UserClient writer(io_, kWriter, kPort);
  ASSERT_EQ(writer.Say({"SET", "k", "1"}), "OK");
  ASSERT_TRUE(CaughtUp(b_, a_));
  ASSERT_EQ(a_.Apply(ReplicaOf(b_)), absl::OkStatus());
  EXPECT_THAT(writer.Say({"SET", "k", "lost?"}), StartsWith("no connection"));  // it was cut off, and nobody is there
  ASSERT_EQ(b_.Apply(Primary()), absl::OkStatus());
  EXPECT_EQ(writer.Say({"SET", "k", "2"}), "OK");
  EXPECT_TRUE(a_.LinkUp());
  EXPECT_EQ(a_.Query()->follows, b_.here());
  EXPECT_TRUE(CaughtUp(a_, b_));
  EXPECT_EQ(UserClient(io_, a_.launch().address, kPort).Say({"GET", "k"}), "2");
}

TEST_F(RedisFailoverTest, ApplyAgainIsSuccessAndCutsNobodyOff) {
  StartPair();
  UserClient writer(io_, kWriter, kPort);
  UserClient reader(io_, kReader, kPort);
  ASSERT_EQ(writer.Say({"SET", "k", "1"}), "OK");
  ASSERT_EQ(b_.Apply(ReplicaOf(a_, {kReader})), absl::OkStatus());
  ASSERT_TRUE(CaughtUp(b_, a_));
  EXPECT_EQ(reader.Say({"GET", "k"}), "1");
  const std::string writer_id = writer.Say({"CLIENT", "ID"});
  const std::string reader_id = reader.Say({"CLIENT", "ID"});
  EXPECT_EQ(a_.Apply(Primary()), absl::OkStatus());
  EXPECT_EQ(b_.Apply(ReplicaOf(a_, {kReader})), absl::OkStatus());
  EXPECT_EQ(writer.Say({"CLIENT", "ID"}), writer_id);
  EXPECT_EQ(reader.Say({"CLIENT", "ID"}), reader_id);
}

TEST_F(RedisFailoverTest, EndpointHeldByAnotherIsAnErrorThatNamesIt) {
  StartPair();
  const Status status = b_.Apply(Primary());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.45.2.99:6379: another process listens there"));
  EXPECT_EQ(UserClient(io_, b_.launch().address, kPort).Say({"PING"}), "PONG");  // still on its own address
  a_.process().Kill();
  EXPECT_EQ(b_.Apply(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "k", "v"}), "OK");
}

TEST_F(RedisFailoverTest, ReplicaWithoutAPrimaryServesNothingUntilItHasOne) {
  ASSERT_EQ(a_.Start(Primary()), absl::OkStatus());
  ASSERT_EQ(b_.Start({.role = NodeRole::kReplica, .follow = {}, .endpoints = {}}), absl::OkStatus());
  UserClient user(io_, b_.launch().address, kPort);
  EXPECT_THAT(user.Say({"GET", "k"}), StartsWith("MASTERDOWN"));
  EXPECT_THAT(user.Say({"SET", "k", "v"}), testing::AnyOf(StartsWith("MASTERDOWN"), StartsWith("READONLY")));
  EXPECT_EQ(b_.Query()->role, NodeRole::kReplica);
  EXPECT_EQ(b_.Query()->follows, std::nullopt);
  ASSERT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "k", "v"}), "OK");
  const auto start = steady_clock::now();
  ASSERT_EQ(b_.Apply(ReplicaOf(a_)), absl::OkStatus());
  ASSERT_TRUE(b_.LinkUp());
  EXPECT_EQ(user.Say({"GET", "k"}), "v");
  // A link that is up passes writes on at once (config/redis_config.cc says what it took).
  ASSERT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "k", "new"}), "OK");
  ASSERT_TRUE(CaughtUp(b_, a_));
  const double took = duration<double, std::milli>(steady_clock::now() - start).count();
  printf("REPLICAOF to the first write seen: %.1f ms\n", took);
  EXPECT_LT(took, 500.0);
}

TEST_F(RedisFailoverTest, PrimaryDemotedToNobodyServesNothing) {
  ASSERT_EQ(a_.Start(Primary()), absl::OkStatus());
  ASSERT_EQ(a_.Apply({.role = NodeRole::kReplica, .follow = {}, .endpoints = {}}), absl::OkStatus());
  EXPECT_THAT(UserClient(io_, a_.launch().address, kPort).Say({"GET", "k"}), StartsWith("MASTERDOWN"));
  EXPECT_THAT(UserClient(io_, kWriter, kPort).Say({"PING"}), StartsWith("no connection"));
  EXPECT_EQ(a_.Apply(Primary()), absl::OkStatus());
  EXPECT_EQ(UserClient(io_, kWriter, kPort).Say({"SET", "k", "v"}), "OK");
}

TEST_F(RedisFailoverTest, ReplicasShareTheReaderEndpoint) {
  ASSERT_EQ(a_.Start(Primary({kWriter, kReader})), absl::OkStatus());  // alone, the primary is the reader too
  ASSERT_EQ(b_.Start(ReplicaOf(a_, {kReader})), absl::OkStatus());
  ASSERT_EQ(c_.Start(ReplicaOf(a_, {kReader})), absl::OkStatus());
  ASSERT_TRUE(b_.LinkUp());
  ASSERT_TRUE(c_.LinkUp());
  ASSERT_EQ(b_.Apply(ReplicaOf(a_, {kReader})), absl::OkStatus());
  ASSERT_EQ(c_.Apply(ReplicaOf(a_, {kReader})), absl::OkStatus());
  ASSERT_EQ(a_.Apply(Primary()), absl::OkStatus());

  const auto spread = [&] {
    std::map<std::string, int> answers;
    for (int i = 0; i < 60; ++i) {
      const std::string info = UserClient(io_, kReader, kPort).Say({"INFO", "server"});
      const size_t at = info.find("run_id:");
      ++answers[at == std::string::npos ? info : info.substr(at + 7, 40)];
    }
    return answers;
  };
  auto answers = spread();
  EXPECT_EQ(answers.size(), 2u);
  EXPECT_GT(answers[b_.Query()->run_id], 5);
  EXPECT_GT(answers[c_.Query()->run_id], 5);
  b_.process().Kill();
  answers = spread();
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[c_.Query()->run_id], 60);
}

}  // namespace
}  // namespace elastilab
