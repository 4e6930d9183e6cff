#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controlplane/region/catalog/engine_choice.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/group_handlers.h"
#include "controlplane/services/elasticache/parameter_use.h"
#include "controlplane/services/elasticache/provision.h"
#include "controlplane/services/elasticache/replies.h"

namespace elastilab {
namespace {

constexpr int kTestFailoversPerDay = 15;

Status RefuseGroupChanges(const v1::ModifyReplicationGroupRequest& request) {
  if (request.has_transit_encryption_enabled() || request.has_transit_encryption_mode()) {
    return NotServedYet("Encryption in transit");
  }
  if (request.has_auth_token() || request.has_auth_token_update_strategy()) return NotServedYet("AUTH (AuthToken)");
  if (request.user_group_ids_to_add_size() > 0 || request.user_group_ids_to_remove_size() > 0 || request.remove_user_groups()) {
    return NotServedYet("User groups on a replication group");
  }
  if (request.log_delivery_configurations_size() > 0) return NotServedYet("Log delivery");
  if (request.cluster_mode() == v1::CLUSTER_MODE_ENABLED || request.cluster_mode() == v1::CLUSTER_MODE_COMPATIBLE) {
    return NotServedYet("Cluster mode");
  }
  if (request.has_engine() && ParseEngine(request.engine()) == std::nullopt) {
    return InvalidParameterValue(fmt::format("Invalid value for Engine: {}.", request.engine()));
  }
  return absl::OkStatus();
}

struct ChangeWork {
  Draft& draft;
  const v1::ModifyReplicationGroupRequest& request;
  ReplicationGroup& group;
  bool anything = false;
};

int CountZones(const Draft& draft, const ReplicationGroup& group) {
  return static_cast<int>(NodesPerZone(draft, group).size());
}

Status ChangeFailover(ChangeWork& change) {
  ReplicationGroup& group = change.group;
  if (change.request.has_automatic_failover_enabled()) {
    change.anything = true;
    const bool on = change.request.automatic_failover_enabled();
    if (on && group.member_clusters.size() < 2) {
      return InvalidParameterCombination("Replication group must have at least one read replica to enable autofailover.");
    }
    if (!on && group.multi_az && !(change.request.has_multi_az_enabled() && !change.request.multi_az_enabled())) {
      return InvalidParameterCombination("Multi-AZ needs automatic failover: turn MultiAZEnabled off first, or in the same call.");
    }
    group.automatic_failover = on ? AutomaticFailover::kEnabled : AutomaticFailover::kDisabled;
  }
  if (change.request.has_multi_az_enabled()) {
    change.anything = true;
    if (change.request.multi_az_enabled()) {
      if (group.automatic_failover != AutomaticFailover::kEnabled) {
        return InvalidParameterCombination("Must have automatic failover enabled for Multi-AZ: set AutomaticFailoverEnabled too.");
      }
      if (CountZones(change.draft, group) < 2) {
        return InvalidParameterCombination(
            "Multi-AZ needs nodes in two availability zones or more: add a replica in another zone first.");
      }
    }
    group.multi_az = change.request.multi_az_enabled();
  }
  return absl::OkStatus();
}

// A promotion by hand. The planner carries it out.
Status ChangePrimary(ChangeWork& change) {
  if (!change.request.has_primary_cluster_id()) return absl::OkStatus();
  change.anything = true;
  const std::string wanted = LowerCase(change.request.primary_cluster_id());
  const auto& members = change.group.member_clusters;
  if (std::find(members.begin(), members.end(), wanted) == members.end()) return CacheClusterNotFound(wanted);
  if (change.group.automatic_failover != AutomaticFailover::kDisabled || change.group.multi_az) {
    return InvalidParameterCombination(
        "A primary can be chosen by hand while automatic failover and Multi-AZ are off: turn them off first, on again afterwards.");
  }
  if (!change.request.apply_immediately()) return InvalidParameterCombination("PrimaryClusterId needs ApplyImmediately.");
  change.group.pending.primary_cluster_id = wanted;
  change.group.status = GroupStatus::kModifying;
  return absl::OkStatus();
}

// Snapshots need a node to be taken of.
Status ChangeSnapshots(ChangeWork& change) {
  if (change.request.has_snapshotting_cluster_id()) {
    change.anything = true;
    const std::string id = LowerCase(change.request.snapshotting_cluster_id());
    const auto& members = change.group.member_clusters;
    if (std::find(members.begin(), members.end(), id) == members.end()) return CacheClusterNotFound(id);
    change.group.snapshotting_cluster_id = id;
  }
  const bool turned_on = change.request.snapshot_retention_limit() > 0;
  if (turned_on && change.group.snapshotting_cluster_id.empty()) {
    return InvalidParameterCombination("Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots");
  }
  return absl::OkStatus();
}

// The version, and the parameter group, which has to fit it. A group takes effect at once, whatever ApplyImmediately
// says, unless it is for a version that waits.
Status ChangeVersion(ChangeWork& change) {
  ReplicationGroup& group = change.group;
  if (!change.request.has_engine_version() && !change.request.has_cache_parameter_group_name()) return absl::OkStatus();
  change.anything = true;
  std::string version = group.engine_version;
  if (change.request.has_engine_version()) {
    ASSIGN_OR_RETURN(version, ChooseUpgrade(group.engine, group.engine_version, change.request.engine_version()));
  }
  const auto asked = change.request.has_cache_parameter_group_name()
                         ? std::optional(change.request.cache_parameter_group_name())
                         : std::nullopt;
  ASSIGN_OR_RETURN(const std::string parameters,
                   ChooseGroupFor(change.draft, group.engine, version, true, group.parameter_group, asked));
  if (change.request.has_engine_version() && !change.request.apply_immediately()) {
    group.pending.engine_version = version;
    group.pending.parameter_group = asked ? std::optional(parameters) : std::nullopt;
    return absl::OkStatus();
  }
  group.engine_version = version;
  group.parameter_group = parameters;
  return absl::OkStatus();
}

// Version and node type go to every member; the planner rolls them out (planner/rollout.h).
Status ChangeEngine(ChangeWork& change) {
  ReplicationGroup& group = change.group;
  if (change.request.has_engine() && *ParseEngine(change.request.engine()) != group.engine) {
    return NotServedYet("Changing from redis to valkey");
  }
  RETURN_IF_ERROR(ChangeVersion(change));
  if (change.request.has_cache_node_type()) {
    change.anything = true;
    ASSIGN_OR_RETURN(const std::string type,
                     CheckNodeType(group.engine, group.engine_version, change.request.cache_node_type()));
    if (change.request.apply_immediately()) {
      group.node_type = type;
    } else {
      group.pending.node_type = type;
    }
  }
  return absl::OkStatus();
}

// What waited for the window is applied with whatever is applied at once.
v1::ModifyReplicationGroupRequest WithPending(v1::ModifyReplicationGroupRequest request, ReplicationGroup& group) {
  if (!request.apply_immediately()) return request;
  const PendingGroupChanges waiting = std::exchange(group.pending, {});
  if (waiting.engine_version && !request.has_engine_version()) {
    request.set_engine_version(AskedVersion(group.engine, *waiting.engine_version));
  }
  if (waiting.parameter_group && !request.has_cache_parameter_group_name()) {
    request.set_cache_parameter_group_name(*waiting.parameter_group);
  }
  if (waiting.node_type && !request.has_cache_node_type()) request.set_cache_node_type(*waiting.node_type);
  return request;
}

// What members share with their group. A parameter group for the version they run is theirs at once; one that comes with
// a new version comes when the planner rolls that out.
void CopyToMembers(Draft& draft, const ReplicationGroup& group) {
  for (const std::string& id : group.member_clusters) {
    const CacheCluster* found = draft.Find<CacheCluster>(id);
    if (found == nullptr) continue;
    CacheCluster cluster = *found;
    cluster.maintenance_window = group.maintenance_window;
    cluster.snapshots.window = group.snapshots.window;
    cluster.snapshots.retention_days = id == group.snapshotting_cluster_id ? group.snapshots.retention_days : 0;
    cluster.notification = group.notification;
    cluster.auto_minor_version_upgrade = group.auto_minor_version_upgrade;
    cluster.security_group_ids = group.security_group_ids;
    if (cluster.engine_version == group.engine_version && cluster.parameter_group != group.parameter_group) {
      cluster.parameter_group = group.parameter_group;
      cluster.status = ClusterStatus::kModifying;
      ApplyParameters(draft, cluster);
    }
    draft.Put(cluster);
  }
}

int RecentTestFailovers(const Draft& draft, ServiceTime now) {
  int recent = 0;
  for (const FailoverRecord* record : draft.All<FailoverRecord>()) {
    recent += record->cause == FailoverCause::kTestFailover && now - record->started_at < std::chrono::hours(24) ? 1 : 0;
  }
  // Those that the reconciler has not written down yet.
  for (const NodeGroup* shard : draft.All<NodeGroup>()) {
    recent += shard->failover.cause == FailoverCause::kTestFailover && shard->failover.record_id == 0 ? 1 : 0;
  }
  return recent;
}

}  // namespace

Status ModifyReplicationGroup(RequestContext& context, const v1::ModifyReplicationGroupRequest& request,
                              v1::ModifyReplicationGroupResponse& response) {
  const std::string id = LowerCase(request.replication_group_id());
  RETURN_IF_ERROR(RefuseGroupChanges(request));
  const auto modify = [&](Draft& draft) -> StatusOr<Shown<ReplicationGroup>> {
    const ReplicationGroup* found = draft.Find<ReplicationGroup>(id);
    if (found == nullptr) return ReplicationGroupNotFound(id);
    if (found->status != GroupStatus::kAvailable) return ReplicationGroupNotAvailable(id, Text(found->status));
    ReplicationGroup group = *found;
    const v1::ModifyReplicationGroupRequest asked = WithPending(request, group);
    ChangeWork change{draft, asked, group};
    ASSIGN_OR_RETURN(change.anything, ModifyCommonAttributes(request, group));
    if (request.has_replication_group_description()) {
      change.anything = true;
      group.description = request.replication_group_description();
      if (group.description.empty() || group.description.size() > 255) {
        return InvalidParameterValue("ReplicationGroupDescription has 1 to 255 characters.");
      }
    }
    RETURN_IF_ERROR(ChangeFailover(change));
    RETURN_IF_ERROR(ChangePrimary(change));
    RETURN_IF_ERROR(ChangeSnapshots(change));
    RETURN_IF_ERROR(ChangeEngine(change));
    if (!change.anything) return NothingToModify();
    if (group.engine_version != found->engine_version || group.node_type != found->node_type ||
        group.parameter_group != found->parameter_group) {
      group.status = GroupStatus::kModifying;
    }
    if (found->pending.empty()) group.pending_since = context.now;
    draft.Put(group);
    CopyToMembers(draft, group);
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const auto modified, context.region.store.Mutate(modify));
  FillReply(modified, context.region, *response.mutable_replication_group());
  return absl::OkStatus();
}

// The planner fences the primary by killing its process, then fails over as if it had died.
Status TestFailover(RequestContext& context, const v1::TestFailoverRequest& request, v1::TestFailoverResponse& response) {
  const std::string id = LowerCase(request.replication_group_id());
  const auto start = [&](Draft& draft) -> StatusOr<Shown<ReplicationGroup>> {
    const ReplicationGroup* group = draft.Find<ReplicationGroup>(id);
    if (group == nullptr) return ReplicationGroupNotFound(id);
    const NodeGroup* found = draft.Find<NodeGroup>(id + "/" + request.node_group_id());
    if (found == nullptr) return NodeGroupNotFound(id, request.node_group_id());
    if (group->automatic_failover != AutomaticFailover::kEnabled) {
      return InvalidParameterCombination(
          fmt::format("Automatic failover is not enabled for replication group {}: turn it on with ModifyReplicationGroup.", id));
    }
    if (group->status != GroupStatus::kAvailable) return ReplicationGroupNotAvailable(id, Text(group->status));
    if (found->failover.step != FailoverStep::kNone) {
      return InvalidReplicationGroupState(fmt::format("A failover of node group {} is under way: wait until it is over.", found->id));
    }
    const bool replica = std::any_of(found->nodes.begin(), found->nodes.end(), [&](NodeUid uid) {
      return uid != found->primary && draft.Find<CacheNode>(uid)->status == NodeStatus::kAvailable;
    });
    if (!replica) {
      return InvalidReplicationGroupState(
          fmt::format("Node group {} of {} has no available replica to fail over to.", found->id, id));
    }
    if (RecentTestFailovers(draft, context.now) >= kTestFailoversPerDay) return TestFailoverQuotaExceeded(kTestFailoversPerDay);
    const auto shown = Show(draft, *group);
    NodeGroup shard = *found;
    shard.failover = {};
    shard.failover.step = FailoverStep::kFencing;
    shard.failover.cause = FailoverCause::kTestFailover;
    shard.failover.old_primary = shard.primary;
    shard.status = NodeGroupStatus::kModifying;
    draft.Put(shard);
    ReplicationGroup changed = *group;
    changed.status = GroupStatus::kModifying;
    draft.Put(changed);
    draft.Emit({0, SourceType::kReplicationGroup, id,
                fmt::format("Test Failover API called for node group {}", request.node_group_id()), context.now});
    return shown;
  };
  ASSIGN_OR_RETURN(const auto before, context.region.store.Mutate(start));
  FillReply(before, context.region, *response.mutable_replication_group());
  return absl::OkStatus();
}

}  // namespace elastilab
