// up, down, status, doctor, env: the lab itself.
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/commands/duration.h"
#include "cli/commands/lab_text.h"
#include "cli/commands/progress.h"
#include "cli/commands/registry.h"
#include "cli/lab/daemon.h"
#include "cli/lab/doctor.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kQuickAnswer{3'000};
constexpr std::chrono::milliseconds kSettleTime{5'000};

StatusOr<admin::v1::GetLabResponse> GetLab(Context& context) {
  return AdminCall<admin::v1::GetLabResponse>(context.rpc(), "GetLab", admin::v1::GetLabRequest(), kQuickAnswer);
}

StatusOr<std::string> ReadableFile(const std::string& path) {
  const std::string absolute = std::filesystem::absolute(path).string();
  if (!std::ifstream(absolute)) return UsageError(fmt::format("cannot read {}: {}", absolute, std::strerror(errno)));
  return absolute;
}

// Both files or none; --no-tls forgets them.
Status TakeTlsFlags(const Args& args, LabSettings& settings) {
  if (args.Has("tls-cert") != args.Has("tls-key")) return UsageError("--tls-cert and --tls-key go together");
  if (args.Has("tls")) settings.tls = args.Toggle("tls").value_or(true);
  if (args.Has("tls-cert")) {
    ASSIGN_OR_RETURN(settings.tls_certificate, ReadableFile(args.Get("tls-cert")));
    ASSIGN_OR_RETURN(settings.tls_key, ReadableFile(args.Get("tls-key")));
    settings.tls = true;
  }
  if (!settings.tls) settings.tls_certificate = settings.tls_key = "";
  return absl::OkStatus();
}

// What was chosen last time, or the defaults, under what the flags say.
StatusOr<LabSettings> WantedSettings(const Context& context) {
  const auto saved = LoadSettings(context.files);
  if (!saved.ok() && saved.status().code() != absl::StatusCode::kNotFound) return saved.status();
  LabSettings settings = saved.ok() ? *saved : LabSettings();
  const Args& args = context.args;
  ASSIGN_OR_RETURN(settings.grpc_port, args.Int("grpc-port", settings.grpc_port, 1, 65'535));
  ASSIGN_OR_RETURN(settings.http_port, args.Int("http-port", settings.http_port, 1, 65'535));
  ASSIGN_OR_RETURN(settings.dns_port, args.Int("dns-port", settings.dns_port, 1, 65'535));
  ASSIGN_OR_RETURN(settings.subnet_base, args.Int("subnet-base", settings.subnet_base, 2, 245));
  settings.endpoint_style = args.Get("endpoint-style", settings.endpoint_style);
  ASSIGN_OR_RETURN(settings.quota_factor, args.Int("quota-factor", settings.quota_factor, 1, 1000));
  if (args.Has("signature-skew")) {
    ASSIGN_OR_RETURN(const auto skew, ParseDuration(args.Get("signature-skew")));
    settings.signature_skew = static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(skew).count());
    if (settings.signature_skew < 1 || settings.signature_skew > 86'400) return UsageError("--signature-skew takes 1s to 24h");
  }
  RETURN_IF_ERROR(TakeTlsFlags(args, settings));
  if (args.Has("zones")) settings.zones = args.List("zones", true);
  if (settings.zones.empty() || settings.zones.size() > 9) return UsageError("--zones takes 1 to 9 names");
  return settings;
}

// The pid of a control plane that answers; 0 when none holds the data directory. One that was killed this moment holds
// it until the kernel is done with it, and one that is just starting does not answer yet: both settle within moments.
StatusOr<int64_t> AnsweringDaemon(Context& context) {
  const auto deadline = SteadyClock::now() + kSettleTime;
  while (true) {
    const int64_t pid = RunningDaemon(context.files);
    if (pid == 0) return 0;
    const auto lab = GetLab(context);
    if (lab.ok() && !lab->suspended()) return pid;
    if (SteadyClock::now() > deadline) {
      if (lab.ok()) {
        return absl::FailedPreconditionError(
            "the lab is going down, as another `elastilab down` asks; once that has come to its end: elastilab up");
      }
      return absl::FailedPreconditionError(fmt::format(
          "a control plane with pid {} holds {} and does not answer; if it hangs: kill -9 {}, then elastilab up", pid,
          context.files.data_dir, pid));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

StatusOr<int> Up(Context& context) {
  const auto start = SteadyClock::now();
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "30s")));
  ASSIGN_OR_RETURN(const LabSettings settings, WantedSettings(context));
  ASSIGN_OR_RETURN(const int64_t pid, AnsweringDaemon(context));
  if (pid > 0) {
    const auto saved = LoadSettings(context.files);
    context.Print(fmt::format("The lab is already running (pid {}).\n", pid));
    if (saved.ok() && *saved != settings) context.Note("It keeps its settings; to change them: elastilab down, then up.");
    context.Print(WhereThingsAre(context.files, saved.ok() ? *saved : settings, context.io.style));
    return kExitOk;
  }
  RETURN_IF_ERROR(PrepareDataDir(context.files));
  RETURN_IF_ERROR(CheckPorts(settings));
  {
    ProgressLine progress(context.io);
    progress.Show("starting the control plane and its agents");
    const Status started = StartDaemon(context.files, settings, timeout);
    // Later commands must find it even if it lacks an agent.
    if (RunningDaemon(context.files) > 0) RETURN_IF_ERROR(SaveSettings(context.files, settings));
    RETURN_IF_ERROR(started);
  }
  context.Print(fmt::format("The lab is {} ({}).\n", context.io.style.Green("up"), ElapsedText(start)));
  context.Print(WhereThingsAre(context.files, settings, context.io.style));
  return kExitOk;
}

StatusOr<int> Down(Context& context) {
  const auto start = SteadyClock::now();
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "30s")));
  StopReport report;
  {
    ProgressLine progress(context.io);
    progress.Show("stopping");
    ASSIGN_OR_RETURN(report, StopLab(context.rpc(), context.files, timeout, context.args.Has("force")));
  }
  if (!report.was_running && report.leftovers == 0) {
    context.Print("The lab is not running.\n");
    return kExitOk;
  }
  const std::string stopped = report.was_running ? fmt::format("{} engines", report.engines_stopped)
                                                 : fmt::format("{} processes", report.leftovers);
  context.Print(fmt::format("The lab is down ({} stopped, {}). Its state stays in {}\n", stopped, ElapsedText(start),
                            context.files.data_dir));
  if (!report.was_running) context.Note("The control plane had died; its agents and engines were stopped by signals.");
  if (report.killed > 0) context.Note(fmt::format("{} processes did not stop when asked and were killed.", report.killed));
  return kExitOk;
}

StatusOr<int> ShowStatus(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  const bool here = context.args.Get("endpoint").empty();
  if (here && RunningDaemon(context.files) == 0) {
    context.Note(fmt::format("The lab is not running (state in {}). Start it with: elastilab up", context.files.data_dir));
    return kExitNotFound;
  }
  ASSIGN_OR_RETURN(const auto lab, GetLab(context));
  RETURN_IF_ERROR(context.PrintAnswer(lab, format, LabText(lab, context.io.style)));
  return kExitOk;
}

StatusOr<int> Doctor(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  const auto saved = LoadSettings(context.files);
  const auto checks = RunDoctor(context.files, saved.ok() ? *saved : LabSettings());
  bool good = true;
  for (const Check& check : checks) good = good && check.verdict != Verdict::kBad;
  if (format == OutputFormat::kDrawn) {
    context.Print(DoctorText(checks, context.io.style));
    return good ? kExitOk : kExitFailure;
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Check& check : checks) {
    const char* verdict = check.verdict == Verdict::kGood ? "good" : check.verdict == Verdict::kBad ? "bad" : "warning";
    list.push_back({{"Check", check.what}, {"Verdict", verdict}, {"Detail", check.detail}, {"Fix", check.fix}});
  }
  RETURN_IF_ERROR(context.PrintAnswer(nlohmann::ordered_json{{"Checks", list}}, format));
  return good ? kExitOk : kExitFailure;
}

StatusOr<int> Env(Context& context) {
  const auto saved = LoadSettings(context.files);
  if (!saved.ok() && saved.status().code() != absl::StatusCode::kNotFound) return saved.status();
  const std::string shell = context.args.Get("shell", "bash");
  context.Print(EnvText(context.files, saved.ok() ? *saved : LabSettings(), shell));
  if (context.io.out_is_terminal) {
    context.Note(shell == "fish" ? "# run: elastilab env --shell fish | source" : "# run: eval \"$(elastilab env)\"");
  }
  return kExitOk;
}

CommandSpec UpSpec() {
  return {.name = "up",
          .group = "The lab",
          .summary = "Start the control plane and an agent in each zone; what was there comes back.",
          .details = "Settings are remembered: the next `up` takes them again.",
          .flags = {{.name = "grpc-port", .value = "PORT", .help = "gRPC API. Default 4567."},
                    {.name = "http-port", .value = "PORT", .help = "AWS Query API. Default 4566."},
                    {.name = "dns-port", .value = "PORT", .help = "DNS responder. Default 4553."},
                    {.name = "zones", .kind = FlagKind::kList, .value = "ZONE",
                     .help = "Default us-east-1a,us-east-1b,us-east-1c."},
                    {.name = "subnet-base", .value = "N",
                     .help = "Nodes of the first zone are 127.N.x.y, of the second 127.(N+1).x.y; endpoints "
                             "127.(N-1).x.y. Default 31. A second lab on this host takes another."},
                    {.name = "endpoint-style", .value = "STYLE",
                     .help = "Whether Describe shows endpoints as addresses or as DNS names. Default address.",
                     .choices = {"address", "dns"}},
                    {.name = "tls", .kind = FlagKind::kToggle,
                     .help = "AWS Query API over https, with a certificate of the lab's own, which `elastilab env` makes "
                             "AWS tools trust."},
                    {.name = "tls-cert", .value = "FILE", .help = "With a certificate chain of yours (PEM)."},
                    {.name = "tls-key", .value = "FILE", .help = "Its private key (PEM)."},
                    {.name = "quota-factor", .value = "N",
                     .help = "The service's quotas (300 nodes in a Region, …) times this. Default 1."},
                    {.name = "signature-skew", .value = "TIME",
                     .help = "How far a signed request's time may be from the host's clock. Default 5m."},
                    {.name = "timeout", .value = "TIME", .help = "How long to wait until it is ready. Default 30s."}}};
}

}  // namespace

std::vector<Command> LabCommands() {
  return {
      {UpSpec(), Up},
      {{.name = "down",
        .group = "The lab",
        .summary = "Stop every process of the lab in good order; its state stays.",
        .flags = {{.name = "timeout", .value = "TIME",
                   .help = "Engines that have not stopped after this are started again, and the lab goes on. Default 30s."},
                  {.name = "force", .kind = FlagKind::kSwitch,
                   .help = "After the time-out stop everything by signals, kill -9 in the end: what is in memory only is lost."}}},
       Down},
      {{.name = "status", .group = "The lab", .answers = true, .summary = "Zones, agents, counts. Exit code 3 when it is not running."},
       ShowStatus},
      {{.name = "doctor", .group = "The lab", .answers = true, .summary = "Check what a lab needs here, and say how to fix what is missing."},
       Doctor},
      {{.name = "env",
        .group = "The lab",
        .summary = "Exports for the aws CLI and SDKs: eval \"$(elastilab env)\".",
        .flags = {{.name = "shell", .value = "SHELL", .help = "Default bash.",
                   .choices = {"bash", "zsh", "sh", "fish"}}}},
       Env},
  };
}

}  // namespace elastilab
