#include "controlplane/services/elasticache/members.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/faults/faults.h"

namespace elastilab {

Status AddMember(Provision& provision, Draft& draft, ReplicationGroup& group, NodeGroup& shard, const std::string& cluster_id,
                 const std::string& zone, ServiceTime now) {
  if (draft.Find<CacheCluster>(cluster_id) != nullptr) return CacheClusterAlreadyExists(cluster_id);
  CacheCluster cluster;
  cluster.id = cluster_id;
  cluster.generation = draft.NextId();
  cluster.group_id = group.id;
  cluster.node_group_id = shard.id;
  cluster.engine = group.engine;
  cluster.engine_version = group.engine_version;
  cluster.node_type = group.node_type;
  cluster.port = group.port;
  cluster.preferred_zone = zone;
  cluster.parameter_group = group.parameter_group;
  cluster.subnet_group = group.subnet_group;
  cluster.security_group_ids = group.security_group_ids;
  cluster.maintenance_window = group.maintenance_window;
  cluster.snapshots = group.snapshots;
  cluster.auto_minor_version_upgrade = group.auto_minor_version_upgrade;
  cluster.notification = group.notification;
  cluster.created_at = now;
  const bool first = shard.nodes.empty();
  const CacheNode node = provision.AddNode(cluster, "0001", zone, first ? Role::kPrimary : Role::kReplica);
  if (first) shard.primary = node.uid;
  shard.nodes.push_back(node.uid);
  group.member_clusters.push_back(cluster_id);
  draft.Put(cluster);
  return absl::OkStatus();
}

std::string FreeMemberId(const Draft& draft, const ReplicationGroup& group) {
  for (int number = 1;; ++number) {
    std::string id = MemberClusterId(group.id, "0001", false, number);
    if (draft.Find<CacheCluster>(id) == nullptr) return id;
  }
}

void DeleteClusterRecords(Draft& draft, CacheCluster cluster) {
  cluster.status = ClusterStatus::kDeleting;
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* found = draft.Find<CacheNode>(uid);
    if (found == nullptr) continue;
    CacheNode node = *found;
    node.status = NodeStatus::kDeleting;
    draft.Put(node);
  }
  draft.Put(std::move(cluster));
}

void TellAgents(Draft& draft, const CacheCluster& cluster) {
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* found = draft.Find<CacheNode>(uid);
    if (found == nullptr || found->status == NodeStatus::kDeleting) continue;
    CacheNode node = *found;
    ++node.revision;
    draft.Put(std::move(node));
  }
}

void TellAgents(Draft& draft, const ReplicationGroup& group) {
  for (const std::string& id : group.member_clusters) {
    if (const CacheCluster* member = draft.Find<CacheCluster>(id)) TellAgents(draft, *member);
  }
}

// Terraform matches parts of these three texts.
Status CheckMemberMayGo(const Draft& draft, const CacheCluster& cluster, const ReplicationGroup& group) {
  if (group.status != GroupStatus::kAvailable) return ReplicationGroupNotAvailable(group.id, Text(group.status));
  if (group.cluster_enabled) {
    return InvalidCacheClusterState(fmt::format("Cache cluster {} belongs to a group with cluster mode: change the group.", cluster.id));
  }
  if (group.member_clusters.size() == 1) {
    return InvalidCacheClusterState(
        "Cannot delete the cache cluster since it is the only member of a replication group. Delete the replication group "
        "instead.");
  }
  const NodeGroup* shard = draft.Find<NodeGroup>(group.id + "/" + cluster.node_group_id);
  const bool is_primary = shard != nullptr && std::find(cluster.nodes.begin(), cluster.nodes.end(), shard->primary) != cluster.nodes.end();
  if (is_primary) {
    return InvalidCacheClusterState(
        fmt::format("Cache cluster {} is serving as primary for replication group {} and cannot be deleted. To delete the entire "
                    "replication group, use DeleteReplicationGroup.",
                    cluster.id, group.id));
  }
  if (group.member_clusters.size() == 2 && group.automatic_failover != AutomaticFailover::kDisabled) {
    return InvalidCacheClusterState(fmt::format(
        "Cannot delete the cache cluster because it is the only read replica for replication group {} which has autofailover "
        "enabled or pending. You can disable autofailover and then delete this cache cluster. Alternatively, to delete the "
        "entire replication group, use DeleteReplicationGroup.",
        group.id));
  }
  return absl::OkStatus();
}

}  // namespace elastilab
