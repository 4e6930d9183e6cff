// One engine of a test with its driver and control connection, and calls that wait for their answer.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/engine/driver.h"
#include "dataplane/wire/resp_client.h"
#include "tests/integration/dataplane/engine_process.h"

namespace elastilab {

// Runs `io` until `finished`, at most 10 s.
bool RunUntil(boost::asio::io_context& io, const std::function<bool()>& finished);

class LabNode {
 public:
  // Uses the installed binary of launch.family; `launch` is completed with passwords and a size.
  LabNode(boost::asio::io_context& io, EngineDriver& driver, LaunchSpec launch);

  // Starts the process and waits for its first answer.
  Status Start(const LiveSpec& live);
  // The same up to spawning.
  Status Spawn(const LiveSpec& live);

  Status Ping(std::chrono::milliseconds timeout = std::chrono::seconds(2));
  StatusOr<EngineStatus> Query();
  Status Apply(const LiveSpec& to);
  Status SetParameters(const std::map<std::string, std::string>& parameters);
  Status HandOver(const HostPort& to, std::chrono::milliseconds patience = std::chrono::seconds(1));
  // As the agent's own user.
  std::string Control(const RespCommand& command);
  Status Shutdown(bool save);
  // Asks until `good`.
  bool Becomes(const std::function<bool(const EngineStatus&)>& good);
  bool LinkUp() {
    return Becomes([](const EngineStatus& s) { return s.link_up && !s.loading; });
  }

  EngineProcess& process() { return process_; }
  const LaunchSpec& launch() const { return launch_; }
  const NodePaths& paths() const { return paths_; }
  const LiveSpec& live() const { return live_; }
  HostPort here() const { return {launch_.address, launch_.port}; }

 private:
  Status Wait(const std::function<void(Done)>& call);

  boost::asio::io_context& io_;
  EngineDriver& driver_;
  LaunchSpec launch_;
  TemporaryDirectory directory_;
  NodePaths paths_;
  EngineProcess process_;
  LiveSpec live_;
  std::unique_ptr<EngineControl> control_;
};

// A client as users have them: TCP, the default user.
class UserClient {
 public:
  UserClient(boost::asio::io_context& io, const std::string& address, int port);
  // The text of the reply, an error's too; "no connection: …" when there is none.
  std::string Say(const RespCommand& command);

 private:
  boost::asio::io_context& io_;
  RespClient client_;
};

}  // namespace elastilab
