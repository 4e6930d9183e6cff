// The one door of an agent to the operating system: time, timers, processes, files, locks and listening sockets. All
// of agent/ goes through it, so that a simulation can stand in for the machine. `RealHost` (real_host.h) is the machine.
//
// Not thread-safe. Everything that is called back is called on the host's one thread, and never from inside the call
// that asked for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/os/command.h"
#include "common/os/lock_file.h"
#include "common/os/proc_fs.h"
#include "common/os/unique_fd.h"
#include "common/status.h"

namespace elastilab {

// A timer with at most one appointment. It never rings after Cancel, a new Set or its destruction.
class Alarm {
 public:
  virtual ~Alarm() = default;
  virtual void Set(RealTime when, std::function<void()> ring) = 0;
  virtual void Cancel() = 0;
  void Set(milliseconds delay, std::function<void()> ring) { Set(Now() + delay, std::move(ring)); }

 private:
  virtual RealTime Now() const = 0;
};

struct ProcessExit {
  std::string text;    // "killed by SIGKILL", "exit code 1", "exited, code unknown"
  int64_t micros = 0;  // MonotonicMicros when it was seen
};

// One running process, ours by birth or by adoption. Destroying it stops watching; the process lives on.
class Process {
 public:
  virtual ~Process() = default;
  virtual const ProcessIdentity& identity() const = 0;
  // Reaches this process or none: never a later one with the same pid.
  virtual void Signal(int signal) = 0;
};

// Contracts: files.h, lock_file.h.
class Files {
 public:
  virtual ~Files() = default;
  virtual Status WriteFileAtomically(const std::string& path, const std::string& text) = 0;
  virtual StatusOr<std::string> ReadWholeFile(const std::string& path) = 0;
  virtual Status MakeDirectories(const std::string& path) = 0;
  virtual Status MakePrivateDirectory(const std::string& path) = 0;
  virtual Status RemoveTree(const std::string& path) = 0;
  virtual std::vector<std::string> ListDirectory(const std::string& path) = 0;
  virtual StatusOr<std::string> CanonicalPath(const std::string& path) = 0;
  virtual int64_t FileSize(const std::string& path) = 0;
  virtual std::string LastLines(const std::string& path, int64_t from, int lines) = 0;
  virtual StatusOr<std::unique_ptr<FileLock>> TakeLock(const std::string& path) = 0;
};

class Host {
 public:
  using ExitDone = std::function<void(const ProcessExit&)>;

  virtual ~Host() = default;

  virtual RealTime Now() const = 0;
  virtual std::unique_ptr<Alarm> MakeAlarm() = 0;
  // Runs it soon.
  virtual void Post(std::function<void()> work) = 0;

  // Starts a process as spawn.h says. `exited` is called once; it may destroy the Process.
  virtual StatusOr<std::unique_ptr<Process>> Spawn(const Command& command, ExitDone exited) = 0;
  // Takes over a process that an earlier agent started. NotFound when it is gone.
  virtual StatusOr<std::unique_ptr<Process>> Adopt(const ProcessIdentity& identity, ExitDone exited) = 0;
  // Kills processes that nobody claims and waits up to a second for each to be gone. Blocks: for the start of an agent.
  virtual void KillAndWait(const std::vector<ProcessIdentity>& processes) = 0;
  virtual std::optional<ProcStat> StatOf(int64_t pid) const = 0;
  virtual std::vector<MarkedProcess> FindMarkedProcesses(const std::string& directory) const = 0;
  // Whether that process listens on the port at this address (TCP).
  virtual bool Listens(int64_t pid, const std::string& address, int port) const = 0;
  virtual std::string BootId() const = 0;

  // Of the program that asks.
  virtual int64_t OwnPid() const = 0;
  virtual void KillSelf() = 0;

  virtual Files& files() = 0;
  // A TCP socket for several listeners on one address (sockets.h).
  virtual StatusOr<UniqueFd> ListenShared(const std::string& address, int port) = 0;
};

// As reports carry it.
inline int64_t MonotonicMicros(RealTime instant) {
  return std::chrono::duration_cast<std::chrono::microseconds>(instant.time_since_epoch()).count();
}

}  // namespace elastilab
