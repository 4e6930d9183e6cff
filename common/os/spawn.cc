#include "common/os/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/os/posix_spawn_launcher.h"
// Its headers declare process_environment::on_setup and leave it out.
#include <boost/process/v2/impl/environment.ipp>

extern char** environ;

namespace elastilab {
namespace {

namespace process = boost::process::v2;

Status SystemError(const std::string& what, int error) {
  return absl::FailedPreconditionError(fmt::format("cannot {}: {}", what, std::strerror(error)));
}

// A copy of `fd` that is closed on exec and above every number that a child's descriptors get.
StatusOr<UniqueFd> Above(int fd, size_t targets) {
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, static_cast<int>(STDERR_FILENO + 1 + targets)));
  if (!copy.valid()) return SystemError("hand over a descriptor", errno);
  return copy;
}

// A pipe that already holds `text` and has no writer left. The text must fit into the pipe, so that nobody blocks.
StatusOr<UniqueFd> PipeWith(const std::string& text) {
  constexpr size_t kDefaultPipeSize = 65536;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return SystemError("make a pipe", errno);
  UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  if (text.size() > kDefaultPipeSize && fcntl(writer.get(), F_SETPIPE_SZ, static_cast<int>(text.size())) < 0) {
    return SystemError(fmt::format("hand over a configuration of {} bytes", text.size()), errno);
  }
  if (write(writer.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return SystemError("hand over the configuration", errno);
  }
  fcntl(reader.get(), F_SETFL, 0);  // the child reads in blocking mode
  return reader;
}

StatusOr<UniqueFd> OpenFile(const std::string& path, int flags) {
  UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd.valid()) return SystemError("open " + path, errno);
  return fd;
}

StatusOr<UniqueFd> OpenInput(const Command& command) {
  if (command.stdin_fd >= 0) return Above(command.stdin_fd, command.more_fds.size());
  if (!command.stdin_text.empty()) return PipeWith(command.stdin_text);
  return OpenFile("/dev/null", O_RDONLY);
}

StatusOr<UniqueFd> OpenOutput(const Command& command, int own) {
  if (!command.log_file.empty()) return OpenFile(command.log_file, O_WRONLY | O_CREAT | O_APPEND);
  return Above(command.output_fd >= 0 ? command.output_fd : own, command.more_fds.size());
}

// All that the child gets, kept open until it has started.
struct Descriptors {
  UniqueFd in;
  UniqueFd out;
  UniqueFd err;
  std::vector<UniqueFd> more;
};

StatusOr<Descriptors> OpenDescriptors(const Command& command) {
  const size_t targets = command.more_fds.size();
  Descriptors d;
  ASSIGN_OR_RETURN(const UniqueFd in, OpenInput(command));
  ASSIGN_OR_RETURN(d.in, Above(in.get(), targets));
  ASSIGN_OR_RETURN(const UniqueFd out, OpenOutput(command, STDOUT_FILENO));
  ASSIGN_OR_RETURN(d.out, Above(out.get(), targets));
  const bool own_error = command.log_file.empty() && command.output_fd < 0;
  ASSIGN_OR_RETURN(d.err, Above(own_error ? STDERR_FILENO : out.get(), targets));
  for (int fd : command.more_fds) {
    ASSIGN_OR_RETURN(UniqueFd copy, Above(fd, targets));
    d.more.push_back(std::move(copy));
  }
  return d;
}

std::vector<std::string> EnvironmentOf(const Command& command) {
  std::map<std::string, std::string> merged = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LANG", "C.UTF-8"}};
  if (command.whole_environment) {
    merged.clear();
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string line = *entry;
      if (const size_t equals = line.find('='); equals != std::string::npos) {
        merged[line.substr(0, equals)] = line.substr(equals + 1);
      }
    }
  }
  for (const auto& [name, value] : command.environment) merged[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : merged) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace

StatusOr<Child> Spawn(const Command& command) {
  ASSIGN_OR_RETURN(const Descriptors d, OpenDescriptors(command));
  KeepDescriptors kept;
  for (const UniqueFd& fd : d.more) kept.fds.push_back(fd.get());
  const std::vector<std::string> environment = EnvironmentOf(command);

  boost::asio::io_context nobody_runs_it(1);  // the library's process object needs one
  PosixSpawnLauncher launch;
  PosixSpawnLauncher::Error error;
  PosixSpawnLauncher::Process started(nobody_runs_it);
  try {
    started = launch(nobody_runs_it.get_executor(), error, command.program, command.args,
                     process::process_stdio{d.in.get(), d.out.get(), d.err.get()}, std::move(kept),
                     process::process_start_dir(command.working_dir), process::process_environment(environment),
                     NewSession{}, DefaultSignals{command.held_signals});
  } catch (const boost::system::system_error& e) {  // no descriptor is left for the library's own use
    error = e.code();
  }
  if (error) {
    if (launch.pid > 0) {  // it runs, but can't be watched
      kill(launch.pid, SIGKILL);
      waitpid(launch.pid, nullptr, 0);
    }
    return SystemError("start " + command.program, error.value());
  }
  started.detach();
  return Child{launch.pid, std::move(launch.pidfd)};
}

}  // namespace elastilab
