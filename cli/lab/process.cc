#include "cli/lab/process.h"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "common/os/lock_file.h"
#include "common/os/pidfd.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

milliseconds Left(SteadyClock::time_point end) {
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - SteadyClock::now()));
}

}  // namespace

int StopProcesses(const std::vector<int64_t>& pids, milliseconds patience) {
  std::vector<UniqueFd> processes;
  for (int64_t pid : pids) processes.push_back(OpenPidfd(pid));
  for (const UniqueFd& process : processes) {
    SendSignal(process, SIGTERM);
    SendSignal(process, SIGCONT);  // a stopped process would never see the SIGTERM
  }
  const auto end = SteadyClock::now() + patience;
  int killed = 0;
  for (const UniqueFd& process : processes) {
    if (AwaitExit(process, Left(end))) continue;
    SendSignal(process, SIGKILL);
    AwaitExit(process, milliseconds(5'000));
    ++killed;
  }
  return killed;
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
