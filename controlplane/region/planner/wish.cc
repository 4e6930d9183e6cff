#include "controlplane/region/planner/wish.h"

#include <algorithm>

namespace elastilab {
namespace {

bool ServesReads(const CacheNode& node) {
  return node.role == Role::kReplica && node.status == NodeStatus::kAvailable && !node.fenced;
}

// With no replica that serves, the primary is also the reader; not where one is about to serve, in a group that is being
// made or whose rebuilt primary returns: an engine that changes its addresses closes all of them for an instant, just
// when clients come.
bool PrimaryServesReads(const Records& records, const NodeGroup& shard) {
  if (shard.failover.step == FailoverStep::kReturning) return false;
  const bool is_new = records.group && records.group->status == GroupStatus::kCreating;
  if (is_new && shard.nodes.size() > 1) return false;
  return std::none_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) {
    auto it = records.nodes.find(uid);
    return it != records.nodes.end() && ServesReads(it->second);
  });
}

// A rebuilt primary gets its role back from its source by a handover, too (rebuild.h).
bool IsReturningRole(const Records& records, const NodeGroup& shard) {
  const auto source = records.nodes.find(shard.failover.candidate);
  return shard.failover.step == FailoverStep::kReturning && source != records.nodes.end() &&
         source->second.role == Role::kPrimary;
}

// While the engines themselves switch roles, nobody is to turn them back.
void FillHandover(const Records& records, const NodeGroup& shard, const CacheNode& node, Wish& wish) {
  const FailoverProgress& change = shard.failover;
  const bool returning = IsReturningRole(records, shard);
  if (change.step != FailoverStep::kHandingOver && !returning) return;
  if (node.uid != change.old_primary && node.uid != change.candidate) return;
  wish.hands_off = true;
  const NodeUid from = returning ? change.candidate : change.old_primary;
  const auto to = records.nodes.find(returning ? change.old_primary : change.candidate);
  if (node.uid == from && to != records.nodes.end()) {
    wish.handover = WishedHandover{HandoverTask(shard), {to->second.address, to->second.port}};
  }
}

std::vector<std::string> EndpointsOf(const Records& records, const NodeGroup& shard, const CacheNode& node) {
  std::vector<std::string> endpoints;
  if (node.role == Role::kReplica) {
    if (ServesReads(node) && !shard.reader_endpoint.empty()) endpoints.push_back(shard.reader_endpoint.address);
    return endpoints;
  }
  if (shard.primary != node.uid) return endpoints;
  if (!shard.primary_endpoint.empty()) endpoints.push_back(shard.primary_endpoint.address);
  if (!shard.reader_endpoint.empty() && PrimaryServesReads(records, shard)) {
    endpoints.push_back(shard.reader_endpoint.address);
  }
  return endpoints;
}

// One node of each zone serves the configuration endpoint, so that a lost zone takes nobody else's along.
bool HostsDiscovery(const Records& records, const CacheCluster& cluster, const CacheNode& node) {
  for (NodeUid uid : cluster.nodes) {
    auto it = records.nodes.find(uid);
    if (it == records.nodes.end() || it->second.zone != node.zone) continue;
    if (it->second.status == NodeStatus::kDeleting) continue;
    return uid == node.uid;
  }
  return false;
}

}  // namespace

int64_t HandoverTask(const NodeGroup& shard) {
  return shard.failover.step == FailoverStep::kHandingOver ? shard.failover.record_id : shard.failover.step_micros;
}

Wish WishFor(const Records& records, const CacheNode& node) {
  Wish wish;
  wish.incarnation = node.incarnation;
  wish.fenced = node.fenced;
  wish.keep_files = node.keep_files;
  wish.role = node.role;
  wish.startup_settings = node.startup_settings;
  if (auto it = records.nodes.find(node.follows); it != records.nodes.end()) {
    wish.follow = {it->second.address, it->second.port};
  }
  if (auto it = records.clusters.find(node.cluster_id); it != records.clusters.end()) {
    const CacheCluster& cluster = it->second;
    wish.engine_version = cluster.engine_version;
    wish.node_type = cluster.node_type;
    wish.parameter_group = cluster.parameter_group;
    if (!cluster.configuration_endpoint.empty() && HostsDiscovery(records, cluster, node)) {
      wish.discovery = WishedDiscovery{cluster.configuration_endpoint, cluster.discovery_version, cluster.discovered};
    }
  }
  auto shard = records.node_groups.find(node.node_group_id);
  if (shard == records.node_groups.end()) {
    wish.restart_in_place = true;
  } else {
    wish.endpoints = EndpointsOf(records, shard->second, node);
    wish.shared_address = shard->second.reader_endpoint.address;
    wish.held = node.stopped;
    FillHandover(records, shard->second, node, wish);
  }
  return wish;
}

void RaiseRevisions(const Records& before, Records& after) {
  for (auto& [uid, node] : after.nodes) {
    auto old = before.nodes.find(uid);
    if (old == before.nodes.end()) continue;
    if (WishFor(before, old->second) != WishFor(after, node)) node.revision = old->second.revision + 1;
  }
}

}  // namespace elastilab
