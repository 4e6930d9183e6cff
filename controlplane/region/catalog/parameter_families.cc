#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "controlplane/region/catalog/parameter_rows.h"

namespace elastilab {
namespace {

constexpr std::string_view kDefaultPrefix = "default.";
constexpr std::string_view kClusterSuffix = ".cluster.on";

Parameter FromRow(const ParameterRow& row, const std::string& family_minimum) {
  const bool reboot =
      row.change == Change::kAtReboot || row.change == Change::kNeverReboot || row.change == Change::kWhileUnused;
  return {.name = row.name,
          .default_value = row.default_value,
          .data_type = row.data_type,
          .allowed_values = row.allowed_values,
          .modifiable = row.change == Change::kNow || row.change == Change::kAtReboot,
          .modifiable_while_unused = row.change == Change::kWhileUnused,
          .requires_reboot = reboot,
          .minimum_engine_version =
              *row.minimum_engine_version == '\0' ? family_minimum : std::string(row.minimum_engine_version),
          .description = row.description};
}

std::vector<ParameterFamily> BuildFamilies() {
  std::vector<ParameterFamily> families = MemcachedFamilies();
  for (auto& family : RedisFamilies()) families.push_back(std::move(family));
  const ParameterFamily redis7 = families.back();
  for (auto& family : ValkeyFamilies(redis7)) families.push_back(std::move(family));
  return families;
}

std::vector<std::string> BuildDefaultGroups() {
  std::vector<std::string> names;
  for (const ParameterFamily& family : ParameterFamilies()) {
    names.push_back(DefaultParameterGroup(family.name, false));
    if (HasClusterMode(family)) names.push_back(DefaultParameterGroup(family.name, true));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Parameter NodeTypeParameterOf(const ParameterFamily& family, std::string_view name, std::string_view description) {
  return {.name = std::string(name),
          .default_value = "",
          .data_type = "integer",
          .allowed_values = "0-",
          .modifiable = false,
          .modifiable_while_unused = false,
          .requires_reboot = true,
          .minimum_engine_version = family.parameters.front().minimum_engine_version,
          .description = std::string(description)};
}

template <typename Figure>
NodeTypeParameter WithValues(Parameter parameter, Figure figure) {
  NodeTypeParameter result{.parameter = std::move(parameter), .values = {}};
  for (const NodeType& type : NodeTypes()) {
    if (const int64_t value = figure(type); value > 0) result.values.emplace_back(type.name, value);
  }
  return result;
}

}  // namespace

FamilyBuilder::FamilyBuilder(std::string_view name, Engine engine, std::string_view minimum_engine_version)
    : family_{.name = std::string(name), .engine = engine, .parameters = {}}, minimum_(minimum_engine_version) {}

FamilyBuilder::FamilyBuilder(std::string_view name, Engine engine, std::string_view minimum_engine_version,
                             const ParameterFamily& base)
    : FamilyBuilder(name, engine, minimum_engine_version) {
  family_.parameters = base.parameters;
  for (Parameter& p : family_.parameters) p.minimum_engine_version = minimum_;
}

Parameter& FamilyBuilder::Get(std::string_view name) {
  auto& all = family_.parameters;
  const auto it = std::find_if(all.begin(), all.end(), [&](const Parameter& p) { return p.name == name; });
  assert(it != all.end());
  return *it;
}

FamilyBuilder& FamilyBuilder::Add(std::span<const ParameterRow> rows) {
  for (const ParameterRow& row : rows) {
    std::erase_if(family_.parameters, [&](const Parameter& p) { return p.name == row.name; });
    family_.parameters.push_back(FromRow(row, minimum_));
  }
  return *this;
}

FamilyBuilder& FamilyBuilder::Remove(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    std::erase_if(family_.parameters, [&](const Parameter& p) { return p.name == name; });
  }
  return *this;
}

FamilyBuilder& FamilyBuilder::Rename(std::string_view from, std::string_view to) {
  Get(from).name = to;
  return *this;
}

FamilyBuilder& FamilyBuilder::Default(std::string_view name, std::string_view value) {
  Get(name).default_value = value;
  return *this;
}

FamilyBuilder& FamilyBuilder::Allow(std::string_view name, std::string_view allowed_values) {
  Get(name).allowed_values = allowed_values;
  return *this;
}

ParameterFamily FamilyBuilder::Build() {
  std::sort(family_.parameters.begin(), family_.parameters.end(),
            [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  return std::move(family_);
}

const std::vector<ParameterFamily>& ParameterFamilies() {
  static const auto& families = *new std::vector<ParameterFamily>(BuildFamilies());
  return families;
}

const ParameterFamily* FindParameterFamily(std::string_view name) {
  for (const ParameterFamily& family : ParameterFamilies()) {
    if (family.name == name) return &family;
  }
  return nullptr;
}

const Parameter* FindParameter(const ParameterFamily& family, std::string_view name) {
  const auto& all = family.parameters;
  const auto it = std::lower_bound(all.begin(), all.end(), name,
                                   [](const Parameter& p, std::string_view wanted) { return p.name < wanted; });
  return it == all.end() || it->name != name ? nullptr : &*it;
}

std::vector<NodeTypeParameter> NodeTypeParameters(const ParameterFamily& family) {
  if (family.engine == Engine::kMemcached) {
    return {WithValues(NodeTypeParameterOf(family, "max_cache_memory", "Megabytes of memory the node has for items."),
                       [](const NodeType& t) { return int64_t{t.memcached_megabytes}; }),
            WithValues(NodeTypeParameterOf(family, "num_threads", "How many worker threads the engine runs."),
                       [](const NodeType& t) { return int64_t{t.memcached_threads}; })};
  }
  // A type only valkey runs on says nothing to redis users.
  const auto offered = [engine = family.engine](const NodeType& t) {
    return engine == Engine::kValkey || !t.valkey_only;
  };
  const auto limit = [&](const NodeType& t) { return offered(t) ? t.replica_buffer_limit : 0; };
  const bool new_words = FindParameter(family, "min-replicas-max-lag") != nullptr;
  const std::string prefix = fmt::format("client-output-buffer-limit-{}-", new_words ? "replica" : "slave");
  return {WithValues(NodeTypeParameterOf(family, prefix + "hard-limit",
                                         "Bytes a replica may fall behind before it is disconnected at once."),
                     limit),
          WithValues(NodeTypeParameterOf(family, prefix + "soft-limit",
                                         "Bytes a replica may fall behind for a while before it is disconnected."),
                     limit),
          WithValues(NodeTypeParameterOf(family, "maxmemory", "Bytes of memory on a node, the reserved part included."),
                     [&](const NodeType& t) { return offered(t) ? t.redis_max_memory : 0; })};
}

std::string DefaultParameterGroup(std::string_view family, bool cluster_mode) {
  return fmt::format("{}{}{}", kDefaultPrefix, family, cluster_mode ? kClusterSuffix : "");
}

bool HasClusterMode(const ParameterFamily& family) { return FindParameter(family, "cluster-enabled") != nullptr; }

const std::vector<std::string>& DefaultParameterGroups() {
  static const auto& names = *new std::vector<std::string>(BuildDefaultGroups());
  return names;
}

std::optional<DefaultGroup> ParseDefaultParameterGroup(std::string_view name) {
  if (!name.starts_with(kDefaultPrefix)) return std::nullopt;
  name.remove_prefix(kDefaultPrefix.size());
  const bool cluster_mode = name.ends_with(kClusterSuffix);
  if (cluster_mode) name.remove_suffix(kClusterSuffix.size());
  const ParameterFamily* family = FindParameterFamily(name);
  if (family == nullptr || (cluster_mode && !HasClusterMode(*family))) return std::nullopt;
  return DefaultGroup{family->name, cluster_mode};
}

}  // namespace elastilab
