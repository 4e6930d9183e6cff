#include "dataplane/config/redis_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "dataplane/config/checks.h"
#include "dataplane/config/redis_parameters.h"
#include "dataplane/engine/version.h"

namespace elastilab {
namespace {

constexpr size_t kMostBoundAddresses = 16;  // CONFIG_BINDADDR_MAX

// Collects lines of quoted words.
class Lines {
 public:
  template <class... Words>
  void Add(std::string_view directive, const Words&... words) {
    text_ += directive;
    ((text_ += " " + QuoteRedisWord(fmt::format("{}", words))), ...);
    text_ += "\n";
  }
  void AddWords(std::string_view directive, const std::vector<std::string>& words) {
    text_ += directive;
    for (const std::string& word : words) text_ += " " + QuoteRedisWord(word);
    text_ += "\n";
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// Only takes away: "-config", "-cluster|meet", "-@dangerous".
Status CheckWithheld(const std::string& rule) {
  const bool plain = rule.size() > 1 && rule.front() == '-' &&
                     rule.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789|_@-", 1) == std::string::npos;
  if (plain) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("withheld command '{}' is not a rule of the form -command", rule));
}

Status CheckSpec(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary, const NodePaths& paths) {
  const auto version = ProgramVersion::Parse(binary.version);
  if (!version || *version < ProgramVersion{7, 0, 0}) {
    return absl::InvalidArgumentError(
        fmt::format("{} is version {}: 7.0 or newer is needed, older ones cannot change their "
                    "addresses while they run",
                    binary.path, binary.version));
  }
  RETURN_IF_ERROR(CheckAddress("address", launch.address));
  RETURN_IF_ERROR(CheckPort("port", launch.port));
  for (const std::string& endpoint : live.endpoints) RETURN_IF_ERROR(CheckAddress("endpoint", endpoint));
  if (live.follow) {
    RETURN_IF_ERROR(CheckAddress("primary", live.follow->address));
    RETURN_IF_ERROR(CheckPort("primary's port", live.follow->port));
  }
  for (const std::string& rule : launch.withheld_commands) RETURN_IF_ERROR(CheckWithheld(rule));
  if (launch.control_password.empty() || launch.replication_password.empty()) {
    return absl::InvalidArgumentError(fmt::format("{}: the engine's passwords are missing", launch.name));
  }
  if (live.role == NodeRole::kNone) return absl::InvalidArgumentError(fmt::format("{}: no role", launch.name));
  if (BoundAddresses(launch, live.endpoints).size() > kMostBoundAddresses) {
    return absl::InvalidArgumentError(fmt::format("{}: more than {} addresses", launch.name, kMostBoundAddresses));
  }
  return paths.socket.empty() ? absl::InvalidArgumentError("no path for the engine's socket") : absl::OkStatus();
}

void AddPlaces(const LaunchSpec& launch, const LiveSpec& live, const NodePaths& paths, Lines& lines) {
  lines.AddWords("bind", BoundAddresses(launch, EndpointsAtLaunch(live)));
  lines.Add("port", launch.port);
  lines.Add("unixsocket", paths.socket);
  lines.Add("unixsocketperm", 700);
  lines.Add("bind-source-addr", launch.address);
  lines.Add("protected-mode", "no");  // access is by address and ACL
  lines.Add("dir", paths.data_dir);
  lines.Add("daemonize", "no");
  lines.Add("logfile", "");  // stdout is captured
  lines.Add("always-show-logo", "no");
  // Shown by ps. The template has a syntax of its own, so a name with other characters stays out of it.
  const bool plain = launch.name.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == std::string::npos;
  if (plain) lines.Add("proc-title-template", fmt::format("{{title}} {{listen-addr}} {}", launch.name));
}

void AddPersistence(const LaunchSpec& launch, Lines& lines) {
  lines.Add("save", "");
  lines.Add("stop-writes-on-bgsave-error", "no");
  lines.Add("rdb-del-sync-files", "yes");
  if (!launch.parameters.contains("maxmemory")) lines.Add("maxmemory", std::max<int64_t>(launch.max_memory_bytes, 0));
  lines.Add("shutdown-timeout", 1);  // seconds to wait for replicas that lag
}

void AddReplication(const LaunchSpec& launch, const LiveSpec& live, Lines& lines) {
  // By way of a file: with redis 7.0 a small data set that is streamed arrives so fast that the replica's
  // acknowledgement comes before the primary has noticed its child's end, and is lost. The next is a second away, and
  // until then nothing written is passed on, although both sides call the link up. Measured, REPLICAOF to the first
  // write seen on the replica: streamed 930–1010 ms (link "up" after 4–11), by file 25–115 ms.
  lines.Add("repl-diskless-sync", "no");
  lines.Add("repl-diskless-sync-delay", 0);
  lines.Add("repl-diskless-load", "on-empty-db");
  lines.Add("repl-ping-replica-period", 1);
  lines.Add("repl-timeout", 10);
  lines.Add("masteruser", kReplicationUser);
  lines.Add("masterauth", launch.replication_password.Reveal());
  if (live.role != NodeRole::kReplica) return;
  const HostPort primary = live.follow.value_or(HostPort{launch.address, kNoPrimaryPort});
  lines.Add("replicaof", primary.address, primary.port);
  lines.Add("replica-serve-stale-data", live.follow ? "yes" : "no");
}

void AddUsers(const LaunchSpec& launch, Lines& lines) {
  lines.Add("user", kControlUser, "on", "#" + Sha256Hex(launch.control_password.Reveal()), "~*", "&*", "+@all");
  lines.Add("user", kReplicationUser, "on", "#" + Sha256Hex(launch.replication_password.Reveal()), "resetchannels",
            "-@all", "+psync", "+replconf", "+ping", "+info");
  std::vector<std::string> words = {"default", "on", "nopass", "~*", "&*", "+@all"};
  words.insert(words.end(), launch.withheld_commands.begin(), launch.withheld_commands.end());
  lines.AddWords("user", words);
}

void AddParameters(const RedisParameters& parameters, Lines& lines) {
  for (const auto* list : {&parameters.startup, &parameters.runtime}) {
    for (const RedisDirective& directive : *list) {
      if (directive.name == "client-output-buffer-limit") {
        lines.AddWords(directive.name, SplitWords(directive.value));
      } else {
        lines.Add(directive.name, directive.value);
      }
    }
  }
}

}  // namespace

std::string QuoteRedisWord(std::string_view word) {
  std::string quoted = "\"";
  for (const unsigned char c : word) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += static_cast<char>(c);
    } else if (c < 0x20 || c >= 0x7f) {
      quoted += fmt::format("\\x{:02x}", c);
    } else {
      quoted += static_cast<char>(c);
    }
  }
  return quoted + "\"";
}

std::vector<std::string> BoundAddresses(const LaunchSpec& launch, const std::vector<std::string>& endpoints) {
  std::vector<std::string> bound = {launch.address};
  for (const std::string& endpoint : endpoints) {
    if (std::find(bound.begin(), bound.end(), endpoint) == bound.end()) bound.push_back(endpoint);
  }
  return bound;
}

std::vector<std::string> EndpointsAtLaunch(const LiveSpec& live) {
  return live.role == NodeRole::kPrimary ? live.endpoints : std::vector<std::string>{};
}

StatusOr<std::string> RenderRedisConfig(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                                        const NodePaths& paths) {
  RETURN_IF_ERROR(CheckSpec(launch, live, binary, paths));
  ASSIGN_OR_RETURN(const RedisParameters parameters,
                   TranslateRedisParameters(launch.parameters, binary.family, binary.version));
  Lines lines;
  AddPlaces(launch, live, paths, lines);
  AddPersistence(launch, lines);
  AddParameters(parameters, lines);
  AddReplication(launch, live, lines);
  AddUsers(launch, lines);
  return lines.Take();
}

}  // namespace elastilab
