#include "controlplane/region/faults/faults.h"

#include <fmt/format.h>

#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status InvalidParameterValue(std::string text) { return MakeFault(v1::INVALID_PARAMETER_VALUE, std::move(text)); }
Status InvalidParameterCombination(std::string text) { return MakeFault(v1::INVALID_PARAMETER_COMBINATION, std::move(text)); }

Status InvalidIdentifier(std::string_view parameter) {
  return InvalidParameterValue(
      fmt::format("The parameter {} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII "
                  "letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
                  parameter));
}

Status InvalidAction(std::string_view operation) {
  return MakeFault(v1::INVALID_ACTION, fmt::format("There is no operation {} in the ElastiCache API.", operation));
}

Status NotServedYet(std::string_view what) {
  return MakeFault(v1::INVALID_ACTION, fmt::format("{} is part of the ElastiCache API, but this version of ElastiLab does not "
                                                   "serve it yet. Nothing was done.",
                                                   what));
}

Status NothingToModify() { return InvalidParameterCombination("No modifications were requested"); }

// Waiters of SDKs match the code, tools the text.
Status CacheClusterNotFound(std::string_view id) {
  return MakeFault(v1::CACHE_CLUSTER_NOT_FOUND, fmt::format("CacheCluster not found: {}", id));
}
Status CacheClusterAlreadyExists(std::string_view id) {
  return MakeFault(v1::CACHE_CLUSTER_ALREADY_EXISTS,
                   fmt::format("Cache cluster {} already exists: choose another id, or delete that one first.", id));
}
Status CacheClusterNotAvailable(std::string_view id, std::string_view state) {
  return InvalidCacheClusterState(
      fmt::format("Cache cluster {} is not in the available state but {}: wait until it is available.", id, state));
}
Status InvalidCacheClusterState(std::string text) { return MakeFault(v1::INVALID_CACHE_CLUSTER_STATE, std::move(text)); }
Status NodeQuotaForClusterExceeded(int limit) {
  return MakeFault(v1::NODE_QUOTA_FOR_CLUSTER_EXCEEDED,
                   fmt::format("Cluster node quota exceeded. Each cluster can have at most {} nodes in this region.", limit));
}
Status NodeQuotaForCustomerExceeded(int limit) {
  return MakeFault(v1::NODE_QUOTA_FOR_CUSTOMER_EXCEEDED,
                   fmt::format("Customer node quota exceeded. You can have at most {} nodes in this region.", limit));
}

Status ReplicationGroupNotFound(std::string_view id) {
  return MakeFault(v1::REPLICATION_GROUP_NOT_FOUND, fmt::format("ReplicationGroup not found: {}", id));
}
Status ReplicationGroupAlreadyExists(std::string_view id) {
  return MakeFault(v1::REPLICATION_GROUP_ALREADY_EXISTS,
                   fmt::format("Replication group {} already exists: choose another id, or delete that one first.", id));
}
Status ReplicationGroupNotAvailable(std::string_view id, std::string_view state) {
  return InvalidReplicationGroupState(
      fmt::format("Replication group must be in available state to modify. {} is {}: wait until it is available.", id, state));
}
Status InvalidReplicationGroupState(std::string text) {
  return MakeFault(v1::INVALID_REPLICATION_GROUP_STATE, std::move(text));
}
Status NodeGroupNotFound(std::string_view group_id, std::string_view node_group_id) {
  return MakeFault(v1::NODE_GROUP_NOT_FOUND, fmt::format("Replication group {} has no node group {}; a group without cluster "
                                                         "mode has one, 0001.",
                                                         group_id, node_group_id));
}
Status NoOperation(std::string text) { return MakeFault(v1::NO_OPERATION, std::move(text)); }
Status TestFailoverQuotaExceeded(int limit) {
  return MakeFault(v1::API_CALL_RATE_FOR_CUSTOMER_EXCEEDED,
                   fmt::format("TestFailover was called for {} node groups within 24 hours, which is the limit. Turn the lab's "
                               "clock (elastilab clock advance 24h) to go on.",
                               limit));
}

Status UserNotFound(std::string_view id) { return MakeFault(v1::USER_NOT_FOUND, fmt::format("User {} not found.", id)); }
Status UserAlreadyExists(std::string_view id) {
  return MakeFault(v1::USER_ALREADY_EXISTS, fmt::format("User {} already exists: choose another id, or delete that one first.", id));
}
Status UserQuotaExceeded(int limit) {
  return MakeFault(v1::USER_QUOTA_EXCEEDED, fmt::format("You can have at most {} users in this region.", limit));
}
Status UserNotActive(std::string_view id, std::string_view state) {
  return MakeFault(v1::INVALID_USER_STATE, fmt::format("User {} is not active but {}: wait until it is.", id, state));
}
// Terraform waits on parts of these two.
Status UserNotTaggable(std::string_view id) {
  return MakeFault(v1::USER_NOT_FOUND, fmt::format("User {} is not available for tagging.", id));
}
Status UserGroupNotTaggable(std::string_view id) {
  return MakeFault(v1::USER_GROUP_NOT_FOUND, fmt::format("UserGroup {} is not available for tagging.", id));
}
Status UserGroupNotFound(std::string_view id) {
  return MakeFault(v1::USER_GROUP_NOT_FOUND, fmt::format("UserGroup {} not found.", id));
}
Status UserGroupAlreadyExists(std::string_view id) {
  return MakeFault(v1::USER_GROUP_ALREADY_EXISTS,
                   fmt::format("User group {} already exists: choose another id, or delete that one first.", id));
}
Status UserGroupQuotaExceeded(std::string text) { return MakeFault(v1::USER_GROUP_QUOTA_EXCEEDED, std::move(text)); }
Status UserGroupNotActive(std::string_view id, std::string_view state) {
  return MakeFault(v1::INVALID_USER_GROUP_STATE, fmt::format("User group {} is not active but {}: wait until it is.", id, state));
}
Status DuplicateUserName(std::string_view name, std::string_view first, std::string_view second) {
  return MakeFault(v1::DUPLICATE_USER_NAME,
                   fmt::format("Users {} and {} are both named {}: a group can have only one of them.", first, second, name));
}
// Tools match the text.
Status DefaultUserRequired() {
  return MakeFault(v1::DEFAULT_USER_REQUIRED, "User group needs to contain a user with the user name default.");
}
Status DefaultUserAssociatedToUserGroup(std::string_view id, std::string_view group) {
  return MakeFault(v1::DEFAULT_USER_ASSOCIATED_TO_USER_GROUP,
                   fmt::format("User {} is the default user of user group {}: give the group another one first "
                               "(modify-user-group with UserIdsToAdd and UserIdsToRemove).",
                               id, group));
}

Status CacheParameterGroupNotFound(std::string_view name) {
  return MakeFault(v1::CACHE_PARAMETER_GROUP_NOT_FOUND, fmt::format("CacheParameterGroup not found: {}", name));
}
Status CacheParameterGroupAlreadyExists(std::string_view name) {
  return MakeFault(v1::CACHE_PARAMETER_GROUP_ALREADY_EXISTS, fmt::format("Parameter group {} already exists", name));
}
Status CacheParameterGroupQuotaExceeded(int limit) {
  return MakeFault(v1::CACHE_PARAMETER_GROUP_QUOTA_EXCEEDED,
                   fmt::format("You can have at most {} cache parameter groups in this region.", limit));
}
Status InvalidCacheParameterGroupState(std::string text) {
  return MakeFault(v1::INVALID_CACHE_PARAMETER_GROUP_STATE, std::move(text));
}
Status CacheSubnetGroupNotFound(std::string_view name) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_NOT_FOUND, fmt::format("Cache Subnet Group {} does not exist.", name));
}
Status CacheSubnetGroupAlreadyExists(std::string_view name) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_ALREADY_EXISTS, fmt::format("Cache subnet group {} already exists.", name));
}
Status CacheSubnetGroupInUse(std::string_view name, std::string_view cluster_id) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_IN_USE,
                   fmt::format("Cache subnet group {} is in use by cache cluster {}: delete that one first.", name, cluster_id));
}
Status DefaultCacheSubnetGroupStays() {
  return MakeFault(v1::CACHE_SUBNET_GROUP_IN_USE, "The cache subnet group default belongs to the account and cannot be deleted.");
}
Status SubnetInUse(std::string_view subnet, std::string_view cluster_id) {
  return MakeFault(v1::SUBNET_IN_USE, fmt::format("Subnet {} has nodes of cache cluster {} in it.", subnet, cluster_id));
}
Status CacheSubnetGroupQuotaExceeded(int limit) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_QUOTA_EXCEEDED,
                   fmt::format("You can have at most {} cache subnet groups in this region.", limit));
}
Status CacheSubnetQuotaExceeded(int limit) {
  return MakeFault(v1::CACHE_SUBNET_QUOTA_EXCEEDED, fmt::format("A cache subnet group has at most {} subnets.", limit));
}
Status CacheSecurityGroupNotFound(std::string_view name) {
  return MakeFault(v1::CACHE_SECURITY_GROUP_NOT_FOUND, fmt::format("CacheSecurityGroup not found: {}", name));
}
Status CacheSecurityGroupAlreadyExists(std::string_view name) {
  return MakeFault(v1::CACHE_SECURITY_GROUP_ALREADY_EXISTS, fmt::format("Cache security group {} already exists.", name));
}
Status CacheSecurityGroupQuotaExceeded(int limit) {
  return MakeFault(v1::CACHE_SECURITY_GROUP_QUOTA_EXCEEDED,
                   fmt::format("You can have at most {} cache security groups in this region.", limit));
}
Status InvalidCacheSecurityGroupState(std::string text) {
  return MakeFault(v1::INVALID_CACHE_SECURITY_GROUP_STATE, std::move(text));
}
Status AuthorizationAlreadyExists(std::string_view group, std::string_view ec2_group) {
  return MakeFault(v1::AUTHORIZATION_ALREADY_EXISTS,
                   fmt::format("Cache security group {} lets in EC2 security group {} already.", group, ec2_group));
}
Status AuthorizationNotFound(std::string_view group, std::string_view ec2_group) {
  return MakeFault(v1::AUTHORIZATION_NOT_FOUND,
                   fmt::format("Cache security group {} does not let in EC2 security group {} of that owner.", group, ec2_group));
}
Status ReservedCacheNodesOfferingNotFound(std::string_view id) {
  return MakeFault(v1::RESERVED_CACHE_NODES_OFFERING_NOT_FOUND, fmt::format("ReservedCacheNodesOffering not found: {}", id));
}
Status ReservedCacheNodeNotFound(std::string_view id) {
  return MakeFault(v1::RESERVED_CACHE_NODE_NOT_FOUND, fmt::format("ReservedCacheNode not found: {}", id));
}
Status ReservedCacheNodeAlreadyExists(std::string_view id) {
  return MakeFault(v1::RESERVED_CACHE_NODE_ALREADY_EXISTS,
                   fmt::format("Reserved cache node {} already exists: choose another id, or none.", id));
}
Status ReservedCacheNodeQuotaExceeded(int limit) {
  return MakeFault(v1::RESERVED_CACHE_NODE_QUOTA_EXCEEDED,
                   fmt::format("You can have at most {} reserved cache nodes in this region.", limit));
}
Status SnapshotNotFound(std::string_view name) {
  return MakeFault(v1::SNAPSHOT_NOT_FOUND, fmt::format("Snapshot not found: {}", name));
}
Status ServerlessCacheNotFound(std::string_view name) {
  return MakeFault(v1::SERVERLESS_CACHE_NOT_FOUND, fmt::format("ServerlessCache not found: {}", name));
}
Status ServerlessCacheSnapshotNotFound(std::string_view name) {
  return MakeFault(v1::SERVERLESS_CACHE_SNAPSHOT_NOT_FOUND, fmt::format("ServerlessCacheSnapshot not found: {}", name));
}
Status InvalidArn(std::string_view arn) {
  return MakeFault(v1::INVALID_ARN, fmt::format("{} is not the ARN of an ElastiCache resource of this lab; they look like "
                                                "arn:aws:elasticache:<region>:<account>:cluster:<id>.",
                                                arn));
}
Status TagNotFound(std::string_view key) {
  return MakeFault(v1::TAG_NOT_FOUND, fmt::format("The resource has no tag with the key {}.", key));
}
Status TagQuotaExceeded(int limit) {
  return MakeFault(v1::TAG_QUOTA_PER_RESOURCE_EXCEEDED, fmt::format("A resource can have at most {} tags.", limit));
}
Status InsufficientCapacity(std::string text) {
  return MakeFault(v1::INSUFFICIENT_CACHE_CLUSTER_CAPACITY, std::move(text));
}

}  // namespace elastilab
