#include "cli/commands/lab_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cli/commands/failover_text.h"
#include "cli/output/table.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {

std::string WhereThingsAre(const LabFiles& files, const LabSettings& settings, const Style& style) {
  std::string text;
  const auto line = [&](const char* what, const std::string& where) {
    text += fmt::format("  {} {}\n", style.Bold(FitTo(what, 10)), where);
  };
  line("zones", fmt::format("{}", fmt::join(settings.zones, ", ")));
  if (settings.http_port != 0) line("AWS API", settings.api_url());
  line("gRPC", fmt::format("127.0.0.1:{}  (and {})", settings.grpc_port, files.socket()));
  line("DNS", fmt::format("127.0.0.1:{}", settings.dns_port));
  line("state", files.data_dir);
  line("log", files.log());
  text += "Next: elastilab create-cluster demo --engine redis --replicas 2 --multi-az\n";
  return text;
}

std::string LabText(const admin::v1::GetLabResponse& lab, const Style& style) {
  std::string text = fmt::format("The lab is {}: elastilabd {} (pid {}) since {} UTC\n", lab.suspended() ? style.Yellow("going down") : style.Green("up"), lab.version(),
                                 lab.pid(), TimeText(lab.started_at()));
  text += fmt::format("  region {} · account {} · {} replication groups · {} cache clusters · nodes ready {}/{}\n",
                      lab.region(), lab.account(), lab.replication_groups(), lab.cache_clusters(), lab.nodes_ready(),
                      lab.nodes());
  text += fmt::format("  gRPC {} · DNS {} · AWS Query API {}\n", lab.grpc_address(),
                      lab.dns_address().empty() ? "off" : lab.dns_address(),
                      lab.http_address().empty() ? "off" : lab.http_address());
  text += fmt::format("  state in {}\n", lab.data_dir());
  for (const std::string& problem : lab.problems()) text += fmt::format("  {} {}\n", style.Red("problem:"), problem);
  text += "\n";
  TextTable table({"ZONE", "STATUS", "AGENT", "PID", "NODES READY", "ENGINES"});
  for (const auto& zone : lab.zones()) {
    std::string engines;
    for (const auto& engine : zone.engines()) {
      engines += fmt::format("{}{} {}", engines.empty() ? "" : ", ", engine.family(), engine.version());
    }
    table.Add({zone.name(), style.State(zone.status()),
               zone.agent_connected() ? style.Green("connected") : style.Red("away"),
               zone.agent_pid() > 0 ? std::to_string(zone.agent_pid()) : "",
               fmt::format("{}/{}", zone.nodes_ready(), zone.nodes()), engines});
  }
  return text + table.Text(style);
}

std::string DoctorText(const std::vector<Check>& checks, const Style& style) {
  std::string text;
  int bad = 0;
  for (const Check& check : checks) {
    const bool good = check.verdict == Verdict::kGood;
    if (check.verdict == Verdict::kBad) ++bad;
    const std::string mark = good ? style.Green("✓") : check.verdict == Verdict::kBad ? style.Red("✗") : style.Yellow("–");
    text += fmt::format("{} {}: {}\n", mark, check.what, check.detail);
    if (!good && !check.fix.empty()) text += fmt::format("    {}\n", check.fix);
  }
  return text + (bad == 0 ? "All that a lab needs is here.\n"
                          : fmt::format("{} thing{} to fix.\n", bad, bad == 1 ? "" : "s"));
}

namespace {

// As one word for sh and fish; plain words stay plain.
std::string ShellQuoted(const std::string& text) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::string_view("_-./:@").find(c) != std::string_view::npos; };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string EnvText(const LabFiles& files, const LabSettings& settings, const std::string& shell) {
  const std::string url = settings.api_url();
  std::vector<std::pair<const char*, std::string>> variables = {
      {"AWS_ENDPOINT_URL", url},         {"AWS_ENDPOINT_URL_ELASTICACHE", url}, {"AWS_ACCESS_KEY_ID", "test"},
      {"AWS_SECRET_ACCESS_KEY", "test"}, {"AWS_DEFAULT_REGION", settings.region()}, {"AWS_REGION", settings.region()},
  };
  if (settings.tls && settings.tls_certificate.empty()) variables.emplace_back("AWS_CA_BUNDLE", files.authority());
  // Else the token or profile of a real account goes with the lab's key.
  constexpr char kInTheWay[] = "AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE";
  std::string text = fmt::format("{} {}\n", shell == "fish" ? "set -e" : "unset", kInTheWay);
  for (const auto& [name, value] : variables) {
    const std::string quoted = ShellQuoted(value);
    text += shell == "fish" ? fmt::format("set -gx {} {}\n", name, quoted) : fmt::format("export {}={}\n", name, quoted);
  }
  // The aws CLI reads AWS_ENDPOINT_URL from 2.13 on; Debian 12 has 2.9.
  if (shell == "fish") return text + fmt::format("function aws; command aws --endpoint-url {} $argv; end\n", url);
  return text + fmt::format("aws() {{ command aws --endpoint-url {} \"$@\"; }}\n", url);
}

}  // namespace elastilab
