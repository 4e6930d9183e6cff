// A process of a test's own, started from a driver's Command and ended by its pid.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/os/spawn.h"

namespace elastilab {

class EngineProcess {
 public:
  EngineProcess() = default;
  ~EngineProcess() { Kill(); }
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  Status Start(const Command& command);
  int64_t pid() const { return child_.pid; }
  void Signal(int signal) const;
  // SIGSTOP, and waits until every thread has stopped.
  void Stop() const;
  // SIGKILL, and waits.
  void Kill();
  // "exit code 0", "killed by SIGKILL"; nothing when it doesn't exit in time.
  std::optional<std::string> WaitExit(std::chrono::milliseconds patience);

 private:
  Child child_;
};

// A fresh directory, removed with what is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace elastilab
