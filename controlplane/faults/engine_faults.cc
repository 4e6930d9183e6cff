#include "controlplane/faults/engine_faults.h"

#include <fmt/format.h>

#include "controlplane/faults/common_faults.h"
#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status UnknownEngine(std::string_view engine, std::string_view choices) {
  return InvalidValue(fmt::format("Invalid value '{}' for Engine: choose {}.", engine, choices));
}

Status ValkeyNeedsReplicationGroup() {
  return InvalidValue("CreateCacheCluster does not offer valkey: use CreateReplicationGroup, with NumCacheClusters 1 for a single node.");
}

Status EngineVersionNotFound(std::string_view version, Engine engine, std::string_view choices) {
  return InvalidCombination(fmt::format("Cannot find version {} for {}. There are {}.", version, Text(engine), choices));
}

Status EngineVersionTooSpecific(std::string_view asked, std::string_view use) {
  return InvalidValue(fmt::format("Specific version selection is not allowed for '{}', please use '{}'", asked, use));
}

Status DowngradeNotSupported(std::string_view from, std::string_view to) {
  return InvalidCombination(fmt::format("Downgrading is not supported: the engine version is {} and cannot go back to {}.", from, to));
}

Status EngineNotInstalled(Engine engine) {
  const std::string_view package = engine == Engine::kRedis    ? "redis-server"
                                   : engine == Engine::kValkey ? "valkey-server, from bookworm-backports"
                                                               : "memcached";
  return MakeFault(v1::INSUFFICIENT_CACHE_CLUSTER_CAPACITY,
                   fmt::format("No zone of this lab can run {}: install the package {}.", Text(engine), package));
}

Status NodeTypeNotSupported(std::string_view node_type) {
  return InvalidValue(fmt::format("The cache node type {} is not supported; cache.t4g.micro is the smallest that is.", node_type));
}

Status NodeTypeNotForEngine(std::string_view node_type, Engine engine, std::string_view version) {
  return InvalidValue(fmt::format("The cache node type {} is not supported for {} {}.", node_type, Text(engine), version));
}

Status NodeTypeChangeNotAllowed(std::string_view from, std::string_view to) {
  return InvalidValue(fmt::format(
      "Cannot change the node type from {} to {}: ListAllowedNodeTypeModifications tells which are possible.", from, to));
}

Status ParameterGroupNotFound(std::string_view name) {
  return MakeFault(v1::CACHE_PARAMETER_GROUP_NOT_FOUND, fmt::format("CacheParameterGroup not found: {}", name));
}

Status ParameterGroupFamilyMismatch(std::string_view expected, std::string_view found) {
  return InvalidCombination(
      fmt::format("Expected a parameter group of family {} but found one of family {}", expected, found));
}

Status ParameterGroupIsForClusterMode(std::string_view name) {
  return InvalidCombination(
      fmt::format("The parameter group {} has cluster mode enabled and cannot be used here: use the group without .cluster.on.", name));
}

Status ClusterModeNotServedYet(std::string_view because) {
  return InvalidCombination(fmt::format(
      "{} asks for cluster mode enabled, which is part of the API but not served by this version of ElastiLab yet: ask for one node "
      "group with cluster mode disabled.",
      because));
}

}  // namespace elastilab
