// elastilab-agent: keeps the cache nodes of one availability zone running, as the control plane wishes.
//
//   elastilab-agent --zone us-east-1a --data-dir ~/.local/share/elastilab --connect unix:/…/run/control.sock
//
// SIGTERM and SIGINT end the agent and leave the engines running: the next agent of the zone adopts them.
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <string>

#include "agent/engines.h"
#include "agent/journal/journal.h"
#include "agent/session/grpc_link.h"
#include "agent/session/zone_agent.h"
#include "common/fault_point.h"
#include "common/os/file_limit.h"
#include "common/os/files.h"
#include "common/os/real_host.h"

namespace elastilab {
namespace {

struct Flags {
  std::string zone;
  std::string data_dir;
  std::string connect;
  std::string log_level = "info";
  std::string log_file;
};

void DefineFlags(CLI::App& app, Flags& flags) {
  app.add_option("--zone", flags.zone, "availability zone to serve, such as us-east-1a")->required();
  app.add_option("--data-dir", flags.data_dir, "directory of the lab")->required();
  app.add_option("--connect", flags.connect, "control plane, unix:/path/to/socket")->required();
  app.add_option("--log-level", flags.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_option("--log-file", flags.log_file, "append the log here instead of to stderr");
  app.set_version_flag("--version", ELASTILAB_VERSION);
}

void SetUpLog(const Flags& flags) {
  auto log = flags.log_file.empty() ? spdlog::stderr_logger_st("agent")
                                    : spdlog::basic_logger_st("agent", flags.log_file);
  log->set_pattern(fmt::format("%Y-%m-%dT%H:%M:%S.%e %l {} %v", flags.zone));
  log->set_level(spdlog::level::from_str(flags.log_level));
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(log);
}

// Settings of libraries that only the environment reaches; before any thread exists.
void SetUpLibraries() {
  mallopt(M_ARENA_MAX, 1);  // gRPC's threads would take an arena each
  setenv("GRPC_ENABLE_FORK_SUPPORT", "0", 1);
  setenv("GRPC_DNS_RESOLVER", "native", 0);
  setenv("GRPC_VERBOSITY", "NONE", 0);
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "0", 1);
  signal(SIGPIPE, SIG_IGN);
}

Status Run(const Flags& flags) {
  if (const char* faults = std::getenv("ELASTILAB_FAULTS")) RETURN_IF_ERROR(ArmFaultPointsFrom(faults));
  boost::asio::io_context io(1);
  RealHost host(io);
  ASSIGN_OR_RETURN(Journal journal, Journal::Open(host.files(), flags.data_dir, flags.zone));
  RaiseFileLimit();
  EngineSet engines(io);
  ZoneAgentOptions options{.zone = flags.zone,
                           .version = ELASTILAB_VERSION,
                           .control_plane = flags.connect,
                           .link = GrpcLinks(io, host, flags.connect),
                           .discovery_program = ProgramDirectory() + "/elastilab-discovery",
                           .timing = {}};
  ZoneAgent agent(host, std::move(journal), std::move(options), engines.View(), [&io] { io.stop(); });
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io](const boost::system::error_code& error, int signal) {
    if (error) return;
    spdlog::info("signal {}: leaving, the engines run on", signal);
    io.stop();
  });
  agent.Start();
  io.run();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("Keeps the cache nodes of one availability zone running.", "elastilab-agent");
  DefineFlags(app, flags);
  CLI11_PARSE(app, argc, argv);
  SetUpLibraries();
  SetUpLog(flags);
  if (Status status = Run(flags); !status.ok()) {
    spdlog::error("{}", std::string(status.message()));
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace elastilab

int main(int argc, char** argv) { return elastilab::Main(argc, argv); }
