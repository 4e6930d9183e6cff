#include "controlplane/faults/cluster_faults.h"

#include <fmt/format.h>

#include "controlplane/faults/common_faults.h"
#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

namespace {

Status InvalidState(std::string text) { return MakeFault(v1::INVALID_CACHE_CLUSTER_STATE, std::move(text)); }

}  // namespace

Status CacheClusterNotFound(std::string_view id) {
  return MakeFault(v1::CACHE_CLUSTER_NOT_FOUND, fmt::format("CacheCluster not found: {}", id));
}

Status CacheClusterAlreadyExists(std::string_view id) {
  return MakeFault(v1::CACHE_CLUSTER_ALREADY_EXISTS, fmt::format("Cache cluster already exists: {}", id));
}

Status CacheClusterNotAvailable(const CacheCluster& cluster) {
  return InvalidState(fmt::format("The requested cluster is not in the available state: {} is {}.", cluster.id, Text(cluster.status)));
}

Status CacheClusterNotDeletable(const CacheCluster& cluster) {
  return InvalidState(fmt::format("Cache cluster {} is not in a valid state to be deleted: it is {}.", cluster.id, Text(cluster.status)));
}

Status ServesAsPrimary(const CacheCluster& cluster) {
  return InvalidState(fmt::format(
      "Cache cluster {} is serving as primary for replication group {} and cannot be deleted. To delete the entire replication "
      "group, use DeleteReplicationGroup.",
      cluster.id, cluster.group_id));
}

Status OnlyMemberOfGroup(const CacheCluster& cluster) {
  return InvalidState(fmt::format(
      "Cannot delete the cache cluster since it is the only member of a replication group. Delete the replication group {} instead.",
      cluster.group_id));
}

Status OnlyReplicaOfGroup(const CacheCluster& cluster) {
  return InvalidState(fmt::format(
      "Cannot delete the cache cluster because it is the only read replica for replication group {} which has autofailover enabled "
      "or pending. You can disable autofailover and then delete this cache cluster. Alternatively, to delete the entire replication "
      "group, use DeleteReplicationGroup.",
      cluster.group_id));
}

Status RebootWouldEmptyGroup(const CacheCluster& cluster) {
  return InvalidState(fmt::format(
      "Cache cluster {} is serving as primary for replication group {}: rebooting it would empty its replicas too. Make a replica the "
      "primary first, with TestFailover or ModifyReplicationGroup.",
      cluster.id, cluster.group_id));
}

Status GroupOfClusterNotAvailable(const CacheCluster& cluster, std::string_view group_status) {
  return InvalidState(fmt::format("Replication group {}, of which {} is a member, is {}: wait until it is available.", cluster.group_id,
                                  cluster.id, group_status));
}

Status NodeQuotaForCustomerExceeded(int limit) {
  return MakeFault(v1::NODE_QUOTA_FOR_CUSTOMER_EXCEEDED,
                   fmt::format("Customer node quota exceeded. You can have at most {} nodes in this region.", limit));
}

Status NodeQuotaForClusterExceeded(int limit) {
  return MakeFault(v1::NODE_QUOTA_FOR_CLUSTER_EXCEEDED,
                   fmt::format("Cluster node quota exceeded. Each cluster can have at most {} nodes in this region.", limit));
}

Status UnknownCacheNodes(std::string_view cluster_id, std::string_view unknown, std::string_view existing) {
  return InvalidValue(fmt::format("Cache cluster {} has no cache node {}: it has {}.", cluster_id, unknown, existing));
}

Status WrongNumberOfNodesToRemove(int expected, size_t given) {
  return InvalidCombination(fmt::format(
      "CacheNodeIdsToRemove must name as many nodes as NumCacheNodes takes away: {} expected, {} given.", expected, given));
}

Status SetOnGroupInstead(std::string_view parameter, const CacheCluster& cluster) {
  return InvalidCombination(fmt::format("{} is a member of replication group {}: change {} with ModifyReplicationGroup.", cluster.id,
                                        cluster.group_id, parameter));
}

Status ReplicaTakesNoSettings(std::string_view parameter) {
  return InvalidCombination(fmt::format(
      "Cannot specify additional cache cluster parameters when creating a replica cluster: leave {} out, it comes from the "
      "replication group.",
      parameter));
}

Status OnlyForMemcached(std::string_view parameter) {
  return InvalidCombination(fmt::format("{} is for memcached clusters only.", parameter));
}

Status NotForMemcached(std::string_view parameter) {
  return InvalidCombination(fmt::format("{} is not supported for memcached clusters.", parameter));
}

}  // namespace elastilab
