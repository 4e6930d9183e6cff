#include "controlplane/faces/admin/zone_processes.h"

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <vector>

#include "common/os/lock_file.h"
#include "common/os/pidfd.h"

namespace elastilab {
namespace {

constexpr int kRounds = 5;  // a dying agent may still have started something
constexpr std::chrono::milliseconds kDeath{2'000};

// As /proc names it.
std::string ZoneDirectory(const std::string& data_dir, const std::string& zone) {
  std::error_code error;
  const auto real = std::filesystem::canonical(data_dir, error);
  return fmt::format("{}/zones/{}", error ? data_dir : real.string(), zone);
}

// How many are still there afterwards.
int KillAll(const std::vector<MarkedProcess>& processes) {
  std::vector<UniqueFd> pidfds;
  for (const MarkedProcess& process : processes) pidfds.push_back(OpenPidfd(process.identity));
  for (const UniqueFd& pidfd : pidfds) SendSignal(pidfd, SIGKILL);
  int survivors = 0;
  for (const UniqueFd& pidfd : pidfds) survivors += pidfd.valid() && !AwaitExit(pidfd, kDeath) ? 1 : 0;
  return survivors;
}

}  // namespace

int64_t KillAgentOf(const std::string& data_dir, const std::string& zone) {
  const std::string lock = ZoneDirectory(data_dir, zone) + "/lock";
  const int64_t pid = LockHolder(lock);
  if (pid == 0) return 0;
  const UniqueFd agent = OpenPidfd(pid);
  // Held by the same one after it was pinned: it is the agent that is pinned.
  if (LockHolder(lock) != pid || !SendSignal(agent, SIGKILL)) return 0;
  AwaitExit(agent, kDeath);
  return pid;
}

int KillZone(const std::string& data_dir, const std::string& zone) {
  KillAgentOf(data_dir, zone);
  int survivors = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto rest = FindMarkedProcesses(ZoneDirectory(data_dir, zone));
    if (rest.empty()) return 0;
    survivors = KillAll(rest);
  }
  return survivors;
}

}  // namespace elastilab
