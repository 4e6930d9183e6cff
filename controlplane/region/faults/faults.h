// The errors of the API, one function each, in the service's codes and words (shared/reference/validation.md and
// states.md). Messages say which value is wrong and how to mend it. Some texts are matched by clients such as Terraform:
// they are noted where they are made.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

// General. `text` is the whole message.
Status InvalidParameterValue(std::string text);
Status InvalidParameterCombination(std::string text);
// "The parameter CacheClusterIdentifier is not a valid identifier. …"
Status InvalidIdentifier(std::string_view parameter);
Status InvalidAction(std::string_view operation);
// A member of the API that this version does not serve yet.
Status NotServedYet(std::string_view what);
Status NothingToModify();

// Cache clusters.
Status CacheClusterNotFound(std::string_view id);
Status CacheClusterAlreadyExists(std::string_view id);
// `state` is the one it is in.
Status CacheClusterNotAvailable(std::string_view id, std::string_view state);
Status InvalidCacheClusterState(std::string text);
Status NodeQuotaForClusterExceeded(int limit);
Status NodeQuotaForCustomerExceeded(int limit);

// Replication groups.
Status ReplicationGroupNotFound(std::string_view id);
Status ReplicationGroupAlreadyExists(std::string_view id);
Status ReplicationGroupNotAvailable(std::string_view id, std::string_view state);
Status InvalidReplicationGroupState(std::string text);
Status NodeGroupNotFound(std::string_view group_id, std::string_view node_group_id);
Status NoOperation(std::string text);
Status TestFailoverQuotaExceeded(int limit);

// Users and user groups.
Status UserNotFound(std::string_view id);
Status UserAlreadyExists(std::string_view id);
Status UserQuotaExceeded(int limit);
// `state` is the one it is in.
Status UserNotActive(std::string_view id, std::string_view state);
// By operations on tags, which want it active.
Status UserNotTaggable(std::string_view id);
Status UserGroupNotTaggable(std::string_view id);
Status UserGroupNotFound(std::string_view id);
Status UserGroupAlreadyExists(std::string_view id);
Status UserGroupQuotaExceeded(std::string text);
Status UserGroupNotActive(std::string_view id, std::string_view state);
Status DuplicateUserName(std::string_view name, std::string_view first, std::string_view second);
Status DefaultUserRequired();
Status DefaultUserAssociatedToUserGroup(std::string_view id, std::string_view group);

// Others.
Status CacheParameterGroupNotFound(std::string_view name);
Status CacheParameterGroupAlreadyExists(std::string_view name);
Status CacheParameterGroupQuotaExceeded(int limit);
Status InvalidCacheParameterGroupState(std::string text);
Status CacheSubnetGroupNotFound(std::string_view name);
Status CacheSubnetGroupAlreadyExists(std::string_view name);
Status CacheSubnetGroupInUse(std::string_view name, std::string_view cluster_id);
Status DefaultCacheSubnetGroupStays();
Status SubnetInUse(std::string_view subnet, std::string_view cluster_id);
Status CacheSubnetGroupQuotaExceeded(int limit);
Status CacheSubnetQuotaExceeded(int limit);
Status CacheSecurityGroupNotFound(std::string_view name);
Status CacheSecurityGroupAlreadyExists(std::string_view name);
Status CacheSecurityGroupQuotaExceeded(int limit);
Status InvalidCacheSecurityGroupState(std::string text);
Status AuthorizationAlreadyExists(std::string_view group, std::string_view ec2_group);
Status AuthorizationNotFound(std::string_view group, std::string_view ec2_group);
Status ReservedCacheNodesOfferingNotFound(std::string_view id);
Status ReservedCacheNodeNotFound(std::string_view id);
Status ReservedCacheNodeAlreadyExists(std::string_view id);
Status ReservedCacheNodeQuotaExceeded(int limit);
Status SnapshotNotFound(std::string_view name);
Status ServerlessCacheNotFound(std::string_view name);
Status ServerlessCacheSnapshotNotFound(std::string_view name);
Status InvalidArn(std::string_view arn);
Status TagNotFound(std::string_view key);
Status TagQuotaExceeded(int limit);
Status InsufficientCapacity(std::string text);

}  // namespace elastilab
