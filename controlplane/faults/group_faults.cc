#include "controlplane/faults/group_faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controlplane/faults/common_faults.h"
#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

namespace {

Status InvalidState(std::string text) { return MakeFault(v1::INVALID_REPLICATION_GROUP_STATE, std::move(text)); }

}  // namespace

Status ReplicationGroupNotFound(std::string_view id) {
  return MakeFault(v1::REPLICATION_GROUP_NOT_FOUND, fmt::format("ReplicationGroup {} not found.", id));
}

Status ReplicationGroupAlreadyExists(std::string_view id) {
  return MakeFault(v1::REPLICATION_GROUP_ALREADY_EXISTS, fmt::format("Replication group {} already exists.", id));
}

Status MemberNameTaken(std::string_view group_id, std::string_view cluster_id) {
  return MakeFault(v1::REPLICATION_GROUP_ALREADY_EXISTS,
                   fmt::format("Replication group {} would have a member {}, and a cache cluster of that name already exists: choose "
                               "another id.",
                               group_id, cluster_id));
}

Status NodeGroupNotFound(const ReplicationGroup& group, std::string_view node_group_id) {
  return MakeFault(v1::NODE_GROUP_NOT_FOUND, fmt::format("Node group {} not found in replication group {}: it has {}.", node_group_id,
                                                         group.id, fmt::join(group.node_groups, ", ")));
}

Status GroupNotAvailable(const ReplicationGroup& group) {
  return InvalidState(
      fmt::format("Replication group must be in available state to modify. {} is {}.", group.id, Text(group.status)));
}

Status GroupNotDeletable(const ReplicationGroup& group) {
  return InvalidState(
      fmt::format("Replication group {} is not in a valid state to be deleted: it is {}.", group.id, Text(group.status)));
}

Status MemberNotDeletable(const CacheCluster& member) {
  return InvalidState(
      fmt::format("Cache cluster {} is not in a valid state to be deleted: it is {}.", member.id, Text(member.status)));
}

Status NotAvailableForTagging(const ReplicationGroup& group) {
  return InvalidState(
      fmt::format("Cluster not in available state to perform tagging operations. {} is {}.", group.id, Text(group.status)));
}

Status NodeGroupNotAvailable(const NodeGroup& node_group) {
  return InvalidState(fmt::format("Node group {} of {} is {}: wait until it is available.", node_group.id, node_group.group_id,
                                  Text(node_group.status)));
}

Status NoReplicaToFailOverTo(const NodeGroup& node_group) {
  return InvalidState(fmt::format("Node group {} of {} has no available read replica to fail over to.", node_group.id, node_group.group_id));
}

Status FailoverNeedsTwoMembers() {
  return InvalidCombination(
      "When using automatic failover, there must be at least 2 cache clusters in the replication group.");
}

Status EnablingFailoverNeedsReplica() {
  return InvalidCombination("Replication group must have at least one read replica to enable autofailover.");
}

Status MultiAzNeedsFailover() {
  return InvalidCombination("Must have automatic failover enabled for Multi-AZ: set AutomaticFailoverEnabled too.");
}

Status MultiAzNeedsTwoZones(std::string_view zone) {
  return InvalidCombination(fmt::format(
      "Multi-AZ needs nodes in at least two availability zones, and all would be in {}: add a replica in another zone.", zone));
}

Status FailoverNeededForMultiAz(std::string_view group_id) {
  return InvalidCombination(fmt::format(
      "Automatic failover cannot be disabled while Multi-AZ is enabled on {}: disable MultiAZEnabled in the same call.", group_id));
}

Status FailoverIsDisabled(std::string_view group_id) {
  return InvalidCombination(fmt::format(
      "Automatic failover is not enabled on replication group {}: enable AutomaticFailoverEnabled first.", group_id));
}

Status PromotionNeedsFailoverOff(std::string_view group_id) {
  return InvalidCombination(fmt::format(
      "Cannot change the primary of {} while automatic failover or Multi-AZ is enabled: disable both first, then promote, then enable "
      "them again.",
      group_id));
}

Status NotAMember(std::string_view cluster_id, std::string_view group_id) {
  return InvalidValue(fmt::format("Cache cluster {} is not a member of replication group {}.", cluster_id, group_id));
}

Status AlreadyInGroup(const CacheCluster& cluster) {
  return MakeFault(v1::INVALID_CACHE_CLUSTER_STATE,
                   fmt::format("Cache cluster {} is already a member of replication group {}.", cluster.id, cluster.group_id));
}

Status SnapshotsNeedSourceCluster() {
  return InvalidCombination("Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots");
}

Status TestFailoverQuotaExceeded(int limit) {
  return MakeFault(v1::API_CALL_RATE_FOR_CUSTOMER_EXCEEDED,
                   fmt::format("TestFailover may be called for at most {} node groups in a rolling 24-hour period.", limit));
}

Status NoOperation(std::string_view group_id, int replicas) {
  return MakeFault(v1::NO_OPERATION, fmt::format("Replication group {} already has {} replicas per node group.", group_id, replicas));
}

Status MustApplyImmediately() { return InvalidValue("ApplyImmediately must be true: this change cannot wait."); }

Status GiveExactlyOne(std::string_view choices) { return InvalidCombination(fmt::format("Give exactly one of {}.", choices)); }

Status ReplicaCountGoesTheOtherWay(int wanted, int current, std::string_view use) {
  return InvalidValue(
      fmt::format("The node group has {} replicas now and {} are asked for: use {} instead.", current, wanted, use));
}

Status CannotRemovePrimary(std::string_view cluster_id) {
  return InvalidValue(fmt::format("Cache cluster {} is the primary of its node group and cannot be removed.", cluster_id));
}

}  // namespace elastilab
