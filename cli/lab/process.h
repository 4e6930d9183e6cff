// Processes of the lab as seen from outside: waiting for them and stopping them, without being their parent.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/lab/settings.h"
#include "common/status.h"

namespace elastilab {

// A process by its pidfd: never the wrong one, however soon the pid is used again.
class ProcessHandle {
 public:
  // Not valid when there is no such process.
  explicit ProcessHandle(int64_t pid);
  ProcessHandle(ProcessHandle&& other) noexcept;
  ProcessHandle& operator=(ProcessHandle&&) = delete;
  ~ProcessHandle();

  bool valid() const { return fd_ >= 0; }
  int64_t pid() const { return pid_; }
  void Signal(int signal) const;
  // Whether it has exited within the time. Needs no parenthood.
  bool WaitForExit(std::chrono::milliseconds timeout) const;

 private:
  int64_t pid_;
  int fd_;
};

// Asks with SIGTERM, insists with SIGKILL; all of them at once. Returns how many had to be killed.
int StopProcesses(const std::vector<int64_t>& pids, std::chrono::milliseconds patience);

// The pid in a file that its process keeps locked with flock; 0 when nobody holds it. Such a file never goes stale.
int64_t LockHolder(const std::string& path);
// Deletes a lock file that nobody holds.
void RemoveFreeLock(const std::string& path);

// The agents that serve the lab's zones.
std::vector<int64_t> FindAgents(const LabFiles& files);
// Engines and other processes that write into <data-dir>/zones/…, whoever their parent is.
std::vector<int64_t> FindEngines(const LabFiles& files);

}  // namespace elastilab
