#include "cli/lab/process.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

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

// Bytes that the process has written so far, to files as to anything else; 0: not known.
int64_t WrittenBy(int64_t pid) {
  std::ifstream io("/proc/" + std::to_string(pid) + "/io");
  for (std::string name; io >> name;) {
    int64_t value = 0;
    io >> value;
    if (name == "wchar:") return value;
  }
  return 0;
}

// Whether it has exited, at the latest when it has written nothing for as long as `patience`.
bool WaitWhileItWrites(const UniqueFd& process, int64_t pid, int64_t written, milliseconds patience) {
  while (true) {
    const int64_t now = WrittenBy(pid);
    if (now <= written) return false;
    written = now;
    if (AwaitExit(process, patience)) return true;
  }
}

}  // namespace

int StopProcesses(const std::vector<int64_t>& pids, milliseconds patience) {
  std::vector<UniqueFd> processes;
  for (int64_t pid : pids) processes.push_back(OpenPidfd(pid));
  for (const UniqueFd& process : processes) {
    SendSignal(process, SIGTERM);
    SendSignal(process, SIGCONT);  // a stopped process would never see the SIGTERM
  }
  std::vector<int64_t> written;
  for (int64_t pid : pids) written.push_back(WrittenBy(pid));
  const auto end = SteadyClock::now() + patience;
  int killed = 0;
  for (size_t i = 0; i < processes.size(); ++i) {
    if (AwaitExit(processes[i], Left(end)) || WaitWhileItWrites(processes[i], pids[i], written[i], patience)) continue;
    SendSignal(processes[i], SIGKILL);
    AwaitExit(processes[i], milliseconds(5'000));
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
