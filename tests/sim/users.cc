// What users do in a simulated region.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/sim/zone.h"

namespace elastilab {

void SimRegion::CreateGroup(const std::string& id, int members) {
  store_->Mutate([&](Draft& draft) -> Status {
    ReplicationGroup group;
    group.id = id;
    group.automatic_failover = members > 1 ? AutomaticFailover::kEnabled : AutomaticFailover::kDisabled;
    group.node_groups = {"0001"};
    NodeGroup shard;
    shard.group_id = id;
    shard.id = "0001";
    shard.primary_endpoint = {fmt::format("127.30.0.{}", draft.NextId()), 6379};
    shard.reader_endpoint = {fmt::format("127.30.0.{}", draft.NextId()), 6379};
    for (int i = 0; i < members; ++i) {
      CacheNode node;
      node.uid = draft.NextId();
      node.cluster_id = fmt::format("{}-{:03}", id, i + 1);
      node.id = "0001";
      node.group_id = id;
      node.node_group_id = "0001";
      node.zone = zones()[i % 3];
      node.address = fmt::format("127.31.0.{}", node.uid);
      node.port = 6379;
      node.role = i == 0 ? Role::kPrimary : Role::kReplica;
      if (i == 0) shard.primary = node.uid;
      shard.nodes.push_back(node.uid);
      CacheCluster cluster;
      cluster.id = node.cluster_id;
      cluster.group_id = id;
      cluster.node_group_id = "0001";
      cluster.nodes = {node.uid};
      group.member_clusters.push_back(cluster.id);
      draft.Put(node);
      draft.Put(cluster);
    }
    draft.Put(shard);
    draft.Put(group);
    return absl::OkStatus();
  }).IgnoreError();
}

void SimRegion::CreateMemcached(const std::string& id, int nodes) {
  store_->Mutate([&](Draft& draft) -> Status {
    CacheCluster cluster;
    cluster.id = id;
    cluster.engine = Engine::kMemcached;
    cluster.configuration_endpoint = {fmt::format("127.30.0.{}", draft.NextId()), 11211};
    for (int i = 0; i < nodes; ++i) {
      CacheNode node;
      node.uid = draft.NextId();
      node.cluster_id = id;
      node.id = fmt::format("{:04}", i + 1);
      node.zone = zones()[i % 3];
      node.address = fmt::format("127.31.0.{}", node.uid);
      node.port = 11211;
      cluster.nodes.push_back(node.uid);
      draft.Put(node);
    }
    draft.Put(cluster);
    return absl::OkStatus();
  }).IgnoreError();
}

void SimRegion::Delete(const std::string& id) {
  acknowledged_.erase(id);
  store_->Mutate([&](Draft& draft) -> Status {
    if (const ReplicationGroup* found = draft.Find<ReplicationGroup>(id)) {
      ReplicationGroup group = *found;
      group.status = GroupStatus::kDeleting;
      draft.Put(group);
    }
    for (const CacheCluster* found : draft.All<CacheCluster>()) {
      if (found->id != id && found->group_id != id) continue;
      CacheCluster cluster = *found;
      cluster.status = ClusterStatus::kDeleting;
      for (NodeUid uid : cluster.nodes) {
        CacheNode node = *draft.Find<CacheNode>(uid);
        node.status = NodeStatus::kDeleting;
        draft.Put(node);
      }
      draft.Put(cluster);
    }
    return absl::OkStatus();
  }).IgnoreError();
}

std::string SimRegion::PromoteByHand(const std::string& group_id) {
  const uint64_t which = random_();
  std::string wanted;
  store_->Mutate([&](Draft& draft) -> Status {
    wanted.clear();
    const ReplicationGroup* found = draft.Find<ReplicationGroup>(group_id);
    if (found == nullptr || found->status != GroupStatus::kAvailable) return absl::OkStatus();
    ReplicationGroup group = *found;
    wanted = group.member_clusters[which % group.member_clusters.size()];
    group.pending.primary_cluster_id = wanted;
    group.status = GroupStatus::kModifying;
    draft.Put(group);
    return absl::OkStatus();
  }).IgnoreError();
  return wanted;
}

void SimRegion::Upgrade(const std::string& group_id) {
  const std::string version = fmt::format("7.{}", ++upgrades_);
  store_->Mutate([&](Draft& draft) -> Status {
    const ReplicationGroup* found = draft.Find<ReplicationGroup>(group_id);
    if (found == nullptr || found->status != GroupStatus::kAvailable) return absl::OkStatus();
    ReplicationGroup group = *found;
    group.engine_version = version;
    group.status = GroupStatus::kModifying;
    draft.Put(group);
    return absl::OkStatus();
  }).IgnoreError();
}

}  // namespace elastilab
