// The handlers, by file. `response` is filled only when the result is OK.
#pragma once

#include "controlplane/api/context.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/engine_versions.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"

namespace elastilab {

#define EL_OPERATION(name) \
  Status name(RequestContext& ctx, const elasticache::v1::name##Request& request, elasticache::v1::name##Response& response)

// cache_clusters.cc
EL_OPERATION(CreateCacheCluster);
EL_OPERATION(DescribeCacheClusters);
EL_OPERATION(DeleteCacheCluster);
EL_OPERATION(RebootCacheCluster);
// modify_cache_cluster.cc
EL_OPERATION(ModifyCacheCluster);
// node_type_modifications.cc
EL_OPERATION(ListAllowedNodeTypeModifications);
// replication_groups.cc
EL_OPERATION(CreateReplicationGroup);
EL_OPERATION(DescribeReplicationGroups);
EL_OPERATION(DeleteReplicationGroup);
// modify_replication_group.cc
EL_OPERATION(ModifyReplicationGroup);
// replica_count.cc
EL_OPERATION(IncreaseReplicaCount);
EL_OPERATION(DecreaseReplicaCount);
// test_failover.cc
EL_OPERATION(TestFailover);
// subnet_groups.cc
EL_OPERATION(CreateCacheSubnetGroup);
EL_OPERATION(DescribeCacheSubnetGroups);
EL_OPERATION(ModifyCacheSubnetGroup);
EL_OPERATION(DeleteCacheSubnetGroup);
// tags.cc
EL_OPERATION(AddTagsToResource);
EL_OPERATION(RemoveTagsFromResource);
EL_OPERATION(ListTagsForResource);
// events.cc
EL_OPERATION(DescribeEvents);
// engine_versions.cc
EL_OPERATION(DescribeCacheEngineVersions);

#undef EL_OPERATION

}  // namespace elastilab
