#include "dataplane/engine/fake_driver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "common/os/unique_fd.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBetweenTries(5);

// The process waits for a line on this pipe and exits with what it says.
std::string PipeOf(const NodePaths& paths) { return paths.data_dir + "/exit-code"; }

// False while nobody waits at the other end (yet).
bool TellToExit(const std::string& pipe, int code) {
  const UniqueFd fd(open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid()) return false;
  const std::string line = fmt::format("{}\n", code);
  return write(fd.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

struct FakeEngines {
  struct Entry {
    FakeNode node;
    steady_clock::time_point launched;
    steady_clock::time_point followed;  // since when it follows its primary
    std::unique_ptr<boost::asio::steady_timer> exit_timer;
  };

  explicit FakeEngines(boost::asio::io_context& context) : io(context) {}

  // The map's elements never move.
  Entry& At(const std::string& name) { return entries[name]; }

  void ExitWhenDue(Entry& entry, steady_clock::time_point when, std::string pipe) {
    entry.exit_timer = std::make_unique<boost::asio::steady_timer>(io, when);
    entry.exit_timer->async_wait([this, &entry, pipe = std::move(pipe)](const boost::system::error_code& error) {
      if (error || TellToExit(pipe, entry.node.behaviour.exit_code)) return;
      ExitWhenDue(entry, steady_clock::now() + kBetweenTries, pipe);
    });
  }

  boost::asio::io_context& io;
  std::map<std::string, Entry> entries;
};

namespace {

// Calls back after a while, unless destroyed before.
class Delays {
 public:
  explicit Delays(boost::asio::io_context& io) : io_(io) {}

  void After(milliseconds delay, std::function<void()> call) {
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, delay);
    timer->async_wait([timer, alive = std::weak_ptr(alive_), call = std::move(call)](const boost::system::error_code&) {
      if (!alive.expired()) call();
    });
  }

 private:
  boost::asio::io_context& io_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

class FakeControl final : public EngineControl {
 public:
  using Entry = FakeEngines::Entry;

  FakeControl(std::shared_ptr<FakeEngines> engines, const LaunchSpec& launch, const NodePaths& paths)
      : engines_(std::move(engines)), entry_(engines_->At(launch.name)), pipe_(PipeOf(paths)), delays_(engines_->io) {}

  void Ping(milliseconds timeout, Done done) override {
    ++entry_.node.pings;
    Answer(timeout, std::move(done), [] { return absl::OkStatus(); });
  }

  void Query(milliseconds timeout, StatusDone done) override {
    auto status = std::make_shared<EngineStatus>();
    Answer(
        timeout,
        [done = std::move(done), status](const Status& result) {
          if (!result.ok()) return done(result);
          done(*status);
        },
        [this, status] {
          *status = Present();
          return absl::OkStatus();
        });
  }

  void Apply(const LiveSpec&, const LiveSpec& to, milliseconds timeout, Done done) override {
    Answer(timeout, std::move(done), [this, to] { return ApplyNow(to); });
  }

  void SetParameters(const std::map<std::string, std::string>& parameters, milliseconds timeout, Done done) override {
    Answer(timeout, std::move(done), [this, parameters]() -> Status {
      for (const std::string& name : entry_.node.behaviour.restart_parameters) {
        const auto before = entry_.node.parameters.find(name);
        const auto after = parameters.find(name);
        if (after == parameters.end()) continue;
        if (before != entry_.node.parameters.end() && before->second == after->second) continue;
        return absl::FailedPreconditionError(fmt::format("{} needs a restart", name));
      }
      entry_.node.parameters = parameters;
      return absl::OkStatus();
    });
  }

  void HandOver(const HostPort& to, milliseconds patience, Done done) override {
    Answer(patience, std::move(done), [this, to]() -> Status {
      FakeNode& node = entry_.node;
      if (!node.behaviour.handover_error.ok()) return node.behaviour.handover_error;
      node.handed_over.push_back(to);
      node.live = {.role = NodeRole::kReplica, .follow = to, .endpoints = {}};
      entry_.followed = steady_clock::now();
      return absl::OkStatus();
    });
  }

  void Shutdown(bool save, milliseconds timeout, Done done) override {
    Answer(timeout, std::move(done), [this, save] {
      entry_.node.shutdown = save;
      if (!entry_.node.behaviour.ignores_shutdown) TellToExit(pipe_, 0);
      return absl::OkStatus();
    });
  }

 private:
  void Answer(milliseconds timeout, Done done, std::function<Status()> act) {
    const bool silent = entry_.node.behaviour.never_answers;
    delays_.After(silent ? timeout : milliseconds(0), [this, silent, done = std::move(done), act = std::move(act)] {
      if (silent) return done(absl::DeadlineExceededError("the fake engine never answers"));
      const bool started = steady_clock::now() >= entry_.launched + entry_.node.behaviour.start_takes;
      done(started ? act() : absl::UnavailableError("the fake engine has not started yet"));
    });
  }

  Status ApplyNow(const LiveSpec& to) {
    FakeNode& node = entry_.node;
    if (!node.behaviour.apply_error.ok()) return node.behaviour.apply_error;
    if (to.role == NodeRole::kPrimary && node.behaviour.refuse_promote) {
      return absl::InternalError("the fake engine refuses to be promoted");
    }
    if (node.live.follow != to.follow || node.live.role != to.role) entry_.followed = steady_clock::now();
    node.live = to;
    node.applied.push_back(to);
    return absl::OkStatus();
  }

  EngineStatus Present() const {
    const FakeNode& node = entry_.node;
    const auto now = steady_clock::now();
    EngineStatus status = node.status;
    status.role = node.live.role;
    status.follows = node.live.role == NodeRole::kReplica ? node.live.follow : std::nullopt;
    status.link_up = status.follows && now >= entry_.followed + node.behaviour.link_takes;
    status.loading =
        status.loading || now < entry_.launched + node.behaviour.start_takes + node.behaviour.loading_takes;
    return status;
  }

  std::shared_ptr<FakeEngines> engines_;
  Entry& entry_;
  const std::string pipe_;
  Delays delays_;
};

FakeDriver::FakeDriver(boost::asio::io_context& io) : engines_(std::make_shared<FakeEngines>(io)) {}
FakeDriver::~FakeDriver() {
  for (auto& [name, entry] : engines_->entries) entry.exit_timer.reset();
}

FakeNode& FakeDriver::node(const std::string& name) { return engines_->At(name).node; }

StatusOr<Command> FakeDriver::Launch(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                                     const NodePaths& paths) {
  FakeEngines::Entry& entry = engines_->At(launch.name);
  FakeNode& node = entry.node;
  if (!node.behaviour.launch_error.ok()) return node.behaviour.launch_error;
  entry.launched = entry.followed = steady_clock::now();
  ++node.launches;
  node.live = StateAfterLaunch(launch, live);
  node.parameters = launch.parameters;
  node.status.version = binary.version;
  node.status.run_id = fmt::format("{}-{}", launch.name, node.launches);
  node.shutdown.reset();
  entry.exit_timer.reset();
  if (node.behaviour.exit_after)
    engines_->ExitWhenDue(entry, entry.launched + *node.behaviour.exit_after, PipeOf(paths));
  return Command{
      .program = "/bin/sh",
      .args = {"-c", "rm -f \"$0\"; mkfifo -m 600 \"$0\"; read code < \"$0\"; exit \"$code\"", PipeOf(paths)},
      .environment = {},
      .stdin_text = {},
      .working_dir = paths.data_dir,
      .log_file = paths.log_file};
}

LiveSpec FakeDriver::StateAfterLaunch(const LaunchSpec&, const LiveSpec& live) const {
  LiveSpec state = live;
  if (live.role != NodeRole::kPrimary) state.endpoints.clear();
  return state;
}

std::unique_ptr<EngineControl> FakeDriver::Control(const LaunchSpec& launch, const NodePaths& paths) {
  return std::make_unique<FakeControl>(engines_, launch, paths);
}

SavedData FakeDriver::Saved(const LaunchSpec& launch, const NodePaths&) const {
  return engines_->At(launch.name).node.behaviour.saved;
}

void FakeDriver::AfterReady(const LaunchSpec& launch, const NodePaths&) { ++node(launch.name).after_ready; }

}  // namespace elastilab
