#include "agent/supervisor/discovery_supervisor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <utility>

#include "agent/journal/journal.h"
#include "agent/supervisor/restart_policy.h"

namespace elastilab {
namespace {

std::string FormatState(const DiscoveryWish& wish) {
  std::string text = fmt::format("listen {} {}\nversion {}\n", wish.listen.address, wish.listen.port, wish.version);
  for (const DiscoveryNode& node : wish.nodes) {
    text += fmt::format("node {} {} {}\n", node.host, node.address, node.port);
  }
  return text;
}

}  // namespace

DiscoverySupervisor::DiscoverySupervisor(Host& host, std::string program, const NodeFiles& files,
                                         std::function<void()> ended)
    : host_(host), program_(std::move(program)), files_(files), ended_(std::move(ended)),
      process_(host, files.discovery, ReadRecord(host.files(), files.discovery.record).value_or(ProcessRecord{}),
               [this] { OnExit(); }),
      restart_(host.MakeAlarm()) {}

void DiscoverySupervisor::Recover(const HostView& host) {
  const Recovered found = JudgeRecord(ReadRecord(host_.files(), files_.discovery.record),
                                      {.log_file = files_.discovery.log_file}, host);
  if (found.fate == Fate::kAlive) (void)process_.Adopt(found.process);  // gone meanwhile: Want starts it
}

void DiscoverySupervisor::Want(const DiscoveryWish& wish) {
  const bool moved = wish_ && wish_->listen != wish.listen;
  const bool same = wish_ == wish && process_.alive();
  wish_ = wish;
  if (same) return;
  Status written = host_.files().MakeDirectories(files_.discovery.directory);
  if (written.ok()) written = host_.files().WriteFileAtomically(files_.discovery_state, FormatState(wish));
  if (!written.ok()) spdlog::error("configuration endpoint: {}", std::string(written.message()));
  if (process_.alive()) {
    process_.Signal(moved ? SIGKILL : SIGHUP);
  } else {
    StartWhenDue();
  }
}

void DiscoverySupervisor::End() {
  wish_.reset();
  restart_->Cancel();
  process_.Signal(SIGKILL);
}

void DiscoverySupervisor::StartWhenDue() {
  using std::chrono::milliseconds;
  const auto lived = std::chrono::duration_cast<milliseconds>(host_.Now() - started_);
  const RestartDecision decision = DecideRestart(attempts_, started_ == decltype(started_){} ? milliseconds(0) : lived);
  attempts_ = decision.attempts;
  restart_->Set(decision.delay, [this] { Start(); });
}

void DiscoverySupervisor::Start() {
  if (!wish_ || process_.alive()) return;
  started_ = host_.Now();
  if (Status status = TryStart(); !status.ok()) {
    spdlog::error("configuration endpoint: {}", std::string(status.message()));
    StartWhenDue();
  }
}

// It inherits the socket already listening, so that nobody is refused while it starts.
Status DiscoverySupervisor::TryStart() {
  const auto& [address, port] = wish_->listen;
  const auto listener = host_.ListenShared(address, port);
  if (!listener.ok()) {
    return absl::UnavailableError(
        fmt::format("cannot listen on {}:{}: {}", address, port, std::string(listener.status().message())));
  }
  Command command;
  command.program = program_;
  command.args = {"--state", files_.discovery_state, "--listener-on-stdin"};
  command.stdin_fd = listener->get();
  command.held_signals = {SIGHUP};
  return process_.Start(std::move(command));
}

void DiscoverySupervisor::OnExit() {
  if (wish_) {
    spdlog::warn("configuration endpoint: {}; {}", process_.record().exit_text, process_.LogTail());
    StartWhenDue();
  }
  process_.Save();
  ended_();
}

}  // namespace elastilab
