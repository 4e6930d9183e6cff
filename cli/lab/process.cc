#include "cli/lab/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "agent/journal/proc_fs.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

milliseconds Left(SteadyClock::time_point end) {
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - SteadyClock::now()));
}

}  // namespace

ProcessHandle::ProcessHandle(int64_t pid)
    : pid_(pid), fd_(pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)) : -1) {}

ProcessHandle::ProcessHandle(ProcessHandle&& other) noexcept : pid_(other.pid_), fd_(std::exchange(other.fd_, -1)) {}

ProcessHandle::~ProcessHandle() {
  if (fd_ >= 0) ::close(fd_);
}

void ProcessHandle::Signal(int signal) const {
  if (valid()) ::syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0);
}

bool ProcessHandle::WaitForExit(milliseconds timeout) const {
  if (!valid()) return true;
  const auto end = SteadyClock::now() + timeout;
  pollfd poll_fd{fd_, POLLIN, 0};
  while (true) {
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(Left(end).count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

int StopProcesses(const std::vector<int64_t>& pids, milliseconds patience) {
  std::vector<ProcessHandle> handles;
  for (int64_t pid : pids) handles.emplace_back(pid);
  for (const ProcessHandle& handle : handles) {
    handle.Signal(SIGTERM);
    handle.Signal(SIGCONT);  // a stopped process would never see the SIGTERM
  }
  const auto end = SteadyClock::now() + patience;
  int killed = 0;
  for (const ProcessHandle& handle : handles) {
    if (handle.WaitForExit(Left(end))) continue;
    handle.Signal(SIGKILL);
    handle.WaitForExit(milliseconds(5'000));
    ++killed;
  }
  return killed;
}

int64_t LockHolder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  int64_t holder = 0;
  if (::flock(fd, LOCK_SH | LOCK_NB) != 0) {
    char text[32] = {};
    if (::read(fd, text, sizeof text - 1) > 0) holder = std::strtoll(text, nullptr, 10);
  }
  ::close(fd);
  return holder;
}

void RemoveFreeLock(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  ::close(fd);
}

std::vector<int64_t> FindAgents(const LabFiles& files) {
  std::vector<int64_t> pids;
  std::error_code error;
  for (const auto& zone : fs::directory_iterator(files.zones_dir(), error)) {
    if (const int64_t pid = LockHolder((zone.path() / "lock").string()); pid > 0) pids.push_back(pid);
  }
  return pids;
}

std::vector<int64_t> FindEngines(const LabFiles& files) {
  std::vector<int64_t> pids;
  for (const MarkedProcess& process : FindMarkedProcesses(files.zones_dir())) pids.push_back(process.identity.pid);
  return pids;
}

}  // namespace elastilab
