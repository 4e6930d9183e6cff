// A launcher for Boost.Process v2 that neither forks nor vforks. For .cc files only: it brings all of Boost.Process.
//
// Boost 1.81's default launcher forks and runs Asio's fork handlers, its vfork launcher lets the child run them in the
// parent's memory; gRPC's threads stand neither. posix_spawn runs no code of ours in the child, so that what the
// library's initialisers would do there (on_exec_setup) is said to it as file actions instead: Prepare knows each of
// them by its type, and an initialiser that it doesn't know does not compile.
//
// The process object that comes out ends its process when it is destroyed (detach() it), hides its pidfd, and waits by
// pid, which says ECHILD at once for anybody else's child. Whoever watches therefore uses `pidfd`, for signals, for
// waiting and for the exit code, children and adopted processes alike.
#pragma once

// With std::filesystem nothing of Boost is linked; the library then forgets two includes.
#define BOOST_PROCESS_USE_STD_FS
#include <spawn.h>

#include <boost/optional.hpp>
#include <boost/type_traits/remove_pointer.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/os/pidfd.h"

namespace elastilab {

// Initialisers of our own, beside the library's.
struct KeepDescriptors {  // become 3, 4, …; all others are closed
  std::vector<int> fds;
};
struct NewSession {};
struct DefaultSignals {  // but these stay blocked until the child unblocks them
  std::vector<int> held;
};

class PosixSpawnLauncher : public boost::process::v2::posix::default_launcher {
 public:
  using Process = boost::process::v2::process;
  using Error = boost::process::v2::error_code;

  PosixSpawnLauncher() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  PosixSpawnLauncher(const PosixSpawnLauncher&) = delete;
  PosixSpawnLauncher& operator=(const PosixSpawnLauncher&) = delete;
  ~PosixSpawnLauncher() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  // `program` without a slash is looked for in PATH. Descriptors in initialisers are above the targets.
  template <typename... Initialisers>
  Process operator()(boost::asio::any_io_executor executor, Error& error, const std::string& program,
                     const std::vector<std::string>& args, Initialisers&&... initialisers) {
    const std::filesystem::path path(program);
    const char* const* argv = build_argv_(path, args);
    error = boost::process::v2::posix::detail::on_setup(*this, path, argv, initialisers...);
    if (error) return Process(executor);
    (Prepare(initialisers), ...);
    posix_spawnattr_setflags(&attributes_, flags_);
    const int code = posix_spawnp(&pid, program.c_str(), &actions_, &attributes_, const_cast<char* const*>(argv),
                                  const_cast<char* const*>(env));
    error.assign(code, boost::system::system_category());
    if (error) return Process(executor);
    // The pid can't be used again before we reap it, so this can't meet a stranger.
    pidfd = OpenPidfd(pid);
    if (pidfd.valid()) return Process(executor, pid);
    error.assign(errno, boost::system::system_category());
    return Process(executor);
  }

  UniqueFd pidfd;  // of the child, when it was started

 private:
  void Prepare(const boost::process::v2::process_stdio& stdio) {
    posix_spawn_file_actions_adddup2(&actions_, stdio.in.fd, stdio.in.target);
    posix_spawn_file_actions_adddup2(&actions_, stdio.out.fd, stdio.out.target);
    posix_spawn_file_actions_adddup2(&actions_, stdio.err.fd, stdio.err.target);
  }
  void Prepare(const boost::process::v2::process_start_dir& directory) {
    if (!directory.start_dir.empty()) posix_spawn_file_actions_addchdir_np(&actions_, directory.start_dir.c_str());
  }
  void Prepare(const boost::process::v2::process_environment&) {}  // on_setup put it into `env`
  void Prepare(const KeepDescriptors& kept) {
    int target = STDERR_FILENO;
    for (int fd : kept.fds) posix_spawn_file_actions_adddup2(&actions_, fd, ++target);
    posix_spawn_file_actions_addclosefrom_np(&actions_, target + 1);
  }
  void Prepare(const NewSession&) { flags_ |= POSIX_SPAWN_SETSID; }
  void Prepare(const DefaultSignals& signals) {
    sigset_t held;
    sigset_t all;
    sigemptyset(&held);
    for (int signal : signals.held) sigaddset(&held, signal);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &held);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    flags_ |= POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
  short flags_ = 0;
};

}  // namespace elastilab
