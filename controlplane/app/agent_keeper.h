// Keeps one agent running per zone of an embedded lab. Agents outlive the control plane; a keeper that starts later
// finds them connected and leaves them alone.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/clock.h"
#include "common/os/unique_fd.h"
#include "common/status.h"

namespace elastilab {

struct AgentCommand {
  std::string program;    // elastilab-agent
  std::string data_dir;
  std::string connect;    // "unix:<path>"
  std::string log_dir;
};

// Thread-safe.
class AgentKeeper {
 public:
  // `wanted` says whether a zone should have an agent now, `connected` whether it has one. Both must be quick.
  AgentKeeper(AgentCommand command, std::vector<std::string> zones, std::function<bool(const std::string&)> wanted,
              std::function<bool(const std::string&)> connected);
  ~AgentKeeper();  // agents live on

  void Start();
  void Stop();
  // Something changed: look again now.
  void Wake();

 private:
  struct Child {
    UniqueFd pidfd;
    int failures = 0;
    RealTime not_before;
    RealTime started;
  };
  void Run();
  void Look(const std::string& zone, Child& child);
  void Reap(const std::string& zone, Child& child);
  StatusOr<UniqueFd> SpawnAgent(const std::string& zone);

  const AgentCommand command_;
  const std::function<bool(const std::string&)> wanted_;
  const std::function<bool(const std::string&)> connected_;
  std::map<std::string, Child> children_;
  std::mutex mu_;
  UniqueFd wake_fd_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
