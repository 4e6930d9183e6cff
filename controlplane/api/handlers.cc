#include "controlplane/api/handlers.h"

#include "controlplane/api/operations.h"

namespace elastilab {
namespace {

// The dispatcher has checked the types.
template <typename Request, typename Response>
Handler Typed(Status (*handler)(RequestContext&, const Request&, Response&)) {
  return [handler](RequestContext& ctx, const google::protobuf::Message& request, google::protobuf::Message* response) {
    return handler(ctx, static_cast<const Request&>(request), static_cast<Response&>(*response));
  };
}

}  // namespace

HandlerTable ElastiCacheHandlers() {
  return {
      {"AddTagsToResource", Typed(AddTagsToResource)},
      {"CreateCacheCluster", Typed(CreateCacheCluster)},
      {"CreateCacheSubnetGroup", Typed(CreateCacheSubnetGroup)},
      {"CreateReplicationGroup", Typed(CreateReplicationGroup)},
      {"DecreaseReplicaCount", Typed(DecreaseReplicaCount)},
      {"DeleteCacheCluster", Typed(DeleteCacheCluster)},
      {"DeleteCacheSubnetGroup", Typed(DeleteCacheSubnetGroup)},
      {"DeleteReplicationGroup", Typed(DeleteReplicationGroup)},
      {"DescribeCacheClusters", Typed(DescribeCacheClusters)},
      {"DescribeCacheEngineVersions", Typed(DescribeCacheEngineVersions)},
      {"DescribeCacheSubnetGroups", Typed(DescribeCacheSubnetGroups)},
      {"DescribeEvents", Typed(DescribeEvents)},
      {"DescribeReplicationGroups", Typed(DescribeReplicationGroups)},
      {"IncreaseReplicaCount", Typed(IncreaseReplicaCount)},
      {"ListAllowedNodeTypeModifications", Typed(ListAllowedNodeTypeModifications)},
      {"ListTagsForResource", Typed(ListTagsForResource)},
      {"ModifyCacheCluster", Typed(ModifyCacheCluster)},
      {"ModifyCacheSubnetGroup", Typed(ModifyCacheSubnetGroup)},
      {"ModifyReplicationGroup", Typed(ModifyReplicationGroup)},
      {"RebootCacheCluster", Typed(RebootCacheCluster)},
      {"RemoveTagsFromResource", Typed(RemoveTagsFromResource)},
      {"TestFailover", Typed(TestFailover)},
  };
}

}  // namespace elastilab
