// One running process, ours by birth or by adoption: spawned detached from us, watched and signalled through a pidfd.
//
// Spawning uses posix_spawn, not Boost.Process: the agent has gRPC's threads, which forbid fork; Boost 1.81's default
// launcher forks, and its vfork launcher lets the child re-create the parent's epoll set in shared memory.
// Waiting has one owner, the pidfd: readable when the process is gone, also for a process that is not our child, whose
// exit code then stays unknown.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/journal/proc_fs.h"
#include "common/status.h"
#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

struct ProcessExit {
  std::string text;    // "killed by SIGKILL", "exit code 1", "exited, code unknown"
  int64_t micros = 0;  // CLOCK_MONOTONIC when it was seen
};

// Destroying it stops watching; the process lives on. Not thread-safe; calls back on the io_context's thread.
class Process {
 public:
  using ExitDone = std::function<void(const ProcessExit&)>;

  // Starts `command` in a session of its own, with a minimal environment, every other descriptor closed, and all
  // signals at their defaults, none blocked but those that `command` holds. `exited` is called once, never from inside this call; it may destroy the Process.
  static StatusOr<std::unique_ptr<Process>> Spawn(boost::asio::io_context& io, const Command& command, ExitDone exited);
  // Takes over a process that an earlier agent started. NotFound when it is gone.
  static StatusOr<std::unique_ptr<Process>> Adopt(boost::asio::io_context& io, const ProcessIdentity& identity,
                                                  ExitDone exited);
  ~Process();

  const ProcessIdentity& identity() const;
  // Reaches this process or none: a pidfd never means a later process with the same pid.
  void Signal(int signal);

 private:
  struct Watch;
  explicit Process(std::shared_ptr<Watch> watch);
  std::shared_ptr<Watch> watch_;
};

// Kills processes that nobody claims and waits up to a second for each to be gone. Blocks: for the start of the agent.
void KillAndWait(const std::vector<ProcessIdentity>& processes);

// Lets this process, and so the engines it starts, open as many files as the system allows.
void RaiseFileLimit();

// CLOCK_MONOTONIC, as reports carry it.
int64_t MonotonicMicros();

}  // namespace elastilab
