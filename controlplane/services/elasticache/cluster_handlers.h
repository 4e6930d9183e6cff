// The operations on cache clusters. Errors are those that operations.md declares for each.
#pragma once

#include "controlplane/services/elasticache/handlers.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status CreateCacheCluster(RequestContext& context, const v1::CreateCacheClusterRequest& request,
                          v1::CreateCacheClusterResponse& response);
Status DescribeCacheClusters(RequestContext& context, const v1::DescribeCacheClustersRequest& request,
                             v1::DescribeCacheClustersResponse& response);
Status ModifyCacheCluster(RequestContext& context, const v1::ModifyCacheClusterRequest& request,
                          v1::ModifyCacheClusterResponse& response);
Status RebootCacheCluster(RequestContext& context, const v1::RebootCacheClusterRequest& request,
                          v1::RebootCacheClusterResponse& response);
Status DeleteCacheCluster(RequestContext& context, const v1::DeleteCacheClusterRequest& request,
                          v1::DeleteCacheClusterResponse& response);
Status ListAllowedNodeTypeModifications(RequestContext& context, const v1::ListAllowedNodeTypeModificationsRequest& request,
                                        v1::ListAllowedNodeTypeModificationsResponse& response);

}  // namespace elastilab
