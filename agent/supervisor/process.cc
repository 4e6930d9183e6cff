#include "agent/supervisor/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <utility>

namespace elastilab {
namespace {

namespace asio = boost::asio;

int PidfdOpen(int64_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)); }

int PidfdSignal(int pidfd, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Status SystemError(const std::string& what, int error) {
  return absl::FailedPreconditionError(fmt::format("cannot {}: {}", what, std::strerror(error)));
}

// A pipe that already holds `text` and has no writer left. The text must fit into the pipe, so that nobody blocks.
StatusOr<Fd> PipeWith(const std::string& text) {
  constexpr size_t kDefaultPipeSize = 65536;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return SystemError("make a pipe", errno);
  Fd reader(ends[0]);
  Fd writer(ends[1]);
  if (text.size() > kDefaultPipeSize && fcntl(writer.get(), F_SETPIPE_SZ, static_cast<int>(text.size())) < 0) {
    return SystemError(fmt::format("hand over a configuration of {} bytes", text.size()), errno);
  }
  if (write(writer.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return SystemError("hand over the configuration", errno);
  }
  fcntl(reader.get(), F_SETFL, 0);  // the child reads in blocking mode
  return reader;
}

StatusOr<Fd> OpenStdin(const Command& command) {
  if (command.stdin_fd >= 0) {
    Fd copy(fcntl(command.stdin_fd, F_DUPFD_CLOEXEC, 0));
    if (copy.get() < 0) return SystemError("hand over a descriptor", errno);
    return copy;
  }
  if (!command.stdin_text.empty()) return PipeWith(command.stdin_text);
  Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null.get() < 0) return SystemError("open /dev/null", errno);
  return null;
}

// posix_spawn's two argument objects, destroyed together.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  void Descriptors(int in, int out) {
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  }
  // A session of its own: neither a Ctrl-C for the agent nor the end of its terminal reaches the child.
  void Detach(const std::vector<int>& held_signals) {
    sigset_t held;
    sigset_t all;
    sigemptyset(&held);
    for (int signal : held_signals) sigaddset(&held, signal);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &held);
    posix_spawnattr_setsigdefault(&attributes, &all);
    constexpr short kFlags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    posix_spawnattr_setflags(&attributes, kFlags);
  }
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> MinimalEnvironment(const Command& command) {
  std::map<std::string, std::string> merged = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LANG", "C.UTF-8"}};
  for (const auto& [name, value] : command.environment) merged[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : merged) environment.push_back(name + "=" + value);
  return environment;
}

StatusOr<pid_t> SpawnDetached(const Command& command) {
  ASSIGN_OR_RETURN(Fd in, OpenStdin(command));
  Fd log(open(command.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) return SystemError("open " + command.log_file, errno);
  SpawnSettings settings;
  settings.Descriptors(in.get(), log.get());
  settings.Detach(command.held_signals);
  if (!command.working_dir.empty()) {
    posix_spawn_file_actions_addchdir_np(&settings.actions, command.working_dir.c_str());
  }
  std::vector<std::string> words = command.args;
  words.insert(words.begin(), command.program);
  std::vector<std::string> environment = MinimalEnvironment(command);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, command.program.c_str(), &settings.actions, &settings.attributes,
                                 Pointers(words).data(), Pointers(environment).data());
  if (error != 0) return SystemError("start " + command.program, error);
  return pid;
}

std::string SignalText(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? fmt::format("killed by signal {}", signal) : fmt::format("killed by SIG{}", name);
}

// Reaps the process behind `pidfd` when it is our child.
std::string ReapedText(int pidfd) {
  siginfo_t info{};
  if (waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0) {
    return "exited, code unknown";
  }
  return info.si_code == CLD_EXITED ? fmt::format("exit code {}", info.si_status) : SignalText(info.si_status);
}

}  // namespace

// Shared with the pending wait, so that a Process may be destroyed at any time.
struct Process::Watch : std::enable_shared_from_this<Watch> {
  Watch(asio::io_context& io, Fd pidfd, const ProcessIdentity& who, ExitDone done)
      : descriptor(io, pidfd.Release()), identity(who), exited(std::move(done)) {}

  void Wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (!error) self->Gone();
                          });
  }

  void Gone() {
    ProcessExit exit{ReapedText(descriptor.native_handle()), MonotonicMicros()};
    if (auto done = std::exchange(exited, nullptr)) done(exit);
  }

  asio::posix::stream_descriptor descriptor;
  ProcessIdentity identity;
  ExitDone exited;
};

Process::Process(std::shared_ptr<Watch> watch) : watch_(std::move(watch)) { watch_->Wait(); }

Process::~Process() {
  watch_->exited = nullptr;
  boost::system::error_code ignored;
  watch_->descriptor.close(ignored);
}

StatusOr<std::unique_ptr<Process>> Process::Spawn(asio::io_context& io, const Command& command, ExitDone exited) {
  ASSIGN_OR_RETURN(const pid_t pid, SpawnDetached(command));
  // Its pid can't be reused before we reap it, so neither call can meet a stranger.
  Fd pidfd(PidfdOpen(pid));
  if (pidfd.get() < 0) {
    const int error = errno;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return SystemError(fmt::format("watch process {}", pid), error);
  }
  const auto stat = ReadProcStat(pid);
  const ProcessIdentity identity = stat ? stat->identity : ProcessIdentity{pid, 0};
  return std::unique_ptr<Process>(
      new Process(std::make_shared<Watch>(io, std::move(pidfd), identity, std::move(exited))));
}

StatusOr<std::unique_ptr<Process>> Process::Adopt(asio::io_context& io, const ProcessIdentity& identity,
                                                  ExitDone exited) {
  Fd pidfd(PidfdOpen(identity.pid));
  // The start time is read after the pidfd is open: if it matches, the pidfd is of that process.
  const auto stat = ReadProcStat(identity.pid);
  if (pidfd.get() < 0 || !stat || stat->identity != identity) {
    return absl::NotFoundError(fmt::format("process {} is gone", identity.pid));
  }
  return std::unique_ptr<Process>(
      new Process(std::make_shared<Watch>(io, std::move(pidfd), identity, std::move(exited))));
}

const ProcessIdentity& Process::identity() const { return watch_->identity; }

void Process::Signal(int signal) { PidfdSignal(watch_->descriptor.native_handle(), signal); }

void KillAndWait(const std::vector<ProcessIdentity>& processes) {
  constexpr int kPatienceMs = 1000;
  for (const ProcessIdentity& identity : processes) {
    Fd pidfd(PidfdOpen(identity.pid));
    const auto stat = ReadProcStat(identity.pid);
    if (pidfd.get() < 0 || !stat || stat->identity != identity) continue;
    PidfdSignal(pidfd.get(), SIGKILL);
    pollfd wait{pidfd.get(), POLLIN, 0};
    poll(&wait, 1, kPatienceMs);
    ReapedText(pidfd.get());
  }
}

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int64_t MonotonicMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace elastilab
