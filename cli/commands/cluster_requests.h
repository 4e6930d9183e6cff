// What `create-cluster` asks the API for.
#pragma once

#include "cli/commands/command_line.h"
#include "common/status.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {

// redis and valkey: N replicas are N + 1 clusters, with automatic failover from one replica on. Usage errors name the
// flag that belongs to the other kind of engine.
StatusOr<elasticache::v1::CreateReplicationGroupRequest> ReplicationGroupRequest(const Args& args);

// memcached: across zones when there are several nodes and no single zone is asked for.
StatusOr<elasticache::v1::CreateCacheClusterRequest> MemcachedRequest(const Args& args);

}  // namespace elastilab
