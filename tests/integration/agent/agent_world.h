// A zone under test: a data directory, a fake control plane, and an agent in a thread that can be killed and born again
// while its engines run on.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "agent/journal/journal.h"
#include "agent/session/grpc_link.h"
#include "agent/session/zone_agent.h"
#include "common/os/files.h"
#include "common/os/pidfd.h"
#include "common/os/real_host.h"
#include "common/secret.h"
#include "tests/integration/agent/fake_control_plane.h"
#include "tests/integration/agent/sleep_driver.h"

namespace elastilab {

inline constexpr char kZone[] = "us-east-1a";

// One life of an agent.
class RunningAgent {
 public:
  RunningAgent(const std::string& data_dir, const std::string& target, SleepEngines& engines) {
    std::promise<Status> started;
    thread_ = std::thread([&, data_dir, target] { Run(data_dir, target, engines, started); });
    const Status status = started.get_future().get();
    EXPECT_TRUE(status.ok()) << status;
  }
  ~RunningAgent() {
    boost::asio::post(io_, [this] { io_.stop(); });
    thread_.join();
  }
  // After a Suspend.
  bool Finished() { return finished_.get_future().wait_for(FakeControlPlane::kPatience) == std::future_status::ready; }

 private:
  void Run(const std::string& data_dir, const std::string& target, SleepEngines& fakes, std::promise<Status>& started) {
    auto journal = Journal::Open(host_.files(), data_dir, kZone);
    if (!journal.ok()) return started.set_value(journal.status());
    SleepDriver driver(io_, fakes);
    const EngineBinary binary{EngineFamily::kRedis, "7.0.15", "/bin/sleep"};
    Engines engines{{binary}, [&](EngineFamily) { return &driver; },
                    [=](EngineFamily, const std::string&) -> StatusOr<EngineBinary> { return binary; }};
    ZoneAgentOptions options;
    options.zone = kZone;
    options.control_plane = target;
    options.link = GrpcLinks(io_, host_, target);
    options.timing.start_deadline = std::chrono::seconds(1);
    ZoneAgent agent(host_, *std::move(journal), options, engines, [this] { finished_.set_value(); });
    agent.Start();
    started.set_value(absl::OkStatus());
    auto work = boost::asio::make_work_guard(io_);
    io_.run();
  }

  boost::asio::io_context io_{1};
  RealHost host_{io_};
  std::promise<void> finished_;
  std::thread thread_;
};

class AgentTest : public testing::Test {
 protected:
  AgentTest() { StartAgent(); }
  ~AgentTest() override {
    agent_.reset();
    std::vector<ProcessIdentity> left;
    for (const MarkedProcess& process : FindMarkedProcesses(dir_)) left.push_back(process.identity);
    KillAndWait(left);
    (void)RemoveTree(dir_);
  }

  void StartAgent() { agent_ = std::make_unique<RunningAgent>(dir_, target_, engines_); }
  // The engines run on.
  void StopAgent() { agent_.reset(); }

  static agent::v1::Assignment Node(int64_t uid) {
    agent::v1::Assignment a;
    a.set_uid(uid);
    a.set_incarnation(1);
    a.set_revision(1);
    a.set_name(fmt::format("node-{}", uid));
    a.set_family("redis");
    a.set_version("7.0");
    a.set_desired(agent::v1::DESIRED_RUN);
    a.set_restart(agent::v1::RESTART_POLICY_REPORT);
    a.set_address(fmt::format("127.46.1.{}", uid));
    a.set_port(6379);
    a.set_role(agent::v1::NODE_ROLE_PRIMARY);
    a.set_control_password("s3cret-of-the-agent");
    return a;
  }
  // Assigns it and waits until it is ready.
  FakeControlPlane::Report Running(const agent::v1::Assignment& a) {
    const size_t mark = control_.Mark();
    control_.Assign(a);
    return control_.AwaitPhase(a.uid(), agent::v1::PHASE_READY, mark);
  }
  static bool Alive(const FakeControlPlane::Report& report) {
    const auto stat = ReadProcStat(report.pid());
    return stat && stat->identity.start_ticks == report.start_ticks() && stat->state != 'Z';
  }
  NodeFiles Paths(int64_t uid) const { return ZonePaths(dir_, kZone).Node(uid); }

  std::string dir_ = "/tmp/elastilab-agent-" + RandomHex(6);
  std::string target_ = "unix:" + dir_ + ".control";
  RealFiles files_;
  SleepEngines engines_;
  FakeControlPlane control_{target_};
  std::unique_ptr<RunningAgent> agent_;
};

}  // namespace elastilab
