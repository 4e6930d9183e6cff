// Faults of replication groups and node groups. States in shared/reference/states.md section 3, texts in validation.md.
#pragma once

#include <string_view>

#include "common/status.h"
#include "controlplane/model/records.h"

namespace elastilab {

Status ReplicationGroupNotFound(std::string_view id);
Status ReplicationGroupAlreadyExists(std::string_view id);
// The name of a member is taken by a cluster that has nothing to do with the group.
Status MemberNameTaken(std::string_view group_id, std::string_view cluster_id);
Status NodeGroupNotFound(const ReplicationGroup& group, std::string_view node_group_id);

// InvalidReplicationGroupState.
Status GroupNotAvailable(const ReplicationGroup& group);
Status GroupNotDeletable(const ReplicationGroup& group);
Status MemberNotDeletable(const CacheCluster& member);
Status NotAvailableForTagging(const ReplicationGroup& group);
Status NodeGroupNotAvailable(const NodeGroup& node_group);
Status NoReplicaToFailOverTo(const NodeGroup& node_group);

Status FailoverNeedsTwoMembers();
Status EnablingFailoverNeedsReplica();
Status MultiAzNeedsFailover();
Status MultiAzNeedsTwoZones(std::string_view zone);
Status FailoverNeededForMultiAz(std::string_view group_id);
Status FailoverIsDisabled(std::string_view group_id);
Status PromotionNeedsFailoverOff(std::string_view group_id);
Status NotAMember(std::string_view cluster_id, std::string_view group_id);
Status AlreadyInGroup(const CacheCluster& cluster);
Status SnapshotsNeedSourceCluster();
Status TestFailoverQuotaExceeded(int limit);

Status NoOperation(std::string_view group_id, int replicas);
Status MustApplyImmediately();
Status GiveExactlyOne(std::string_view choices);
Status ReplicaCountGoesTheOtherWay(int wanted, int current, std::string_view use);
Status CannotRemovePrimary(std::string_view cluster_id);

}  // namespace elastilab
