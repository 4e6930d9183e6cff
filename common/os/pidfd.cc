#include "common/os/pidfd.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace elastilab {
namespace {

std::string SignalText(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? fmt::format("killed by signal {}", signal) : fmt::format("killed by SIG{}", name);
}

}  // namespace

UniqueFd OpenPidfd(int64_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
}

UniqueFd OpenPidfd(const ProcessIdentity& identity) {
  UniqueFd pidfd = OpenPidfd(identity.pid);
  // The start time is read after the pidfd is open: if it matches, the pidfd is of that process.
  const auto stat = ReadProcStat(identity.pid);
  return stat && stat->identity == identity ? std::move(pidfd) : UniqueFd();
}

bool SendSignal(const UniqueFd& pidfd, int signal) {
  return pidfd.valid() && syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

bool AwaitExit(const UniqueFd& pidfd, std::chrono::milliseconds patience) {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  if (!pidfd.valid()) return true;
  const auto end = steady_clock::now() + patience;
  while (true) {
    const auto left = std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - steady_clock::now()));
    pollfd gone{pidfd.get(), POLLIN, 0};
    const int ready = poll(&gone, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::string TakeExitText(const UniqueFd& pidfd) {
  siginfo_t info{};
  const bool ours = waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0;
  if (!ours) return "exited, code unknown";
  return info.si_code == CLD_EXITED ? fmt::format("exit code {}", info.si_status) : SignalText(info.si_status);
}

void KillAndWait(const std::vector<ProcessIdentity>& processes) {
  constexpr std::chrono::milliseconds kPatience{1000};
  for (const ProcessIdentity& identity : processes) {
    const UniqueFd pidfd = OpenPidfd(identity);
    if (!SendSignal(pidfd, SIGKILL)) continue;
    AwaitExit(pidfd, kPatience);
    TakeExitText(pidfd);
  }
}

}  // namespace elastilab
