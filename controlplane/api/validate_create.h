// From create requests to specs. Pure: what must be looked up (whether ids are free, zones, subnet groups) is for the
// handlers. The order of the checks is that of shared/reference/validation.md section 8.
#pragma once

#include "controlplane/api/validate_settings.h"

namespace elastilab {

inline constexpr int kMaxMemcachedNodes = 40;
inline constexpr int kMaxGroupMembers = 6;

// A memcached cluster or a redis node that stands alone.
StatusOr<ClusterSpec> ValidateCreateCluster(const elasticache::v1::CreateCacheClusterRequest& request,
                                            const ValidationFacts& facts);
// With ReplicationGroupId: only the zone and tags may be given beside the ids.
StatusOr<ReplicaSpec> ValidateCreateReplica(const elasticache::v1::CreateCacheClusterRequest& request);

// `primary`: the cluster that becomes the primary, or null. Its settings are the group's; one that is given and differs
// is refused.
StatusOr<GroupSpec> ValidateCreateGroup(const elasticache::v1::CreateReplicationGroupRequest& request,
                                        const CacheCluster* primary, const ValidationFacts& facts);

}  // namespace elastilab
