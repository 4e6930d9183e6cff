// The machine as it is, on one io_context.
#pragma once

#include "common/os/host.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// The files of the machine. Stateless.
class RealFiles final : public Files {
 public:
  Status WriteFileAtomically(const std::string& path, const std::string& text) override;
  StatusOr<std::string> ReadWholeFile(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Status MakePrivateDirectory(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  std::vector<std::string> ListDirectory(const std::string& path) override;
  StatusOr<std::string> CanonicalPath(const std::string& path) override;
  int64_t FileSize(const std::string& path) override;
  std::string LastLines(const std::string& path, int64_t from, int lines) override;
  StatusOr<std::unique_ptr<FileLock>> TakeLock(const std::string& path) override;
};

// `io` outlives it and what it makes; its one thread is the host's.
class RealHost final : public Host {
 public:
  explicit RealHost(boost::asio::io_context& io) : io_(io) {}

  RealTime Now() const override { return std::chrono::steady_clock::now(); }
  std::unique_ptr<Alarm> MakeAlarm() override;
  void Post(std::function<void()> work) override;

  StatusOr<std::unique_ptr<Process>> Spawn(const Command& command, ExitDone exited) override;
  StatusOr<std::unique_ptr<Process>> Adopt(const ProcessIdentity& identity, ExitDone exited) override;
  void KillAndWait(const std::vector<ProcessIdentity>& processes) override;
  std::optional<ProcStat> StatOf(int64_t pid) const override { return ReadProcStat(pid); }
  std::vector<MarkedProcess> FindMarkedProcesses(const std::string& directory) const override;
  bool Listens(int64_t pid, const std::string& address, int port) const override;
  std::string BootId() const override { return ReadBootId(); }
  int64_t OwnPid() const override;
  void KillSelf() override;

  Files& files() override { return files_; }
  StatusOr<UniqueFd> ListenShared(const std::string& address, int port) override;

 private:
  boost::asio::io_context& io_;
  RealFiles files_;
};

}  // namespace elastilab
