#include <fmt/format.h>

#include "controlplane/faces/admin/handlers.h"
#include "controlplane/region/catalog/naming.h"

namespace elastilab {
namespace {

void FillNode(const AdminContext& ctx, const CacheNode& node, pb::NodeInfo& info) {
  info.set_uid(node.uid);
  info.set_cluster_id(node.cluster_id);
  info.set_node_id(node.id);
  info.set_node_group_id(node.node_group_id);
  info.set_zone(node.zone);
  info.set_address(node.address);
  info.set_port(node.port);
  info.set_dns_name(NodeDnsName(ctx.region.location, node.cluster_id, node.id));
  info.set_role(std::string(Text(node.role)));
  info.set_status(std::string(Text(node.status)));
  info.set_incarnation(node.incarnation);
  info.set_problem(node.problem);
  info.set_phase("unknown");
  info.set_lag_bytes(-1);
  const auto seen = ctx.fleet.Observation(node.uid);
  if (!seen || seen->incarnation != node.incarnation) return;
  const bool connected = ctx.fleet.ZoneSeen(node.zone).connected;
  info.set_phase(std::string(connected ? Text(seen->phase) : Text(seen->direct)));
  info.set_pid(seen->phase == Phase::kExited ? 0 : seen->pid);
  info.set_engine_version(seen->engine_version);
  info.set_replication_offset(seen->offset);
  for (const std::string& endpoint : seen->endpoints) info.add_endpoints(endpoint);
}

// How far each replica is behind what was last read of its primary.
void FillLag(const Records& records, pb::DescribeTopologyResponse& response) {
  std::map<std::string, int64_t> primary_offset;
  for (const auto& info : response.nodes()) {
    auto shard = records.node_groups.find(info.node_group_id());
    if (shard != records.node_groups.end() && shard->second.primary == info.uid()) {
      primary_offset[info.node_group_id()] = info.replication_offset();
    }
  }
  for (auto& info : *response.mutable_nodes()) {
    auto offset = primary_offset.find(info.node_group_id());
    if (offset == primary_offset.end() || info.role() != "replica" || info.phase() != "ready") continue;
    info.set_lag_bytes(std::max<int64_t>(0, offset->second - info.replication_offset()));
  }
}

void AddEndpoint(const std::string& kind, const std::string& shard, const Endpoint& endpoint, const std::string& dns_name,
                 pb::DescribeTopologyResponse& response) {
  if (endpoint.empty()) return;
  auto* info = response.add_endpoints();
  info->set_kind(kind);
  info->set_node_group_id(shard);
  info->set_address(endpoint.address);
  info->set_port(endpoint.port);
  info->set_dns_name(dns_name);
}

void FillGroup(const Location& where, const Records& records, pb::DescribeTopologyResponse& response) {
  const ReplicationGroup& group = *records.group;
  response.set_kind("replication group");
  response.set_status(std::string(Text(group.status)));
  response.set_engine(std::string(Text(group.engine)));
  response.set_engine_version(group.engine_version);
  response.set_node_type(group.node_type);
  response.set_multi_az(group.multi_az);
  response.set_automatic_failover(std::string(Text(group.automatic_failover)));
  response.set_description(group.description);
  for (const auto& [id, shard] : records.node_groups) {
    AddEndpoint("primary", id, shard.primary_endpoint, PrimaryDnsName(where, group.id), response);
    AddEndpoint("reader", id, shard.reader_endpoint, ReaderDnsName(where, group.id), response);
  }
  AddEndpoint("configuration", "", group.configuration_endpoint, ConfigurationDnsName(where, group.id), response);
}

void FillCluster(const Location& where, const CacheCluster& cluster, pb::DescribeTopologyResponse& response) {
  response.set_kind("cache cluster");
  response.set_status(std::string(Text(cluster.status)));
  response.set_engine(std::string(Text(cluster.engine)));
  response.set_engine_version(cluster.engine_version);
  response.set_node_type(cluster.node_type);
  AddEndpoint("configuration", "", cluster.configuration_endpoint, MemcachedConfigurationDnsName(where, cluster.id),
              response);
}

}  // namespace

Status DescribeTopology(AdminContext& ctx, const pb::DescribeTopologyRequest& request,
                        pb::DescribeTopologyResponse& response) {
  Records records;
  bool found = false;
  // Read before the records: a change in between is seen by the next WaitForChange.
  response.set_revision(ctx.region.store.Revision());
  ctx.region.store.Read([&](const State& state) {
    const auto key = KeyOfName(state, request.id());
    found = key.has_value();
    if (found) records = RecordsOf(state, *key);
  });
  if (!found) {
    return absl::NotFoundError(fmt::format(
        "there is no cluster or replication group '{}'; elastilab list-clusters shows what there is", request.id()));
  }
  response.set_id(request.id());
  if (records.group) {
    FillGroup(ctx.region.location, records, response);
  } else {
    FillCluster(ctx.region.location, records.clusters.begin()->second, response);
  }
  for (const auto& [id, cluster] : records.clusters) {
    for (NodeUid uid : cluster.nodes) {
      auto node = records.nodes.find(uid);
      if (node != records.nodes.end()) FillNode(ctx, node->second, *response.add_nodes());
    }
  }
  FillLag(records, response);
  return absl::OkStatus();
}

}  // namespace elastilab
