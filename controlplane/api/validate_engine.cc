#include "controlplane/api/validate_engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "controlplane/api/validate_names.h"
#include "controlplane/faults/common_faults.h"
#include "controlplane/faults/engine_faults.h"

namespace elastilab {
namespace {

std::string VersionsOf(Engine engine) {
  std::vector<std::string> versions;
  for (const EngineVersion& version : EngineVersions()) {
    if (version.engine == engine) versions.push_back(version.short_version);
  }
  return fmt::format("{}", fmt::join(versions, ", "));
}

bool IsOffered(const NodeType& type, Engine engine, std::string_view version) {
  if (!type.creatable || (type.valkey_only && engine != Engine::kValkey)) return false;
  if (engine == Engine::kMemcached) return type.memcached_megabytes > 0;
  if (type.redis_max_memory == 0) return false;
  return engine == Engine::kValkey || CompareVersions(version, type.min_redis_version) >= 0;
}

}  // namespace

StatusOr<EngineVersion> ValidateEngineVersion(Engine engine, std::string_view asked) {
  if (asked.empty()) return DefaultEngineVersion(engine);
  if (auto found = FindEngineVersion(engine, asked)) return *found;
  if (auto shorter = IsTooSpecific(engine, asked)) return EngineVersionTooSpecific(asked, *shorter);
  return EngineVersionNotFound(asked, engine, VersionsOf(engine));
}

StatusOr<EngineVersion> ValidateUpgrade(Engine engine, std::string_view current, std::string_view asked) {
  ASSIGN_OR_RETURN(EngineVersion version, ValidateEngineVersion(engine, asked));
  if (CompareVersions(version.full_version, current) < 0) return DowngradeNotSupported(current, version.short_version);
  return version;
}

StatusOr<std::string> ValidateNodeType(std::string_view asked, Engine engine, std::string_view version) {
  if (asked.empty()) return std::string(kDefaultNodeType);
  const NodeType* type = FindNodeType(asked);
  if (type == nullptr || !type->creatable) return NodeTypeNotSupported(asked);
  if (type->data_tiering) return NotServedYet(fmt::format("Data tiering, which {} needs,", asked));
  if (!IsOffered(*type, engine, version)) return NodeTypeNotForEngine(asked, engine, version);
  return type->name;
}

StatusOr<std::string> ValidateParameterGroup(std::string_view asked, const EngineVersion& version) {
  if (asked.empty()) return DefaultParameterGroup(version.family, false);
  const std::string name = LowerCase(asked);
  const auto group = ParseDefaultParameterGroup(name);
  if (!group) return ParameterGroupNotFound(name);
  if (group->family != version.family) return ParameterGroupFamilyMismatch(version.family, group->family);
  if (group->cluster_mode) return ParameterGroupIsForClusterMode(name);
  return name;
}

NodeTypeChoices AllowedNodeTypes(std::string_view current, Engine engine, std::string_view version) {
  NodeTypeChoices choices;
  const NodeType* from = FindNodeType(current);
  if (from == nullptr || engine == Engine::kMemcached) return choices;
  for (const NodeType& type : NodeTypes()) {
    if (type.name == current || !IsOffered(type, engine, version) || type.data_tiering != from->data_tiering) continue;
    const bool larger = type.redis_max_memory > from->redis_max_memory ||
                        (type.redis_max_memory == from->redis_max_memory && type.name > from->name);
    (larger ? choices.up : choices.down).push_back(type.name);
  }
  std::sort(choices.up.begin(), choices.up.end());
  std::sort(choices.down.begin(), choices.down.end());
  return choices;
}

Status ValidateNodeTypeChange(std::string_view from, std::string_view to, Engine engine, std::string_view version) {
  if (FindNodeType(to) == nullptr) return NodeTypeNotSupported(to);
  const NodeTypeChoices choices = AllowedNodeTypes(from, engine, version);
  const auto has = [&](const std::vector<std::string>& types) {
    return std::find(types.begin(), types.end(), to) != types.end();
  };
  return has(choices.up) || has(choices.down) ? absl::OkStatus() : NodeTypeChangeNotAllowed(from, to);
}

}  // namespace elastilab
