// The fake driver's promises, with its real process.
#include "dataplane/engine/fake_driver.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <optional>

#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

using namespace std::chrono_literals;

class FakeDriverTest : public testing::Test {
 protected:
  FakeDriverTest() {
    launch_.name = "fake/0001";
    paths_ = {directory_.path(), directory_.path() + "/socket", directory_.path() + "/log"};
  }

  Status Start(const LiveSpec& live = {.role = NodeRole::kPrimary, .follow = {}, .endpoints = {"127.45.4.9"}}) {
    const auto command = driver_.Launch(launch_, live, {EngineFamily::kRedis, "7.0.0", "/fake"}, paths_);
    if (!command.ok()) return command.status();
    RETURN_IF_ERROR(process_.Start(*command));
    control_ = driver_.Control(launch_, paths_);
    return absl::OkStatus();
  }
  Status Wait(const std::function<void(Done)>& call) {
    std::optional<Status> result;
    call([&](const Status& status) { result = status; });
    return RunUntil(io_, [&] { return result.has_value(); }) ? *result : absl::InternalError("never called back");
  }
  Status Ping() {
    return Wait([&](Done done) { control_->Ping(20ms, std::move(done)); });
  }
  Status Apply(const LiveSpec& to) {
    return Wait([&](Done done) { control_->Apply({}, to, 20ms, std::move(done)); });
  }

  boost::asio::io_context io_;
  FakeDriver driver_{io_};
  FakeNode& node_ = driver_.node("fake/0001");
  LaunchSpec launch_;
  TemporaryDirectory directory_;
  NodePaths paths_;
  EngineProcess process_;
  std::unique_ptr<EngineControl> control_;
};

TEST_F(FakeDriverTest, GoodEngineAnswersAndRemembers) {
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(Ping(), absl::OkStatus());
  EXPECT_EQ(Apply({.role = NodeRole::kReplica, .follow = HostPort{"127.45.4.2", 6379}, .endpoints = {}}),
            absl::OkStatus());
  EXPECT_EQ(node_.applied.size(), 1u);
  std::optional<EngineStatus> status;
  control_->Query(20ms, [&](const StatusOr<EngineStatus>& s) { status = *s; });
  ASSERT_TRUE(RunUntil(io_, [&] { return status.has_value(); }));
  EXPECT_EQ(status->role, NodeRole::kReplica);
  EXPECT_TRUE(status->link_up);
}

TEST_F(FakeDriverTest, StartTakesAWhile) {
  node_.behaviour.start_takes = 30ms;
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(Ping().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(RunUntil(io_, [&] { return Ping().ok(); }));
}

TEST_F(FakeDriverTest, ExitsAsTold) {
  node_.behaviour.exit_after = 20ms;
  node_.behaviour.exit_code = 3;
  ASSERT_EQ(Start(), absl::OkStatus());
  std::optional<std::string> status;
  RunUntil(io_, [&] { return (status = process_.WaitExit(5ms)).has_value(); });
  EXPECT_EQ(status, "exit code 3");
}

TEST_F(FakeDriverTest, ShutdownEndsTheProcessInOrder) {
  ASSERT_EQ(Start(), absl::OkStatus());
  struct stat info {};
  ASSERT_TRUE(RunUntil(io_, [&] {
    EXPECT_EQ(Ping(), absl::OkStatus());
    return stat((directory_.path() + "/exit-code").c_str(), &info) == 0;
  }));
  std::optional<std::string> status;
  RunUntil(io_, [&] {
    (void)Wait([&](Done done) { control_->Shutdown(true, 20ms, std::move(done)); });
    return (status = process_.WaitExit(10ms)).has_value();
  });
  EXPECT_EQ(status, "exit code 0");
  EXPECT_EQ(node_.shutdown, true);
}

TEST_F(FakeDriverTest, MisbehavesOnRequest) {
  ASSERT_EQ(Start(), absl::OkStatus());
  node_.behaviour.refuse_promote = true;
  EXPECT_FALSE(Apply({.role = NodeRole::kPrimary, .follow = {}, .endpoints = {}}).ok());
  node_.behaviour.never_answers = true;
  EXPECT_EQ(Ping().code(), absl::StatusCode::kDeadlineExceeded);
  node_.behaviour.launch_error = absl::InvalidArgumentError("no");
  EXPECT_FALSE(driver_.Launch(launch_, {}, {}, paths_).ok());
}

TEST_F(FakeDriverTest, DestroyedControlCallsNobodyBack) {
  ASSERT_EQ(Start(), absl::OkStatus());
  bool called = false;
  control_->Ping(20ms, [&](const Status&) { called = true; });
  control_.reset();
  io_.restart();
  io_.run_for(5ms);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace elastilab
