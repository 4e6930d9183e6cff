#include "controlplane/region/catalog/engine_choice.h"

#include <fmt/format.h>

#include "common/text.h"
#include "controlplane/region/faults/faults.h"

namespace elastilab {
namespace {

StatusOr<EngineVersion> ChooseVersion(Engine engine, const std::optional<std::string>& asked) {
  if (!asked) return DefaultEngineVersion(engine);
  if (auto found = FindEngineVersion(engine, *asked)) return *found;
  if (auto general = IsTooSpecific(engine, *asked)) {
    return InvalidParameterValue(
        fmt::format("Specific version selection is not allowed for '{}', please use '{}'", *asked, *general));
  }
  return InvalidParameterCombination(fmt::format(
      "Cannot find version {} for {}; elastilab describe-cache-engine-versions --engine {} lists those there are.", *asked,
      Text(engine), Text(engine)));
}

// Default groups are known here; those of users' own are looked up when the wish is recorded.
StatusOr<std::string> ChooseParameterGroup(const EngineVersion& version, const EngineWish& wish) {
  if (!wish.parameter_group) return DefaultParameterGroup(version.family, false);
  const std::string name = LowerCase(*wish.parameter_group);
  if (const auto group = MakeDefaultParameterGroup(name)) {
    RETURN_IF_ERROR(CheckParameterGroupFits(*group, version.family, wish.in_group));
  }
  return name;
}

}  // namespace

Status CheckParameterGroupFits(const ParameterGroup& group, std::string_view family, bool in_group) {
  if (group.family != family) {
    return InvalidParameterCombination(
        fmt::format("Expected a parameter group of family {} but found one of family {}", family, group.family));
  }
  if (!HasClusterEnabled(group)) return absl::OkStatus();
  if (in_group) return NotServedYet(fmt::format("Cluster mode (parameter group {})", group.name));
  return InvalidParameterCombination(
      fmt::format("Parameter group {} has cluster-enabled=yes, which is for replication groups: CreateCacheCluster needs one "
                  "without.",
                  group.name));
}

StatusOr<std::string> CheckNodeType(Engine engine, std::string_view version, std::string_view name) {
  const NodeType* type = FindNodeType(name);
  if (type == nullptr || !type->creatable) {
    return InvalidParameterValue(
        fmt::format("The cache node type {} is not supported. A small one is {}.", name, kDefaultNodeType));
  }
  const bool offered = engine == Engine::kMemcached ? type->memcached_megabytes > 0 : type->redis_max_memory > 0;
  if (!offered || (type->valkey_only && engine != Engine::kValkey)) {
    return InvalidParameterCombination(fmt::format("The cache node type {} is not offered for {}.", name, Text(engine)));
  }
  if (engine == Engine::kRedis && CompareVersions(version, type->min_redis_version) < 0) {
    return InvalidParameterValue(fmt::format("The cache node type {} is not supported for redis {}: it needs {} or newer.",
                                             name, version, type->min_redis_version));
  }
  if (type->data_tiering) return NotServedYet(fmt::format("Data tiering (node type {})", name));
  return std::string(name);
}

StatusOr<EngineChoice> ChooseEngine(const EngineWish& wish) {
  EngineChoice choice;
  if (wish.engine) {
    const auto engine = ParseEngine(*wish.engine);
    if (!engine) {
      return InvalidParameterValue(
          fmt::format("Invalid value for Engine: {}. Choose redis, valkey or memcached.", *wish.engine));
    }
    choice.engine = *engine;
  }
  if (wish.in_group && choice.engine == Engine::kMemcached) {
    return InvalidParameterCombination("Replication groups are of redis or valkey: make a memcached cluster with CreateCacheCluster.");
  }
  if (!wish.in_group && choice.engine == Engine::kValkey) {
    return InvalidParameterValue("Valkey is offered through replication groups: use CreateReplicationGroup.");
  }
  ASSIGN_OR_RETURN(const EngineVersion version, ChooseVersion(choice.engine, wish.version));
  choice.full_version = version.full_version;
  choice.node_type = kDefaultNodeType;
  if (wish.node_type) {
    ASSIGN_OR_RETURN(choice.node_type, CheckNodeType(choice.engine, choice.full_version, *wish.node_type));
  }
  const NodeType* type = FindNodeType(choice.node_type);
  if (choice.engine == Engine::kRedis && !type->min_redis_version.empty() &&
      CompareVersions(version.full_version, type->min_redis_version) < 0) {
    return InvalidParameterCombination(fmt::format("The cache node type {} needs redis {} or newer, not {}.", choice.node_type,
                                                   type->min_redis_version, version.short_version));
  }
  ASSIGN_OR_RETURN(choice.parameter_group, ChooseParameterGroup(version, wish));
  choice.default_port = choice.engine == Engine::kMemcached ? 11211 : 6379;
  return choice;
}

std::string AskedVersion(Engine engine, const std::string& full_version) {
  const EngineVersion* version = FindFullEngineVersion(engine, full_version);
  return version == nullptr ? full_version : version->short_version;
}

StatusOr<std::string> ChooseUpgrade(Engine engine, const std::string& current, const std::string& asked) {
  ASSIGN_OR_RETURN(const EngineVersion version, ChooseVersion(engine, asked));
  if (CompareVersions(version.full_version, current) < 0) {
    return InvalidParameterCombination(
        fmt::format("A cluster cannot go back to an older version: it runs {}, asked was {}.", current, asked));
  }
  return version.full_version;
}

}  // namespace elastilab
