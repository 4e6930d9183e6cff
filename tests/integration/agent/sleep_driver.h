// An engine driver whose engine is `sleep`, and whose answers are values in the hand of the test: unlike those of
// dataplane/engine/fake_driver.h they belong to the test, not to an agent, and survive it as engines do.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dataplane/engine/driver.h"

namespace elastilab {

// How the engines answer; shared by the test's thread and the agent's. Outlives agents, as engines do.
class SleepEngines {
 public:
  struct Node {
    bool answers = true;
    bool link_up = true;
    bool applies = true;
    std::string program = "/bin/sleep";
    std::vector<std::string> args = {"600"};
    Status parameters = absl::OkStatus();
    LiveSpec live;  // what Apply made of it
    int launches = 0;
    int applied = 0;
  };

  template <typename F>
  auto With(int64_t uid, F f) {
    std::lock_guard lock(mu_);
    return f(nodes_[uid]);
  }

 private:
  std::mutex mu_;
  std::map<int64_t, Node> nodes_;
};

class SleepControl final : public EngineControl {
 public:
  SleepControl(boost::asio::io_context& io, SleepEngines& engines, int64_t uid)
      : io_(io), engines_(engines), uid_(uid) {}

  void Ping(std::chrono::milliseconds, Done done) override { Later([this, done] { done(Answer()); }); }
  void Query(std::chrono::milliseconds, StatusDone done) override {
    Later([this, done] {
      if (Status status = Answer(); !status.ok()) return done(status);
      done(engines_.With(uid_, [](const SleepEngines::Node& node) {
        EngineStatus status;
        status.role = node.live.role;
        status.run_id = "run";
        status.version = "7.0.15";
        status.follows = node.live.follow;
        status.link_up = node.live.follow.has_value() && node.link_up;
        return status;
      }));
    });
  }
  void Apply(const LiveSpec&, const LiveSpec& to, std::chrono::milliseconds, Done done) override {
    Later([this, to, done] {
      done(engines_.With(uid_, [&](SleepEngines::Node& node) {
        if (!node.applies) return absl::UnavailableError("the engine refuses");
        node.live = to;
        ++node.applied;
        return absl::OkStatus();
      }));
    });
  }
  void SetParameters(const std::map<std::string, std::string>&, std::chrono::milliseconds, Done done) override {
    Later([this, done] { done(engines_.With(uid_, [](const SleepEngines::Node& node) { return node.parameters; })); });
  }
  void HandOver(const HostPort&, std::chrono::milliseconds, Done done) override {
    Later([done] { done(absl::FailedPreconditionError("a sleeping process hands nothing over")); });
  }
  void Shutdown(bool, std::chrono::milliseconds, Done done) override {
    Later([done] { done(absl::UnimplementedError("ask with SIGTERM")); });
  }

 private:
  Status Answer() {
    const bool answers = engines_.With(uid_, [](const SleepEngines::Node& node) { return node.answers; });
    return answers ? absl::OkStatus() : absl::DeadlineExceededError("no answer");
  }
  // Never from inside the call, and not after this object is gone.
  template <typename F>
  void Later(F f) {
    boost::asio::post(io_, [alive = std::weak_ptr<int>(alive_), f] {
      if (!alive.expired()) f();
    });
  }

  boost::asio::io_context& io_;
  SleepEngines& engines_;
  int64_t uid_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

class SleepDriver final : public EngineDriver {
 public:
  SleepDriver(boost::asio::io_context& io, SleepEngines& engines) : io_(io), engines_(engines) {}

  StatusOr<Command> Launch(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary&,
                           const NodePaths&) override {
    return engines_.With(launch.uid, [&](SleepEngines::Node& node) {
      ++node.launches;
      node.live = live;
      Command command;
      command.program = node.program;
      command.args = node.args;
      command.stdin_text = "requirepass " + launch.control_password.Reveal() + "\n";
      return command;
    });
  }
  LiveSpec StateAfterLaunch(const LaunchSpec&, const LiveSpec& live) const override { return live; }
  std::unique_ptr<EngineControl> Control(const LaunchSpec& launch, const NodePaths&) override {
    return std::make_unique<SleepControl>(io_, engines_, launch.uid);
  }
  SavedData Saved(const LaunchSpec&, const NodePaths&) const override { return {}; }
  void AfterReady(const LaunchSpec&, const NodePaths&) override {}

 private:
  boost::asio::io_context& io_;
  SleepEngines& engines_;
};

}  // namespace elastilab
