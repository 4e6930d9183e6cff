#include "common/os/real_host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>

#include "common/os/files.h"
#include "common/os/listeners.h"
#include "common/os/pidfd.h"
#include "common/os/sockets.h"
#include "common/os/spawn.h"

namespace elastilab {
namespace {

namespace asio = boost::asio;

// Asio runs a handler that had already expired when its timer is cancelled or destroyed: appointments have numbers.
class AsioAlarm final : public Alarm {
 public:
  explicit AsioAlarm(asio::io_context& io) : state_(std::make_shared<State>(io)) {}

  void Set(RealTime when, std::function<void()> ring) override {
    state_->timer.expires_at(when);
    state_->appointment = ++state_->last;
    state_->timer.async_wait([weak = std::weak_ptr<State>(state_), appointment = state_->appointment,
                              ring = std::move(ring)](const boost::system::error_code&) {
      const auto state = weak.lock();
      if (!state || state->appointment != appointment) return;
      state->appointment = 0;
      ring();
    });
  }

  void Cancel() override {
    state_->appointment = 0;
    state_->timer.cancel();
  }

 private:
  struct State {
    explicit State(asio::io_context& io) : timer(io) {}
    asio::steady_timer timer;
    uint64_t appointment = 0;  // 0: cancelled
    uint64_t last = 0;
  };

  RealTime Now() const override { return std::chrono::steady_clock::now(); }

  std::shared_ptr<State> state_;
};

// Waiting has one owner, the pidfd: readable when the process is gone, also for one that is not our child, whose exit
// code then stays unknown.
class WatchedProcess final : public Process {
 public:
  WatchedProcess(asio::io_context& io, UniqueFd pidfd, const ProcessIdentity& identity, Host::ExitDone exited)
      : watch_(std::make_shared<Watch>(io, std::move(pidfd), identity, std::move(exited))) {
    watch_->Wait();
  }
  ~WatchedProcess() override {
    watch_->exited = nullptr;
    boost::system::error_code ignored;
    watch_->readable.cancel(ignored);
  }

  const ProcessIdentity& identity() const override { return watch_->identity; }
  void Signal(int signal) override { SendSignal(watch_->pidfd, signal); }

 private:
  // Shared with the pending wait, so that the process may be destroyed at any time.
  struct Watch : std::enable_shared_from_this<Watch> {
    Watch(asio::io_context& io, UniqueFd fd, const ProcessIdentity& who, Host::ExitDone done)
        : pidfd(std::move(fd)), readable(io, pidfd.get()), identity(who), exited(std::move(done)) {}
    ~Watch() { readable.release(); }

    void Wait() {
      readable.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (!error) self->Gone();
                          });
    }

    // Asio may say "readable" of a descriptor that is not: an event of one that was just closed meets the next one that
    // gets its place. Nobody is declared dead on that.
    void Gone() {
      if (!AwaitExit(pidfd, std::chrono::milliseconds(0))) return Wait();
      const ProcessExit exit{TakeExitText(pidfd), MonotonicMicros(std::chrono::steady_clock::now())};
      if (auto done = std::exchange(exited, nullptr)) done(exit);
    }

    UniqueFd pidfd;
    asio::posix::stream_descriptor readable;
    ProcessIdentity identity;
    Host::ExitDone exited;
  };

  std::shared_ptr<Watch> watch_;
};

}  // namespace

// --- files ---------------------------------------------------------------------------------------------------------

Status RealFiles::WriteFileAtomically(const std::string& path, const std::string& text) {
  return elastilab::WriteFileAtomically(path, text);
}

StatusOr<std::string> RealFiles::ReadWholeFile(const std::string& path) { return elastilab::ReadWholeFile(path); }

Status RealFiles::MakeDirectories(const std::string& path) { return elastilab::MakeDirectories(path); }

Status RealFiles::MakePrivateDirectory(const std::string& path) { return elastilab::MakePrivateDirectory(path); }

Status RealFiles::RemoveTree(const std::string& path) { return elastilab::RemoveTree(path); }

std::vector<std::string> RealFiles::ListDirectory(const std::string& path) { return elastilab::ListDirectory(path); }

StatusOr<std::string> RealFiles::CanonicalPath(const std::string& path) { return elastilab::CanonicalPath(path); }

int64_t RealFiles::FileSize(const std::string& path) { return elastilab::FileSize(path); }

std::string RealFiles::LastLines(const std::string& path, int64_t from, int lines) {
  return elastilab::LastLines(path, from, lines);
}

StatusOr<std::unique_ptr<FileLock>> RealFiles::TakeLock(const std::string& path) {
  ASSIGN_OR_RETURN(LockFile lock, LockFile::Take(path));
  return std::make_unique<LockFile>(std::move(lock));
}

// --- the host ------------------------------------------------------------------------------------------------------

std::unique_ptr<Alarm> RealHost::MakeAlarm() { return std::make_unique<AsioAlarm>(io_); }

void RealHost::Post(std::function<void()> work) { asio::post(io_, std::move(work)); }

StatusOr<std::unique_ptr<Process>> RealHost::Spawn(const Command& command, ExitDone exited) {
  ASSIGN_OR_RETURN(Child child, elastilab::Spawn(command));
  const auto stat = ReadProcStat(child.pid);
  const ProcessIdentity identity = stat ? stat->identity : ProcessIdentity{child.pid, 0};
  return std::make_unique<WatchedProcess>(io_, std::move(child.pidfd), identity, std::move(exited));
}

StatusOr<std::unique_ptr<Process>> RealHost::Adopt(const ProcessIdentity& identity, ExitDone exited) {
  UniqueFd pidfd = OpenPidfd(identity);
  if (!pidfd.valid()) return absl::NotFoundError(fmt::format("process {} is gone", identity.pid));
  return std::make_unique<WatchedProcess>(io_, std::move(pidfd), identity, std::move(exited));
}

void RealHost::KillAndWait(const std::vector<ProcessIdentity>& processes) { elastilab::KillAndWait(processes); }

std::vector<MarkedProcess> RealHost::FindMarkedProcesses(const std::string& directory) const {
  return elastilab::FindMarkedProcesses(directory);
}

bool RealHost::Listens(int64_t pid, const std::string& address, int port) const {
  return HoldsSocket(pid, ListenerInodes(SocketKind::kTcp, address, port));
}

int64_t RealHost::OwnPid() const { return getpid(); }

void RealHost::KillSelf() { raise(SIGKILL); }

StatusOr<UniqueFd> RealHost::ListenShared(const std::string& address, int port) {
  return Listen(address, port, {.shared = true});
}

}  // namespace elastilab
