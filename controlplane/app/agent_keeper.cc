#include "controlplane/app/agent_keeper.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

extern char** environ;

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
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

AgentKeeper::~AgentKeeper() {
  Stop();
  for (auto& [zone, child] : children_) {
    if (child.pidfd >= 0) close(child.pidfd);
  }
  close(wake_fd_);
}

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
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
}

StatusOr<int> AgentKeeper::Spawn(const std::string& zone) {
  const std::string log = fmt::format("{}/agent-{}.log", command_.log_dir, zone);
  std::vector<std::string> words = {command_.program, "--zone",    zone, "--data-dir", command_.data_dir,
                                    "--connect",      command_.connect};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, command_.program.c_str(), &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    return absl::FailedPreconditionError(fmt::format("cannot start {}: {}", command_.program, std::strerror(error)));
  }
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return absl::InternalError(fmt::format("pidfd_open: {}", std::strerror(errno)));
  fcntl(pidfd, F_SETFD, FD_CLOEXEC);
  return pidfd;
}

void AgentKeeper::Reap(const std::string& zone, Child& child) {
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(child.pidfd), &info, WEXITED | WNOHANG);
  close(child.pidfd);
  child.pidfd = -1;
  const RealTime now = std::chrono::steady_clock::now();
  child.failures = now - child.started > kHealthyAfter ? 0 : child.failures + 1;
  const auto delay = std::min<milliseconds>(kMaxDelay, kFirstDelay * (1 << std::min(child.failures, 6)));
  child.not_before = child.failures == 0 ? now : now + delay;
  spdlog::info("agent {} of {} ended, code {}", info.si_pid, zone, info.si_status);
}

void AgentKeeper::Look(const std::string& zone, Child& child) {
  if (child.pidfd >= 0 || connected_(zone) || !wanted_(zone)) return;
  if (std::chrono::steady_clock::now() < child.not_before) return;
  auto spawned = Spawn(zone);
  child.started = std::chrono::steady_clock::now();
  if (spawned.ok()) {
    child.pidfd = *spawned;
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
    std::vector<pollfd> fds = {{wake_fd_, POLLIN, 0}};
    std::vector<std::string> zones;
    bool all_running = true;
    for (auto& [zone, child] : children_) {
      Look(zone, child);
      all_running = all_running && (child.pidfd >= 0 || connected_(zone) || !wanted_(zone));
      if (child.pidfd < 0) continue;
      fds.push_back({child.pidfd, POLLIN, 0});
      zones.push_back(zone);
    }
    // With every agent in its place only an event matters; agents we did not start are noticed when they disconnect.
    poll(fds.data(), fds.size(), all_running ? -1 : kLookEveryMs);
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = read(wake_fd_, &count, sizeof(count));
    for (size_t i = 0; i < zones.size(); ++i) {
      if (fds[i + 1].revents != 0) Reap(zones[i], children_[zones[i]]);
    }
  }
}

}  // namespace elastilab
