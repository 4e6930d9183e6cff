#include <algorithm>

#include "controlplane/region/catalog/catalog.h"
#include "controlplane/region/faults/faults.h"
#include "controlplane/services/elasticache/cluster_handlers.h"
#include "controlplane/services/elasticache/identifiers.h"

namespace elastilab {
namespace {

struct Subject {
  Engine engine;
  std::string node_type;
  std::string engine_version;
};

StatusOr<Subject> FindSubject(const State& state, const v1::ListAllowedNodeTypeModificationsRequest& request) {
  if (request.has_cache_cluster_id()) {
    const CacheCluster* cluster = state.Find<CacheCluster>(LowerCase(request.cache_cluster_id()));
    if (cluster == nullptr) return CacheClusterNotFound(request.cache_cluster_id());
    return Subject{cluster->engine, cluster->node_type, cluster->engine_version};
  }
  const ReplicationGroup* group = state.Find<ReplicationGroup>(LowerCase(request.replication_group_id()));
  if (group == nullptr) return ReplicationGroupNotFound(request.replication_group_id());
  return Subject{group->engine, group->node_type, group->engine_version};
}

bool IsOffered(const NodeType& type, const Subject& subject) {
  if (!type.creatable || type.data_tiering || type.redis_max_memory == 0 || type.name == subject.node_type)
    return false;
  if (type.valkey_only && subject.engine != Engine::kValkey) return false;
  return subject.engine != Engine::kRedis || type.min_redis_version.empty() ||
         CompareVersions(subject.engine_version, type.min_redis_version) >= 0;
}

}  // namespace

Status ListAllowedNodeTypeModifications(RequestContext& context,
                                        const v1::ListAllowedNodeTypeModificationsRequest& request,
                                        v1::ListAllowedNodeTypeModificationsResponse& response) {
  if (request.has_cache_cluster_id() == request.has_replication_group_id()) {
    return InvalidParameterCombination("Give CacheClusterId or ReplicationGroupId, one of them.");
  }
  ASSIGN_OR_RETURN(const Subject subject,
                   context.region.store.Read([&](const State& state) { return FindSubject(state, request); }));
  const NodeType* now = FindNodeType(subject.node_type);
  if (now == nullptr || subject.engine == Engine::kMemcached) return absl::OkStatus();
  for (const NodeType& type : NodeTypes()) {
    if (!IsOffered(type, subject)) continue;
    if (type.redis_max_memory >= now->redis_max_memory) {
      response.add_scale_up_modifications(type.name);
    } else {
      response.add_scale_down_modifications(type.name);
    }
  }
  std::sort(response.mutable_scale_up_modifications()->begin(), response.mutable_scale_up_modifications()->end());
  std::sort(response.mutable_scale_down_modifications()->begin(), response.mutable_scale_down_modifications()->end());
  return absl::OkStatus();
}

}  // namespace elastilab
