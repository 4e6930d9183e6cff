// Faults of cache clusters. States in shared/reference/states.md section 3, texts in validation.md.
#pragma once

#include <string_view>

#include "common/status.h"
#include "controlplane/model/records.h"

namespace elastilab {

Status CacheClusterNotFound(std::string_view id);
Status CacheClusterAlreadyExists(std::string_view id);

// InvalidCacheClusterState, each for its reason.
Status CacheClusterNotAvailable(const CacheCluster& cluster);
Status CacheClusterNotDeletable(const CacheCluster& cluster);
Status ServesAsPrimary(const CacheCluster& cluster);
Status OnlyMemberOfGroup(const CacheCluster& cluster);
Status OnlyReplicaOfGroup(const CacheCluster& cluster);
// Its replicas would copy the emptiness.
Status RebootWouldEmptyGroup(const CacheCluster& cluster);
Status GroupOfClusterNotAvailable(const CacheCluster& cluster, std::string_view group_status);

Status NodeQuotaForCustomerExceeded(int limit);
Status NodeQuotaForClusterExceeded(int limit);

Status UnknownCacheNodes(std::string_view cluster_id, std::string_view unknown, std::string_view existing);
Status WrongNumberOfNodesToRemove(int expected, size_t given);
// A setting that comes from the replication group was given for one of its members.
Status SetOnGroupInstead(std::string_view parameter, const CacheCluster& cluster);
Status ReplicaTakesNoSettings(std::string_view parameter);
Status OnlyForMemcached(std::string_view parameter);
Status NotForMemcached(std::string_view parameter);

}  // namespace elastilab
