#include "cli/lab/daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cli/lab/ports.h"
#include "cli/lab/process.h"
#include "common/os/files.h"
#include "common/os/lock_file.h"
#include "common/os/pidfd.h"
#include "common/os/spawn.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr int kReadyFd = 3;
constexpr milliseconds kEnginePatience{12'000};
constexpr milliseconds kAgentPatience{5'000};
constexpr milliseconds kLastAnswer{20'000};  // a daemon that answers does so within this after its time is over
constexpr milliseconds kLastWords{500};  // from the error line to the exit

std::string LogSince(const std::string& path, std::uintmax_t from) {
  std::ifstream in(path);
  in.seekg(static_cast<std::streamoff>(from));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const size_t first = lines.size() > 5 ? lines.size() - 5 : 0;
  std::string text;
  for (size_t i = first; i < lines.size(); ++i) text += "\n  " + lines[i];
  return text;
}

// What the daemon says on the pipe: a line, or what came until it closed it or the time was over.
std::string ReadLine(int fd, milliseconds timeout, bool* timed_out) {
  const auto end = SteadyClock::now() + timeout;
  std::string line;
  *timed_out = false;
  while (true) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - SteadyClock::now());
    pollfd poll_fd{fd, POLLIN, 0};
    const int ready = ::poll(&poll_fd, 1, std::max(0, static_cast<int>(left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      *timed_out = true;
      return line;
    }
    char c = 0;
    const ssize_t got = ::read(fd, &c, 1);
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

Status MakePrivateDir(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("cannot make {}: {}; choose another place with --data-dir", path, error.message()));
  }
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("no write permission for {}; choose another place with --data-dir", path));
  }
  return absl::OkStatus();
}

// Stops what no daemon answers for any more.
void StopLeftovers(const LabFiles& files, StopReport* report) {
  const auto agents = FindAgents(files);
  report->killed += StopProcesses(agents, kAgentPatience);
  const auto engines = FindEngines(files);
  report->killed += StopProcesses(engines, kEnginePatience);
  report->leftovers += static_cast<int>(agents.size() + engines.size());
}

void RemoveStaleFiles(const LabFiles& files) {
  RemoveFreeLock(files.pid_file());
  RemoveFreeLock(files.data_dir + "/elastilab.db.lock");
  std::error_code error;
  for (const auto& file : fs::directory_iterator(fs::path(files.socket()).parent_path(), error)) {
    if (file.path().extension() == ".sock") ::unlink(file.path().c_str());
  }
  for (const auto& zone : fs::directory_iterator(files.zones_dir(), error)) {
    RemoveFreeLock((zone.path() / "lock").string());
  }
}

}  // namespace

int64_t RunningDaemon(const LabFiles& files) { return LockHolder(files.pid_file()); }

StatusOr<std::string> FindProgram(const std::string& name) {
  const std::string beside = ProgramDirectory() + "/" + name;
  if (::access(beside.c_str(), X_OK) == 0) return beside;
  const char* path = std::getenv("PATH");
  std::string rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const size_t colon = std::min(rest.find(':'), rest.size());
    const std::string candidate = rest.substr(0, colon) + "/" + name;
    if (colon > 0 && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.erase(0, colon + 1);
  }
  return absl::FailedPreconditionError(fmt::format("{} is neither beside this program ({}) nor in PATH", name, beside));
}

Status PrepareDataDir(const LabFiles& files) {
  const bool fresh = ::access(files.data_dir.c_str(), F_OK) != 0;
  RETURN_IF_ERROR(MakePrivateDir(files.data_dir));
  if (fresh) ::chmod(files.data_dir.c_str(), 0700);
  return MakePrivateDir(files.log_dir());
}

Status CheckPorts(const LabSettings& settings) {
  struct Use {
    const char* flag;
    PortKind kind;
    int port;
  };
  const Use uses[] = {{"--grpc-port", PortKind::kTcp, settings.grpc_port},
                      {"--http-port", PortKind::kTcp, settings.http_port},
                      {"--dns-port", PortKind::kUdp, settings.dns_port},
                      {"--dns-port", PortKind::kTcp, settings.dns_port}};
  for (const Use& use : uses) {
    if (use.port == 0) continue;
    const std::string reason = WhyNotBindable(use.kind, "127.0.0.1", use.port);
    if (reason.empty()) continue;
    return absl::FailedPreconditionError(
        fmt::format("port {} is in use: {}. Stop that, or choose another port with {}.", use.port,
                    DescribePortHolder(use.kind, "127.0.0.1", use.port, reason), use.flag));
  }
  return absl::OkStatus();
}

std::vector<std::string> DaemonArguments(const LabFiles& files, const LabSettings& settings, int ready_fd) {
  std::vector<std::string> words = {
          "--data-dir",
          files.data_dir,
          "--grpc-port",
          std::to_string(settings.grpc_port),
          "--http-port",
          std::to_string(settings.http_port),
          "--dns-port",
          std::to_string(settings.dns_port),
          "--zones",
          fmt::format("{}", fmt::join(settings.zones, ",")),
          "--region",
          settings.region(),
          "--subnet-base",
          std::to_string(settings.subnet_base),
          "--endpoint-style",
          settings.endpoint_style,
          "--quota-factor",
          std::to_string(settings.quota_factor),
          "--signature-skew",
          std::to_string(settings.signature_skew),
          "--ready-fd",
          std::to_string(ready_fd)};
  if (settings.tls) words.push_back("--tls");
  if (!settings.tls_certificate.empty()) {
    words.insert(words.end(), {"--tls-cert", settings.tls_certificate, "--tls-key", settings.tls_key});
  }
  return words;
}

Status StartDaemon(const LabFiles& files, const LabSettings& settings, milliseconds timeout) {
  ASSIGN_OR_RETURN(const std::string program, FindProgram("elastilabd"));
  std::error_code error;
  std::uintmax_t log_size = fs::file_size(files.log(), error);
  if (error) log_size = 0;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError(std::strerror(errno));
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  Command command{.program = program, .args = DaemonArguments(files, settings, kReadyFd)};
  command.log_file = files.log();
  command.more_fds = {writer.get()};
  command.whole_environment = true;
  ASSIGN_OR_RETURN(const Child daemon, Spawn(command));
  writer.Reset();
  bool timed_out = false;
  const std::string line = ReadLine(reader.get(), timeout, &timed_out);
  if (line == "READY") return absl::OkStatus();
  if (timed_out) {
    StopProcesses({daemon.pid}, kAgentPatience);
    return absl::DeadlineExceededError(fmt::format("the control plane was not ready in {} s; its log is {}{}",
                                                   timeout.count() / 1000, files.log(),
                                                   LogSince(files.log(), log_size)));
  }
  if (!line.empty()) {
    if (AwaitExit(daemon.pidfd, kLastWords)) return absl::FailedPreconditionError(line);
    return absl::FailedPreconditionError(
        fmt::format("the control plane runs (pid {}), but: {}. Look at: elastilab status, {}", daemon.pid, line, files.log()));
  }
  return absl::FailedPreconditionError(
      fmt::format("elastilabd ended at once; its log {} says:{}", files.log(), LogSince(files.log(), log_size)));
}

StatusOr<StopReport> StopLab(Rpc& rpc, const LabFiles& files, milliseconds timeout, bool force) {
  StopReport report;
  if (const int64_t pid = RunningDaemon(files); pid > 0) {
    report.was_running = true;
    const UniqueFd daemon = OpenPidfd(pid);
    admin::v1::ShutdownRequest request;
    request.set_timeout_ms(timeout.count());
    const auto answer = AdminCall<admin::v1::ShutdownResponse>(rpc, "Shutdown", request, timeout + kLastAnswer);
    // A daemon that says no is well: it is not ours to kill.
    if (absl::IsPermissionDenied(answer.status()) || absl::IsUnauthenticated(answer.status())) return answer.status();
    if (absl::IsFailedPrecondition(answer.status()) && !force) return answer.status();
    if (answer.ok()) report.engines_stopped = answer->engines_stopped();
    if (!answer.ok() || !AwaitExit(daemon, timeout)) report.killed += StopProcesses({pid}, kAgentPatience);
  }
  StopLeftovers(files, &report);
  if (RunningDaemon(files) > 0) {
    return absl::FailedPreconditionError(fmt::format("another control plane has just been started in {}",
                                                     files.data_dir));
  }
  RemoveStaleFiles(files);
  return report;
}

}  // namespace elastilab
