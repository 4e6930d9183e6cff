#include "controlplane/services/elasticache/queued_changes.h"

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

Caller TheService(const Region& region) {
  Caller caller;
  caller.type = PrincipalType::kService;
  caller.account = region.location.account;
  caller.arn = "elasticache.amazonaws.com";
  return caller;
}

}  // namespace

Status ApplyQueuedChanges(const Dispatcher& dispatcher, Region& region, const Appointment& appointment) {
  RequestContext context{region, "maintenance-" + appointment.id, region.clock.Now(), TheService(region)};
  if (appointment.is_group) {
    v1::ModifyReplicationGroupRequest request;
    v1::ModifyReplicationGroupResponse response;
    request.set_replication_group_id(appointment.id);
    request.set_apply_immediately(true);
    return dispatcher.Dispatch("ModifyReplicationGroup", context, request, &response);
  }
  v1::ModifyCacheClusterRequest request;
  v1::ModifyCacheClusterResponse response;
  request.set_cache_cluster_id(appointment.id);
  request.set_apply_immediately(true);
  return dispatcher.Dispatch("ModifyCacheCluster", context, request, &response);
}

}  // namespace elastilab
