// elastilabd: the control plane of one lab.
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "common/fault_point.h"
#include "common/os/file_limit.h"
#include "common/os/lock_file.h"
#include "common/os/unique_fd.h"
#include "controlplane/app/control_plane.h"
#include "controlplane/app/settings.h"

namespace elastilab {
namespace {

constexpr auto kReadyTimeout = std::chrono::seconds(10);

std::string DefaultDataDir() {
  if (const char* dir = std::getenv("ELASTILAB_DATA_DIR")) return dir;
  const char* home = std::getenv("HOME");
  return fmt::format("{}/.local/share/elastilab", home == nullptr ? "/tmp" : home);
}

// One line for whoever started us, then silence.
void TellStarter(int descriptor, const std::string& line) {
  const UniqueFd fd(descriptor);
  if (!fd.valid()) return;
  const std::string text = line + "\n";
  [[maybe_unused]] const ssize_t written = write(fd.get(), text.data(), text.size());
}

// Held for the life of the process.
StatusOr<LockFile> HoldPidFile(const std::string& data_dir) {
  auto lock = LockFile::Take(data_dir + "/elastilabd.pid");
  if (!absl::IsAlreadyExists(lock.status())) return lock;
  return absl::FailedPreconditionError(
      fmt::format("a control plane with pid {} serves {} already", std::string(lock.status().message()), data_dir));
}

void AddFlags(CLI::App& app, ControlPlaneOptions& options, std::string& style, bool& no_agents) {
  app.add_option("--data-dir", options.data_dir, "where the lab keeps everything")->capture_default_str();
  app.add_option("--grpc-port", options.grpc_port, "gRPC on 127.0.0.1")->capture_default_str();
  app.add_option("--http-port", options.http_port, "AWS Query API on 127.0.0.1; 0: none")->capture_default_str();
  app.add_flag("--tls", options.tls, "AWS Query API over TLS, with a certificate of the lab's own unless --tls-cert is there");
  auto* certificate = app.add_option("--tls-cert", options.tls_certificate, "certificate chain for --tls, PEM file");
  app.add_option("--tls-key", options.tls_key, "its private key, PEM file")->needs(certificate);
  certificate->needs("--tls-key");
  app.add_option("--dns-port", options.dns_port, "DNS responder on 127.0.0.1; 0: none")->capture_default_str();
  app.add_option("--zones", options.zones, "availability zones")->delimiter(',')->capture_default_str();
  app.add_option("--region", options.region, "Region the lab plays")->capture_default_str();
  app.add_option("--account", options.account, "account id in ARNs")->capture_default_str();
  app.add_option("--subnet-base", options.subnet_base, "second octet of the first zone's addresses: 127.<base>.0.0/16")
      ->check(CLI::Range(2, 250))
      ->capture_default_str();
  app.add_option("--endpoint-style", style, "what Describe shows: address or dns")
      ->check(CLI::IsMember({"address", "dns"}))
      ->capture_default_str();
  app.add_option("--quota-factor", options.quota_factor, "the service's quotas per Region, times this")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option_function<int>("--signature-skew",
                               [&options](int seconds) { options.signature_skew = std::chrono::seconds(seconds); },
                               "seconds that a signed request's time may be from ours [300]")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--ready-fd", options.ready_fd, "file descriptor that gets READY or an error line");
  app.add_flag("--no-agents", no_agents, "agents are started by someone else");
}

int Run(const ControlPlaneOptions& options) {
  RaiseFileLimit();  // each connection of a client is a descriptor
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write, as a full disk is

  auto fail = [&](const Status& status) {
    spdlog::error("{}", std::string(status.message()));
    TellStarter(options.ready_fd, std::string(status.message()));
    return 1;
  };
  if (Status status = PrepareDirectories(options.data_dir); !status.ok()) return fail(status);
  const auto pid_file = HoldPidFile(options.data_dir);
  if (!pid_file.ok()) return fail(pid_file.status());
  // The admin API ends the program the way a terminal would.
  auto started = ControlPlane::Start(options, [] { kill(getpid(), SIGTERM); });
  if (!started.ok()) return fail(started.status());
  if (Status status = (*started)->WaitReady(kReadyTimeout); !status.ok()) {
    spdlog::warn("{}", std::string(status.message()));
    TellStarter(options.ready_fd, std::string(status.message()));
  } else {
    spdlog::info("Ready.");  // other emulators say it so, and their users wait for it
    TellStarter(options.ready_fd, "READY");
  }
  int signal = 0;
  do {
    sigwait(&signals, &signal);
  } while (signal == SIGHUP);
  spdlog::info("ends on signal {}", signal);
  (*started)->Stop();
  return 0;
}

}  // namespace
}  // namespace elastilab

int main(int argc, char** argv) {
  elastilab::ControlPlaneOptions options;
  options.data_dir = elastilab::DefaultDataDir();
  std::string style = "address";
  bool no_agents = false;
  CLI::App app("elastilabd: the control plane of an ElastiLab; `elastilab up` starts it for you");
  elastilab::AddFlags(app, options, style, no_agents);
  CLI11_PARSE(app, argc, argv);
  options.endpoint_style = style == "dns" ? elastilab::EndpointStyle::kDns : elastilab::EndpointStyle::kAddress;
  options.run_agents = !no_agents;
  options.tls = options.tls || !options.tls_certificate.empty();
  options.rehearse_mutations = std::getenv("ELASTILAB_REHEARSE_MUTATIONS") != nullptr;
  if (const char* faults = std::getenv("ELASTILAB_FAULTS")) {
    if (auto status = elastilab::ArmFaultPointsFrom(faults); !status.ok()) {
      spdlog::error("ELASTILAB_FAULTS: {}", std::string(status.message()));
      return 2;
    }
  }
  return elastilab::Run(options);
}
