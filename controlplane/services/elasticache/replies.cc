#include "controlplane/services/elasticache/replies.h"

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

void FillEndpoint(const Endpoint& endpoint, const std::string& dns_name, const Region& region, v1::Endpoint& out) {
  out.set_address(region.endpoint_style == EndpointStyle::kDns ? dns_name : endpoint.address);
  out.set_port(endpoint.port);
}

// Our words for states are the service's wire strings.
template <typename E>
E WireEnum(std::string_view text) {
  const auto* value = ParseEnumWire(google::protobuf::GetEnumDescriptor<E>(), text);
  return value == nullptr ? E{} : static_cast<E>(value->number());
}

void FillNode(const CacheNode& node, const Region& region, v1::CacheNode& out) {
  out.set_cache_node_id(node.id);
  out.set_cache_node_status(std::string(Text(node.status)));
  FillTimestamp(node.created_at, *out.mutable_cache_node_create_time());
  out.set_parameter_group_status(std::string(Text(node.parameters)));
  out.set_customer_availability_zone(node.zone);
  if (node.status == NodeStatus::kCreating) return;  // no endpoint before there is a node
  FillEndpoint({node.address, node.port}, NodeDnsName(region.location, node.cluster_id, node.id), region, *out.mutable_endpoint());
}

void FillPending(const PendingClusterChanges& pending, v1::PendingModifiedValues& out) {
  if (pending.num_nodes) out.set_num_cache_nodes(*pending.num_nodes);
  for (const std::string& id : pending.node_ids_to_remove) out.add_cache_node_ids_to_remove(id);
  if (pending.engine_version) out.set_engine_version(*pending.engine_version);
  if (pending.node_type) out.set_cache_node_type(*pending.node_type);
}

// Version and node type of a group wait for all its members; the group itself has no such members to show.
PendingClusterChanges PendingOf(const CacheCluster& cluster, const Lookup& find) {
  const ReplicationGroup* group = cluster.group_id.empty() ? nullptr : find.group(cluster.group_id);
  if (group == nullptr) return cluster.pending;
  PendingClusterChanges pending;
  pending.engine_version = group->pending.engine_version;
  pending.node_type = group->pending.node_type;
  return pending;
}

// As far as the slowest of the nodes.
void FillParameterStatus(const CacheCluster& cluster, const Lookup& find, v1::CacheParameterGroupStatus& out) {
  out.set_cache_parameter_group_name(cluster.parameter_group);
  ParameterStatus status = ParameterStatus::kInSync;
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* node = find.node(uid);
    if (node == nullptr || node->parameters == ParameterStatus::kInSync) continue;
    if (node->parameters == ParameterStatus::kPendingReboot) out.add_cache_node_ids_to_reboot(node->id);
    if (status != ParameterStatus::kApplying) status = node->parameters;
  }
  out.set_parameter_apply_status(std::string(Text(status)));
}

template <typename Record, typename Message>
void FillNetwork(const Record& record, Message& out) {
  out.set_network_type(WireEnum<v1::NetworkType>(record.network_type));
  out.set_ip_discovery(WireEnum<v1::IpDiscovery>(record.ip_discovery));
}

void FillMember(const CacheNode& node, const Region& region, v1::NodeGroupMember& out) {
  out.set_cache_cluster_id(node.cluster_id);
  out.set_cache_node_id(node.id);
  out.set_preferred_availability_zone(node.zone);
  out.set_current_role(std::string(Text(node.role)));
  if (node.status == NodeStatus::kCreating) return;
  FillEndpoint({node.address, node.port}, NodeDnsName(region.location, node.cluster_id, node.id), region,
               *out.mutable_read_endpoint());
}

void FillNodeGroup(const NodeGroup& shard, const ReplicationGroup& group, const Lookup& find, const Region& region,
                   v1::NodeGroup& out) {
  out.set_node_group_id(shard.id);
  out.set_status(std::string(Text(shard.status)));
  if (group.status != GroupStatus::kCreating && !group.cluster_enabled) {
    FillEndpoint(shard.primary_endpoint, PrimaryDnsName(region.location, group.id), region, *out.mutable_primary_endpoint());
    FillEndpoint(shard.reader_endpoint, ReaderDnsName(region.location, group.id), region, *out.mutable_reader_endpoint());
  }
  if (group.cluster_enabled) out.set_slots(shard.slots);
  for (NodeUid uid : shard.nodes) {
    if (const CacheNode* node = find.node(uid)) FillMember(*node, region, *out.add_node_group_members());
  }
}

void FillPending(const PendingGroupChanges& pending, v1::ReplicationGroupPendingModifiedValues& out) {
  if (pending.primary_cluster_id) out.set_primary_cluster_id(*pending.primary_cluster_id);
  if (pending.automatic_failover) {
    out.set_automatic_failover_status(*pending.automatic_failover ? v1::PENDING_AUTOMATIC_FAILOVER_STATUS_ENABLED
                                                                  : v1::PENDING_AUTOMATIC_FAILOVER_STATUS_DISABLED);
  }
}

// The record of the draft, kept in `around` too; null when there is none.
template <typename T>
std::shared_ptr<const T> Keep(const Draft& draft, const KeyType<T>& key, State& around) {
  const std::shared_ptr<const T> record = draft.Share<T>(key);
  if (record != nullptr) around.table<T>()[key] = record;
  return record;
}

}  // namespace

void FillCacheCluster(const CacheCluster& cluster, const Lookup& find, const Region& region, bool show_nodes,
                      v1::CacheCluster& out) {
  out.set_cache_cluster_id(cluster.id);
  if (!cluster.configuration_endpoint.empty() && cluster.status != ClusterStatus::kCreating) {
    FillEndpoint(cluster.configuration_endpoint, MemcachedConfigurationDnsName(region.location, cluster.id), region,
                 *out.mutable_configuration_endpoint());
  }
  out.set_client_download_landing_page("https://console.aws.amazon.com/elasticache/home#client-download:");
  out.set_cache_node_type(cluster.node_type);
  out.set_engine(std::string(Text(cluster.engine)));
  out.set_engine_version(cluster.engine_version);
  out.set_cache_cluster_status(std::string(Text(cluster.status)));
  out.set_num_cache_nodes(static_cast<int32_t>(cluster.nodes.size()));
  out.set_preferred_availability_zone(cluster.preferred_zone);
  FillTimestamp(cluster.created_at, *out.mutable_cache_cluster_create_time());
  out.set_preferred_maintenance_window(cluster.maintenance_window);
  FillPending(PendingOf(cluster, find), *out.mutable_pending_modified_values());
  if (!cluster.notification.topic_arn.empty()) {
    out.mutable_notification_configuration()->set_topic_arn(cluster.notification.topic_arn);
    out.mutable_notification_configuration()->set_topic_status(cluster.notification.status);
  }
  FillParameterStatus(cluster, find, *out.mutable_cache_parameter_group());
  out.set_cache_subnet_group_name(cluster.subnet_group);
  for (NodeUid uid : cluster.nodes) {
    if (const CacheNode* node = show_nodes ? find.node(uid) : nullptr) FillNode(*node, region, *out.add_cache_nodes());
  }
  out.set_auto_minor_version_upgrade(cluster.auto_minor_version_upgrade);
  for (const std::string& id : cluster.security_group_ids) {
    auto* group = out.add_security_groups();
    group->set_security_group_id(id);
    group->set_status("active");
  }
  if (!cluster.group_id.empty()) out.set_replication_group_id(cluster.group_id);
  if (cluster.engine != Engine::kMemcached) {
    out.set_snapshot_retention_limit(cluster.snapshots.retention_days);
    out.set_snapshot_window(cluster.snapshots.window);
  }
  out.set_auth_token_enabled(false);
  out.set_transit_encryption_enabled(false);
  const ReplicationGroup* group = cluster.group_id.empty() ? nullptr : find.group(cluster.group_id);
  out.set_at_rest_encryption_enabled(group != nullptr && group->at_rest_encryption);
  out.set_arn(Arn(region.location, "cluster", cluster.id));
  out.set_replication_group_log_delivery_enabled(false);
  FillNetwork(cluster, out);
}

void FillReplicationGroup(const ReplicationGroup& group, const Lookup& find, const Region& region, v1::ReplicationGroup& out) {
  out.set_replication_group_id(group.id);
  out.set_description(group.description);
  out.set_status(std::string(Text(group.status)));
  FillPending(group.pending, *out.mutable_pending_modified_values());
  for (const std::string& id : group.member_clusters) out.add_member_clusters(id);
  for (const std::string& id : group.node_groups) {
    const NodeGroup* shard = find.node_group(group.id + "/" + id);
    if (shard != nullptr) FillNodeGroup(*shard, group, find, region, *out.add_node_groups());
  }
  if (!group.snapshotting_cluster_id.empty()) out.set_snapshotting_cluster_id(group.snapshotting_cluster_id);
  out.set_automatic_failover(WireEnum<v1::AutomaticFailoverStatus>(Text(group.automatic_failover)));
  out.set_multi_az(group.multi_az ? v1::MULTI_AZ_STATUS_ENABLED : v1::MULTI_AZ_STATUS_DISABLED);
  out.set_snapshot_retention_limit(group.snapshots.retention_days);
  out.set_snapshot_window(group.snapshots.window);
  out.set_cluster_enabled(group.cluster_enabled);
  out.set_cache_node_type(group.node_type);
  out.set_auth_token_enabled(false);
  out.set_transit_encryption_enabled(false);
  out.set_at_rest_encryption_enabled(group.at_rest_encryption);
  out.set_arn(Arn(region.location, "replicationgroup", group.id));
  FillTimestamp(group.created_at, *out.mutable_replication_group_create_time());
  out.set_data_tiering(v1::DATA_TIERING_STATUS_DISABLED);
  out.set_auto_minor_version_upgrade(group.auto_minor_version_upgrade);
  FillNetwork(group, out);
  out.set_cluster_mode(group.cluster_enabled ? v1::CLUSTER_MODE_ENABLED : v1::CLUSTER_MODE_DISABLED);
  out.set_engine(std::string(Text(group.engine)));
}

Shown<CacheCluster> Show(const Draft& draft, const CacheCluster& cluster) {
  Shown<CacheCluster> shown{cluster, {}};
  if (!cluster.group_id.empty()) Keep<ReplicationGroup>(draft, cluster.group_id, shown.around);
  for (NodeUid uid : cluster.nodes) Keep<CacheNode>(draft, uid, shown.around);
  return shown;
}

Shown<ReplicationGroup> Show(const Draft& draft, const ReplicationGroup& group) {
  Shown<ReplicationGroup> shown{group, {}};
  for (const std::string& id : group.node_groups) {
    const auto shard = Keep<NodeGroup>(draft, group.id + "/" + id, shown.around);
    if (shard == nullptr) continue;
    for (NodeUid uid : shard->nodes) Keep<CacheNode>(draft, uid, shown.around);
  }
  return shown;
}

void FillReply(const Shown<CacheCluster>& cluster, const Region& region, v1::CacheCluster& out) {
  FillCacheCluster(cluster.record, LookupIn(cluster.around), region, false, out);
}

void FillReply(const Shown<ReplicationGroup>& group, const Region& region, v1::ReplicationGroup& out) {
  FillReplicationGroup(group.record, LookupIn(group.around), region, out);
}

void FillSubnetGroup(const SubnetGroup& group, const Region& region, v1::CacheSubnetGroup& out) {
  out.set_cache_subnet_group_name(group.name);
  out.set_cache_subnet_group_description(group.description);
  out.set_vpc_id(group.vpc_id);
  for (const Subnet& subnet : group.subnets) {
    auto* shown = out.add_subnets();
    shown->set_subnet_identifier(subnet.id);
    shown->mutable_subnet_availability_zone()->set_name(subnet.zone);
    shown->add_supported_network_types(v1::NETWORK_TYPE_IPV4);
  }
  out.set_arn(Arn(region.location, "subnetgroup", group.name));
  out.add_supported_network_types(v1::NETWORK_TYPE_IPV4);
}

}  // namespace elastilab
