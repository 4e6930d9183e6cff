// A process of a test's own, started from a driver's Command and ended by its pid.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "dataplane/engine/driver.h"

namespace elastilab {

class EngineProcess {
 public:
  EngineProcess() = default;
  ~EngineProcess() { Kill(); }
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  Status Start(const Command& command);
  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // SIGSTOP, and waits until every thread has stopped.
  void Stop() const;
  // SIGKILL, and waits.
  void Kill();
  // The status of waitpid, when it exits in time.
  std::optional<int> WaitExit(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = 0;
};

std::string ReadWholeFile(const std::string& path);

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
