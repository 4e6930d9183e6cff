#include "dataplane/engine/memcached_driver.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

#include "common/os/proc_fs.h"
#include "dataplane/config/memcached_config.h"
#include "dataplane/wire/memcached_client.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;

MemcachedHost ThisHost() {
  constexpr rlim_t kItsOwn = 64;  // descriptors that are no connections
  MemcachedHost host;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max != RLIM_INFINITY) {
    host.most_connections =
        static_cast<int>(std::min<rlim_t>(files.rlim_max - std::min(files.rlim_max, kItsOwn), 65000));
  }
  host.root = geteuid() == 0;
  return host;
}

std::string Stat(const MemcachedReply& reply, const std::string& name) {
  const std::string prefix = "STAT " + name + " ";
  for (const std::string& line : reply) {
    if (line.starts_with(prefix)) return line.substr(prefix.size());
  }
  return {};
}

// The pid that memcached says it has; 0 when the reply is none of its.
int64_t PidOf(const MemcachedReply& reply) {
  const std::string text = Stat(reply, "pid");
  int64_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid > 1 ? pid : 0;
}

class MemcachedControl final : public EngineControl {
 public:
  MemcachedControl(boost::asio::io_context& io, const LaunchSpec& launch)
      : launch_(launch), client_(io, Peer::Tcp(launch.address, launch.port)) {}

  void Ping(milliseconds timeout, Done done) override {
    client_.Ask("version", timeout,
                [done = std::move(done)](const StatusOr<MemcachedReply>& reply) { done(reply.status()); });
  }

  void Query(milliseconds timeout, StatusDone done) override {
    AskStats(timeout, [done = std::move(done)](const StatusOr<MemcachedReply>& stats) {
      if (!stats.ok()) return done(stats.status());
      const int64_t pid = PidOf(*stats);
      EngineStatus status;
      status.version = Stat(*stats, "version");
      status.run_id = fmt::format("{}-{}", pid, ReadProcStat(pid).value_or(ProcStat{}).identity.start_ticks);
      done(std::move(status));
    });
  }

  void Apply(const LiveSpec& from, const LiveSpec& to, milliseconds timeout, Done done) override {
    const bool same = from.endpoints == to.endpoints;
    AskStats(timeout, [this, same, done = std::move(done)](const StatusOr<MemcachedReply>& stats) {
      if (!stats.ok() || same) return done(stats.status());
      done(absl::UnimplementedError(
          fmt::format("{}: memcached cannot change its addresses while it runs", launch_.name)));
    });
  }

  void SetParameters(const std::map<std::string, std::string>& parameters, milliseconds timeout, Done done) override {
    LaunchSpec wanted = launch_;
    wanted.parameters = parameters;
    auto arguments = RenderMemcachedArguments(wanted, {}, ThisHost());
    AskStats(timeout,
             [this, arguments = std::move(arguments), done = std::move(done)](const StatusOr<MemcachedReply>& stats) {
               if (!stats.ok()) return done(stats.status());
               if (!arguments.ok()) return done(arguments.status());
               done(RunsWith(*arguments, ReadCommandLine(PidOf(*stats))));
             });
  }

  void HandOver(const HostPort&, milliseconds timeout, Done done) override {
    AskStats(timeout, [done = std::move(done)](const StatusOr<MemcachedReply>&) {
      done(absl::FailedPreconditionError("memcached has no roles to hand over"));
    });
  }

  void Shutdown(bool /*save*/, milliseconds timeout, Done done) override {
    AskStats(timeout, [this, done = std::move(done)](const StatusOr<MemcachedReply>& stats) {
      if (!stats.ok()) return done(stats.status());
      if (kill(static_cast<pid_t>(PidOf(*stats)), SIGTERM) == 0 || errno == ESRCH) return done(absl::OkStatus());
      done(absl::InternalError(fmt::format("{}: cannot send SIGTERM: {}", launch_.name, std::strerror(errno))));
    });
  }

 private:
  void AskStats(milliseconds timeout, MemcachedClient::Answer done) {
    client_.Ask("stats", timeout, [this, done = std::move(done)](StatusOr<MemcachedReply> reply) {
      if (reply.ok() && PidOf(*reply) == 0) {
        return done(absl::InternalError(fmt::format("{}: the answer to stats makes no sense", launch_.name)));
      }
      done(std::move(reply));
    });
  }

  // Endpoints are further -l words of the running process; they don't count here.
  Status RunsWith(const std::vector<std::string>& wanted, std::vector<std::string> running) const {
    if (!running.empty()) running.erase(running.begin());
    for (auto it = running.begin(); it != running.end();) {
      const bool endpoint = *it == "-l" && it + 1 != running.end() && *(it + 1) != wanted[1];
      it = endpoint ? running.erase(it, it + 2) : it + 1;
    }
    if (running == wanted) return absl::OkStatus();
    return absl::FailedPreconditionError(
        fmt::format("{}: memcached takes parameters only when it starts", launch_.name));
  }

  const LaunchSpec launch_;
  MemcachedClient client_;
};

class MemcachedDriver final : public EngineDriver {
 public:
  explicit MemcachedDriver(boost::asio::io_context& io) : io_(io) {}

  StatusOr<Command> Launch(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                           const NodePaths& paths) override {
    ASSIGN_OR_RETURN(std::vector<std::string> arguments, RenderMemcachedArguments(launch, live.endpoints, ThisHost()));
    return Command{.program = binary.path,
                   .args = std::move(arguments),
                   .environment = {},
                   .stdin_text = {},
                   .working_dir = paths.data_dir,
                   .log_file = paths.log_file};
  }

  LiveSpec StateAfterLaunch(const LaunchSpec&, const LiveSpec& live) const override { return live; }

  std::unique_ptr<EngineControl> Control(const LaunchSpec& launch, const NodePaths&) override {
    return std::make_unique<MemcachedControl>(io_, launch);
  }

  SavedData Saved(const LaunchSpec&, const NodePaths&) const override { return {}; }
  void AfterReady(const LaunchSpec&, const NodePaths&) override {}

 private:
  boost::asio::io_context& io_;
};

}  // namespace

std::unique_ptr<EngineDriver> MakeMemcachedDriver(boost::asio::io_context& io) {
  return std::make_unique<MemcachedDriver>(io);
}

}  // namespace elastilab
