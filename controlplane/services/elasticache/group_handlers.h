// The operations on replication groups. Errors are those that operations.md declares for each.
#pragma once

#include "controlplane/services/elasticache/handlers.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status CreateReplicationGroup(RequestContext& context, const v1::CreateReplicationGroupRequest& request,
                              v1::CreateReplicationGroupResponse& response);
Status DescribeReplicationGroups(RequestContext& context, const v1::DescribeReplicationGroupsRequest& request,
                                 v1::DescribeReplicationGroupsResponse& response);
Status ModifyReplicationGroup(RequestContext& context, const v1::ModifyReplicationGroupRequest& request,
                              v1::ModifyReplicationGroupResponse& response);
Status DeleteReplicationGroup(RequestContext& context, const v1::DeleteReplicationGroupRequest& request,
                              v1::DeleteReplicationGroupResponse& response);
Status IncreaseReplicaCount(RequestContext& context, const v1::IncreaseReplicaCountRequest& request,
                            v1::IncreaseReplicaCountResponse& response);
Status DecreaseReplicaCount(RequestContext& context, const v1::DecreaseReplicaCountRequest& request,
                            v1::DecreaseReplicaCountResponse& response);
Status TestFailover(RequestContext& context, const v1::TestFailoverRequest& request, v1::TestFailoverResponse& response);

}  // namespace elastilab
