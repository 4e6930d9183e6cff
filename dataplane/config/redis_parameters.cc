#include "dataplane/config/redis_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "dataplane/engine/version.h"

namespace elastilab {
namespace {

enum class Use {
  kRuntime,
  kStartup,
  kSkip,         // acted upon elsewhere, or without a counterpart in the engine
  kOutputLimit,  // one part of client-output-buffer-limit
};

struct Rule {
  std::string_view parameter;
  Use use = Use::kRuntime;
  std::string_view directive = {};  // empty: same name
  ProgramVersion since = {};         // first version of either family that knows it
};

constexpr ProgramVersion kValkey81{8, 1, 0};

// Engines older than 7.0 are refused before this table is read, so `since` starts above that.
constexpr Rule kRules[] = {
    {"acl-pubsub-default"},
    {"acllog-max-len"},
    {"active-defrag-cycle-max"},
    {"active-defrag-cycle-min"},
    {"active-defrag-ignore-bytes"},
    {"active-defrag-max-scan-fields"},
    {"active-defrag-threshold-lower"},
    {"active-defrag-threshold-upper"},
    {"active-expire-effort"},
    {"activedefrag", Use::kSkip},
    {"activerehashing"},
    {"appendfsync"},
    {"appendonly"},
    {"client-output-buffer-limit-normal-hard-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-normal-soft-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-normal-soft-seconds", Use::kOutputLimit},
    {"client-output-buffer-limit-pubsub-hard-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-pubsub-soft-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-pubsub-soft-seconds", Use::kOutputLimit},
    {"client-output-buffer-limit-replica-hard-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-replica-soft-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-replica-soft-seconds", Use::kOutputLimit},
    {"client-output-buffer-limit-slave-hard-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-slave-soft-limit", Use::kOutputLimit},
    {"client-output-buffer-limit-slave-soft-seconds", Use::kOutputLimit},
    {"client-query-buffer-limit"},
    {"close-on-replica-write", Use::kSkip},
    {"close-on-slave-write", Use::kSkip},
    {"cluster-allow-pubsub-shard-when-down", Use::kRuntime, "cluster-allow-pubsubshard-when-down"},
    {"cluster-allow-pubsubshard-when-down"},
    {"cluster-allow-reads-when-down"},
    {"cluster-enabled", Use::kStartup},
    {"cluster-preferred-endpoint-type"},
    {"cluster-require-full-coverage"},
    {"commandlog-large-reply-max-len", Use::kRuntime, "", kValkey81},
    {"commandlog-large-request-max-len", Use::kRuntime, "", kValkey81},
    {"commandlog-reply-larger-than", Use::kRuntime, "", kValkey81},
    {"commandlog-request-larger-than", Use::kRuntime, "", kValkey81},
    {"databases", Use::kStartup},
    {"hash-max-listpack-entries"},
    {"hash-max-listpack-value"},
    {"hash-max-ziplist-entries"},
    {"hash-max-ziplist-value"},
    {"hll-sparse-max-bytes"},
    {"latency-tracking"},
    {"lazyfree-lazy-eviction"},
    {"lazyfree-lazy-expire"},
    {"lazyfree-lazy-server-del"},
    {"lazyfree-lazy-user-del"},
    {"lfu-decay-time"},
    {"lfu-log-factor"},
    {"list-compress-depth"},
    {"list-max-listpack-size"},
    {"list-max-ziplist-entries", Use::kSkip},
    {"list-max-ziplist-size"},
    {"list-max-ziplist-value", Use::kSkip},
    {"lua-replicate-commands", Use::kSkip},
    {"lua-time-limit"},
    {"maxclients"},
    {"maxmemory"},
    {"maxmemory-policy"},
    {"maxmemory-samples"},
    {"min-replicas-max-lag"},
    {"min-replicas-to-write"},
    {"min-slaves-max-lag"},
    {"min-slaves-to-write"},
    {"notify-keyspace-events"},
    {"proto-max-bulk-len"},
    {"rename-commands", Use::kSkip},
    {"repl-backlog-size"},
    {"repl-backlog-ttl"},
    {"repl-timeout", Use::kSkip},
    {"replica-allow-chaining", Use::kSkip},
    {"replica-ignore-maxmemory"},
    {"replica-lazy-flush"},
    {"reserved-memory", Use::kSkip},
    {"reserved-memory-percent", Use::kSkip},
    {"set-max-intset-entries"},
    {"slave-allow-chaining", Use::kSkip},
    {"slave-lazy-flush"},
    {"slowlog-log-slower-than"},
    {"slowlog-max-len"},
    {"stream-node-max-bytes"},
    {"stream-node-max-entries"},
    {"tcp-keepalive"},
    {"timeout"},
    {"tracking-table-max-keys"},
    {"zset-max-listpack-entries"},
    {"zset-max-listpack-value"},
    {"zset-max-ziplist-entries"},
    {"zset-max-ziplist-value"},
};

const Rule* FindRule(std::string_view parameter) {
  static constexpr Rule kSearchModule{"search-*", Use::kSkip};
  if (parameter.starts_with("search-")) return &kSearchModule;  // of valkey's search module, which nobody packages
  const auto* rule =
      std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& r) { return r.parameter == parameter; });
  return rule == std::end(kRules) ? nullptr : rule;
}

Status CheckValue(const std::string& parameter, const std::string& value) {
  const bool printable =
      std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
  if (printable) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("the value of parameter {} holds a control character", parameter));
}

// Collects the parts of client-output-buffer-limit; a class with any part given is written in full, the others filled
// with the engine's defaults.
class OutputLimits {
 public:
  void Set(std::string_view parameter, const std::string& value) {
    constexpr std::string_view kPrefix = "client-output-buffer-limit-";
    const std::string_view rest = parameter.substr(kPrefix.size());
    const std::string_view client_class = rest.substr(0, rest.find('-'));
    const std::string_view part = rest.substr(client_class.size() + 1);
    for (Class& c : classes_) {
      const bool same = c.name == client_class || (c.name == "replica" && client_class == "slave");
      if (!same) continue;
      c.given = true;
      c.words[part == "hard-limit" ? 0 : part == "soft-limit" ? 1 : 2] = value;
    }
  }

  std::optional<RedisDirective> Directive() const {
    std::string value;
    for (const Class& c : classes_) {
      if (!c.given) continue;
      value += fmt::format("{}{} {} {} {}", value.empty() ? "" : " ", c.name, c.words[0], c.words[1], c.words[2]);
    }
    if (value.empty()) return std::nullopt;
    return RedisDirective{"client-output-buffer-limit", value};
  }

 private:
  struct Class {
    std::string_view name;
    std::array<std::string, 3> words;
    bool given = false;
  };
  Class classes_[3] = {{"normal", {"0", "0", "0"}},
                       {"replica", {"268435456", "67108864", "60"}},
                       {"pubsub", {"33554432", "8388608", "60"}}};
};

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "tls-dynamic" is the service's own: without TLS it means the address.
std::string EngineValue(std::string_view parameter, const std::string& value) {
  if (parameter == "cluster-preferred-endpoint-type" && value == "tls-dynamic") return "ip";
  return value;
}

}  // namespace

StatusOr<RedisParameters> TranslateRedisParameters(const std::map<std::string, std::string>& parameters,
                                                   EngineFamily /*family*/, const std::string& engine_version) {
  const ProgramVersion version = ProgramVersion::Parse(engine_version).value_or(ProgramVersion{});
  RedisParameters translated;
  OutputLimits limits;
  for (const auto& [parameter, value] : parameters) {
    const Rule* rule = FindRule(parameter);
    if (rule == nullptr) return absl::InvalidArgumentError(fmt::format("there is no parameter {}", parameter));
    RETURN_IF_ERROR(CheckValue(parameter, value));
    if (rule->use == Use::kSkip || version < rule->since) continue;
    if (rule->use == Use::kOutputLimit) {
      if (!IsNumber(value)) return absl::InvalidArgumentError(fmt::format("{}: {} is not a number", parameter, value));
      limits.Set(parameter, value);
      continue;
    }
    if (parameter == "appendonly") translated.append_only = value == "yes";
    auto& list = rule->use == Use::kStartup ? translated.startup : translated.runtime;
    list.push_back(
        {std::string(rule->directive.empty() ? rule->parameter : rule->directive), EngineValue(parameter, value)});
  }
  if (auto directive = limits.Directive()) translated.runtime.push_back(*std::move(directive));
  return translated;
}

}  // namespace elastilab
