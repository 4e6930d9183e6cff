#include "dataplane/config/memcached_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "dataplane/config/checks.h"

namespace elastilab {
namespace {

enum class As {
  kSkip,         // the service's own, or handled by name below
  kNumber,       // <flag> <number>
  kDecimal,      // <flag> <number with a fraction>
  kFlagIfSet,    // <flag> when 1
  kFlagIfUnset,  // <flag> when 0
  kOption,       // -o <name>=<number>
  kOptionIfSet,  // -o <name> when 1
  kProtocol,     // -B auto|binary|ascii
  kHash,         // -o hash_algorithm=…
};

struct Rule {
  std::string_view parameter;
  As as;
  std::string_view flag = {};
};

constexpr Rule kRules[] = {
    {"backlog_queue_limit", As::kNumber, "-b"},
    {"binding_protocol", As::kProtocol, "-B"},
    {"cas_disabled", As::kFlagIfSet, "-C"},
    {"chunk_size", As::kNumber, "-n"},
    {"chunk_size_growth_factor", As::kDecimal, "-f"},
    {"config_max", As::kSkip},
    {"config_size_max", As::kSkip},
    {"disable_flush_all", As::kFlagIfSet, "-F"},
    {"error_on_memory_exhausted", As::kFlagIfSet, "-M"},
    {"expirezero_does_not_evict", As::kSkip},
    {"hash_algorithm", As::kHash, "hash_algorithm"},
    {"hashpower_init", As::kOption, "hashpower"},
    {"idle_timeout", As::kOption, "idle_timeout"},
    {"inline_ascii_resp", As::kSkip},
    {"large_memory_pages", As::kFlagIfSet, "-L"},
    {"lock_down_paged_memory", As::kFlagIfSet, "-k"},
    {"lru_crawler", As::kOptionIfSet, "lru_crawler"},
    {"lru_maintainer", As::kOptionIfSet, "lru_maintainer"},
    {"max_cache_memory", As::kSkip},
    {"max_item_size", As::kSkip},                 // Sizes()
    {"max_simultaneous_connections", As::kSkip},  // Connections()
    {"maxconns_fast", As::kOptionIfSet, "maxconns_fast"},
    {"maximize_core_file_limit", As::kFlagIfSet, "-r"},
    {"memcached_connections_overhead", As::kSkip},
    {"modern", As::kSkip},
    {"no_modern", As::kSkip},  // first of the options, since it resets others
    {"num_threads", As::kSkip},
    {"requests_per_event", As::kNumber, "-R"},
    {"slab_automove", As::kOption, "slab_automove"},
    {"slab_chunk_max", As::kSkip},  // Sizes()
    {"slab_reassign", As::kOptionIfSet, "slab_reassign"},
    {"track_sizes", As::kOptionIfSet, "track_sizes"},
    {"watch", As::kFlagIfUnset, "-W"},
    {"watcher_logbuf_size", As::kOption, "watcher_logbuf_size"},
    // memcached 1.6.18 takes its value for a list of slab sizes as well: every larger item would fill a whole page.
    {"worker_logbuf_size", As::kSkip},
};

std::optional<int64_t> Number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool IsDecimal(const std::string& text) {
  return !text.empty() && text.front() != '.' && text.size() < 16 &&
         text.find_first_not_of("0123456789.") == std::string::npos && std::count(text.begin(), text.end(), '.') <= 1;
}

Status BadValue(const std::string& parameter, const std::string& value) {
  return absl::InvalidArgumentError(fmt::format("parameter {}: '{}' is not a value of its type", parameter, value));
}

// The parameters of one node, with the arguments they become.
class Arguments {
 public:
  explicit Arguments(const LaunchSpec& launch) : launch_(launch) {}

  Status Translate() {
    if (Given("no_modern").value_or(0) == 1) options_.push_back("no_modern");
    for (const auto& [parameter, value] : launch_.parameters) {
      const auto* rule =
          std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& r) { return r.parameter == parameter; });
      if (rule == std::end(kRules))
        return absl::InvalidArgumentError(fmt::format("there is no parameter {}", parameter));
      RETURN_IF_ERROR(Translate(*rule, parameter, value));
    }
    return absl::OkStatus();
  }

  void Connections(int most) {
    const int64_t wanted = Given("max_simultaneous_connections").value_or(65000);
    Add("-c", std::clamp<int64_t>(wanted, 3, most));
  }

  // memcached wants: item ≤ memory/2, chunk ≤ item, chunk divides item.
  void Sizes() {
    constexpr int64_t kMegabyte = 1 << 20;
    const int64_t memory = std::max<int64_t>(launch_.max_memory_bytes / kMegabyte, 2);
    const int64_t largest = memory * kMegabyte / 2;
    int64_t item = std::clamp<int64_t>(Given("max_item_size").value_or(kMegabyte), 1024, largest);
    int64_t chunk = std::clamp<int64_t>(Given("slab_chunk_max").value_or(kMegabyte / 2), 512, kMegabyte / 2);
    chunk = std::min(chunk, item);
    item = item % chunk == 0 ? item : (item / chunk + 1) * chunk;
    if (item > largest) item = largest / chunk * chunk;
    Add("-m", memory);
    Add("-I", item);
    options_.push_back(fmt::format("slab_chunk_max={}", chunk));
  }

  template <class Value>
  void Add(std::string_view flag, const Value& value) {
    words_.emplace_back(flag);
    words_.push_back(fmt::format("{}", value));
  }

  std::vector<std::string> Take() {
    if (!options_.empty()) Add("-o", fmt::format("{}", fmt::join(options_, ",")));
    return std::move(words_);
  }

 private:
  std::optional<int64_t> Given(const std::string& parameter) const {
    const auto it = launch_.parameters.find(parameter);
    return it == launch_.parameters.end() ? std::nullopt : Number(it->second);
  }

  Status Translate(const Rule& rule, const std::string& parameter, const std::string& value) {
    switch (rule.as) {
      case As::kDecimal:
        if (!IsDecimal(value)) return BadValue(parameter, value);
        Add(rule.flag, value);
        return absl::OkStatus();
      case As::kProtocol:
        if (value != "auto" && value != "binary" && value != "ascii") return BadValue(parameter, value);
        Add(rule.flag, value);
        return absl::OkStatus();
      case As::kHash:
        if (value != "jenkins" && value != "murmur3") return BadValue(parameter, value);
        options_.push_back(fmt::format("{}={}", rule.flag, value));
        return absl::OkStatus();
      default:
        return TranslateNumber(rule, parameter, value);
    }
  }

  Status TranslateNumber(const Rule& rule, const std::string& parameter, const std::string& value) {
    const std::optional<int64_t> number = Number(value);
    if (!number) return BadValue(parameter, value);
    switch (rule.as) {
      case As::kNumber:
        Add(rule.flag, *number);
        break;
      case As::kOption:
        options_.push_back(fmt::format("{}={}", rule.flag, *number));
        break;
      case As::kFlagIfSet:
        if (*number == 1) words_.emplace_back(rule.flag);
        break;
      case As::kFlagIfUnset:
        if (*number == 0) words_.emplace_back(rule.flag);
        break;
      case As::kOptionIfSet:
        if (*number == 1) options_.emplace_back(rule.flag);
        break;
      default:
        break;
    }
    return absl::OkStatus();
  }

  const LaunchSpec& launch_;
  std::vector<std::string> words_;
  std::vector<std::string> options_;  // of -o
};

std::string Listen(const std::string& address, int port) {
  const bool v6 = address.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

}  // namespace

StatusOr<std::vector<std::string>> RenderMemcachedArguments(const LaunchSpec& launch,
                                                            const std::vector<std::string>& endpoints,
                                                            const MemcachedHost& host) {
  RETURN_IF_ERROR(CheckAddress("address", launch.address));
  RETURN_IF_ERROR(CheckPort("port", launch.port));
  Arguments arguments(launch);
  arguments.Add("-l", Listen(launch.address, launch.port));
  for (const std::string& endpoint : endpoints) {
    RETURN_IF_ERROR(CheckAddress("endpoint", endpoint));
    arguments.Add("-l", Listen(endpoint, launch.port));
  }
  arguments.Add("-p", launch.port);
  arguments.Add("-U", 0);
  if (host.root) arguments.Add("-u", "nobody");
  arguments.Add("-t", std::clamp(launch.threads, 1, 64));
  arguments.Connections(host.most_connections);
  RETURN_IF_ERROR(arguments.Translate());
  arguments.Sizes();
  return arguments.Take();
}

}  // namespace elastilab
