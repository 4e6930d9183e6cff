#include "controlplane/app/agent_keeper.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "common/os/pidfd.h"
#include "common/os/spawn.h"

namespace elastilab {
namespace {

constexpr auto kFirstDelay = std::chrono::milliseconds(50);
constexpr auto kMaxDelay = std::chrono::milliseconds(2000);
constexpr auto kHealthyAfter = std::chrono::seconds(5);
constexpr int kLookEveryMs = 250;

}  // namespace

AgentKeeper::AgentKeeper(AgentCommand command, std::vector<std::string> zones,
                         std::function<bool(const std::string&)> wanted, std::function<bool(const std::string&)> connected)
    : command_(std::move(command)), wanted_(std::move(wanted)), connected_(std::move(connected)) {
  for (std::string& zone : zones) children_[std::move(zone)];
  wake_fd_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

AgentKeeper::~AgentKeeper() { Stop(); }

void AgentKeeper::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AgentKeeper::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
}

void AgentKeeper::Wake() {
  const uint64_t one = 1;
  // A full counter is as good a wake-up as any.
  [[maybe_unused]] const ssize_t written = write(wake_fd_.get(), &one, sizeof(one));
}

StatusOr<UniqueFd> AgentKeeper::SpawnAgent(const std::string& zone) {
  Command command{.program = command_.program,
                  .args = {"--zone", zone, "--data-dir", command_.data_dir, "--connect", command_.connect}};
  command.log_file = fmt::format("{}/agent-{}.log", command_.log_dir, zone);
  command.whole_environment = true;
  ASSIGN_OR_RETURN(elastilab::Child child, Spawn(command));
  return std::move(child.pidfd);
}

void AgentKeeper::Reap(const std::string& zone, Child& child) {
  const std::string how = TakeExitText(child.pidfd);
  child.pidfd.Reset();
  const RealTime now = std::chrono::steady_clock::now();
  child.failures = now - child.started > kHealthyAfter ? 0 : child.failures + 1;
  const auto delay = std::min<milliseconds>(kMaxDelay, kFirstDelay * (1 << std::min(child.failures, 6)));
  child.not_before = child.failures == 0 ? now : now + delay;
  spdlog::info("agent of {}: {}", zone, how);
}

void AgentKeeper::Look(const std::string& zone, Child& child) {
  if (child.pidfd.valid() || connected_(zone) || !wanted_(zone)) return;
  if (std::chrono::steady_clock::now() < child.not_before) return;
  auto spawned = SpawnAgent(zone);
  child.started = std::chrono::steady_clock::now();
  if (spawned.ok()) {
    child.pidfd = *std::move(spawned);
    return;
  }
  if (child.failures++ == 0) spdlog::error("{}", std::string(spawned.status().message()));
  child.not_before = child.started + kMaxDelay;
}

void AgentKeeper::Run() {
  while (true) {
    {
      std::lock_guard lock(mu_);
      if (stopping_) return;
    }
    std::vector<pollfd> fds = {{wake_fd_.get(), POLLIN, 0}};
    std::vector<std::string> zones;
    bool all_running = true;
    for (auto& [zone, child] : children_) {
      Look(zone, child);
      all_running = all_running && (child.pidfd.valid() || connected_(zone) || !wanted_(zone));
      if (!child.pidfd.valid()) continue;
      fds.push_back({child.pidfd.get(), POLLIN, 0});
      zones.push_back(zone);
    }
    // With every agent in its place only an event matters; agents we did not start are noticed when they disconnect.
    poll(fds.data(), fds.size(), all_running ? -1 : kLookEveryMs);
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = read(wake_fd_.get(), &count, sizeof(count));
    for (size_t i = 0; i < zones.size(); ++i) {
      if (fds[i + 1].revents != 0) Reap(zones[i], children_[zones[i]]);
    }
  }
}

}  // namespace elastilab
