#include "controlplane/api/replies.h"

#include <algorithm>

#include "schema/wire_names.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr char kLandingPage[] = "https://console.aws.amazon.com/elasticache/home#client-download:";
constexpr char kInSync[] = "in-sync";

std::string Word(std::string_view text) { return std::string(text); }

void FillEndpoint(const Region& region, const Endpoint& endpoint, const std::string& dns_name, v1::Endpoint* reply) {
  reply->set_address(region.endpoint_style == EndpointStyle::kDns ? dns_name : endpoint.address);
  reply->set_port(endpoint.port);
}

void FillNotification(const Notification& notification, v1::CacheCluster& reply) {
  if (notification.topic_arn.empty()) return;
  reply.mutable_notification_configuration()->set_topic_arn(notification.topic_arn);
  reply.mutable_notification_configuration()->set_topic_status(notification.status);
}

void FillPending(const CacheCluster& cluster, v1::PendingModifiedValues* reply) {
  const PendingClusterChanges& pending = cluster.pending;
  if (pending.num_nodes) reply->set_num_cache_nodes(*pending.num_nodes);
  for (const std::string& id : pending.node_ids_to_remove) reply->add_cache_node_ids_to_remove(id);
  if (pending.engine_version) reply->set_engine_version(*pending.engine_version);
  if (pending.node_type) reply->set_cache_node_type(*pending.node_type);
}

// A node that never served has no address to show; one that is being replaced keeps its own.
bool HasEndpoint(const CacheNode& node) { return node.status != NodeStatus::kCreating && !node.address.empty(); }

void FillNode(const CacheNode& node, const Region& region, v1::CacheNode* reply) {
  reply->set_cache_node_id(node.id);
  reply->set_cache_node_status(Word(Text(node.status)));
  *reply->mutable_cache_node_create_time() = ToTimestamp(node.created_at);
  if (HasEndpoint(node)) {
    FillEndpoint(region, {node.address, node.port}, NodeDnsName(region.location, node.cluster_id, node.id), reply->mutable_endpoint());
  }
  reply->set_parameter_group_status(kInSync);
  reply->set_customer_availability_zone(node.zone);
}

void FillSettings(const CacheCluster& cluster, v1::CacheCluster& reply) {
  reply.set_cache_node_type(cluster.node_type);
  reply.set_engine(Word(Text(cluster.engine)));
  reply.set_engine_version(cluster.engine_version);
  reply.set_preferred_availability_zone(cluster.preferred_zone);
  reply.set_preferred_maintenance_window(cluster.maintenance_window);
  reply.mutable_cache_parameter_group()->set_cache_parameter_group_name(cluster.parameter_group);
  reply.mutable_cache_parameter_group()->set_parameter_apply_status(kInSync);
  reply.set_cache_subnet_group_name(cluster.subnet_group);
  reply.set_auto_minor_version_upgrade(cluster.auto_minor_version_upgrade);
  for (const std::string& id : cluster.security_group_ids) {
    auto* group = reply.add_security_groups();
    group->set_security_group_id(id);
    group->set_status("active");
  }
  if (cluster.engine != Engine::kMemcached) {
    reply.set_snapshot_retention_limit(cluster.snapshots.retention_days);
    reply.set_snapshot_window(cluster.snapshots.window);
  }
  FillNotification(cluster.notification, reply);
  reply.set_network_type(v1::NETWORK_TYPE_IPV4);
  reply.set_ip_discovery(v1::IP_DISCOVERY_IPV4);
}

// `Records` is a State or a Draft.
template <typename Records>
v1::CacheCluster ClusterReply(const CacheCluster& cluster, const Records& records, const Region& region, bool show_node_info) {
  v1::CacheCluster reply;
  reply.set_cache_cluster_id(cluster.id);
  reply.set_cache_cluster_status(Word(Text(cluster.status)));
  reply.set_client_download_landing_page(kLandingPage);
  reply.set_arn(Arn(region.location, "cluster", cluster.id));
  *reply.mutable_cache_cluster_create_time() = ToTimestamp(cluster.created_at);
  FillSettings(cluster, reply);
  FillPending(cluster, reply.mutable_pending_modified_values());
  if (!cluster.configuration_endpoint.empty() && cluster.status != ClusterStatus::kCreating) {
    FillEndpoint(region, cluster.configuration_endpoint, MemcachedConfigurationDnsName(region.location, cluster.id),
                 reply.mutable_configuration_endpoint());
  }
  int staying = 0;
  for (NodeUid uid : cluster.nodes) {
    const auto* node = records.template Find<CacheNode>(uid);
    if (node == nullptr) continue;
    if (show_node_info) FillNode(*node, region, reply.add_cache_nodes());
    staying += node->status == NodeStatus::kDeleting && cluster.status != ClusterStatus::kDeleting ? 0 : 1;
  }
  reply.set_num_cache_nodes(staying);
  reply.set_auth_token_enabled(false);
  reply.set_transit_encryption_enabled(false);
  const auto* group = records.template Find<ReplicationGroup>(cluster.group_id);
  reply.set_at_rest_encryption_enabled(group != nullptr && group->at_rest_encryption);
  reply.set_replication_group_log_delivery_enabled(false);
  if (!cluster.group_id.empty()) reply.set_replication_group_id(cluster.group_id);
  return reply;
}

template <typename Records>
void FillMembers(const NodeGroup& node_group, const Records& records, const Region& region, v1::NodeGroup* reply) {
  for (NodeUid uid : node_group.nodes) {
    const auto* node = records.template Find<CacheNode>(uid);
    if (node == nullptr) continue;
    auto* member = reply->add_node_group_members();
    member->set_cache_cluster_id(node->cluster_id);
    member->set_cache_node_id(node->id);
    member->set_preferred_availability_zone(node->zone);
    member->set_current_role(Word(Text(node->uid == node_group.primary ? Role::kPrimary : Role::kReplica)));
    if (HasEndpoint(*node)) {
      FillEndpoint(region, {node->address, node->port}, NodeDnsName(region.location, node->cluster_id, node->id),
                   member->mutable_read_endpoint());
    }
  }
}

template <typename Records>
void FillNodeGroups(const ReplicationGroup& group, const Records& records, const Region& region, v1::ReplicationGroup& reply) {
  if (group.status == GroupStatus::kCreating) return;
  for (const std::string& id : group.node_groups) {
    const auto* node_group = records.template Find<NodeGroup>(group.id + "/" + id);
    if (node_group == nullptr) continue;
    auto* shard = reply.add_node_groups();
    shard->set_node_group_id(id);
    shard->set_status(Word(Text(node_group->status)));
    if (!node_group->primary_endpoint.empty()) {
      FillEndpoint(region, node_group->primary_endpoint, PrimaryDnsName(region.location, group.id), shard->mutable_primary_endpoint());
    }
    if (!node_group->reader_endpoint.empty()) {
      FillEndpoint(region, node_group->reader_endpoint, ReaderDnsName(region.location, group.id), shard->mutable_reader_endpoint());
    }
    FillMembers(*node_group, records, region, shard);
  }
}

v1::AutomaticFailoverStatus ToEnum(AutomaticFailover state) {
  const auto* value = ParseEnumWire(v1::AutomaticFailoverStatus_descriptor(), Text(state));
  return value == nullptr ? v1::AUTOMATIC_FAILOVER_STATUS_UNSPECIFIED : static_cast<v1::AutomaticFailoverStatus>(value->number());
}

void FillPending(const ReplicationGroup& group, v1::ReplicationGroupPendingModifiedValues* reply) {
  if (group.pending.primary_cluster_id) reply->set_primary_cluster_id(*group.pending.primary_cluster_id);
  if (group.pending.automatic_failover) {
    reply->set_automatic_failover_status(*group.pending.automatic_failover ? v1::PENDING_AUTOMATIC_FAILOVER_STATUS_ENABLED
                                                                           : v1::PENDING_AUTOMATIC_FAILOVER_STATUS_DISABLED);
  }
}

template <typename Records>
v1::ReplicationGroup GroupReply(const ReplicationGroup& group, const Records& records, const Region& region) {
  v1::ReplicationGroup reply;
  reply.set_replication_group_id(group.id);
  reply.set_description(group.description);
  reply.set_status(Word(Text(group.status)));
  reply.set_arn(Arn(region.location, "replicationgroup", group.id));
  reply.set_engine(Word(Text(group.engine)));
  reply.set_cache_node_type(group.node_type);
  FillPending(group, reply.mutable_pending_modified_values());
  for (const std::string& id : group.member_clusters) reply.add_member_clusters(id);
  FillNodeGroups(group, records, region, reply);
  if (!group.snapshotting_cluster_id.empty()) reply.set_snapshotting_cluster_id(group.snapshotting_cluster_id);
  reply.set_automatic_failover(ToEnum(group.automatic_failover));
  reply.set_multi_az(group.multi_az ? v1::MULTI_AZ_STATUS_ENABLED : v1::MULTI_AZ_STATUS_DISABLED);
  reply.set_snapshot_retention_limit(group.snapshots.retention_days);
  reply.set_snapshot_window(group.snapshots.window);
  reply.set_cluster_enabled(group.cluster_enabled);
  reply.set_cluster_mode(group.cluster_enabled ? v1::CLUSTER_MODE_ENABLED : v1::CLUSTER_MODE_DISABLED);
  reply.set_auth_token_enabled(false);
  reply.set_transit_encryption_enabled(false);
  reply.set_at_rest_encryption_enabled(group.at_rest_encryption);
  *reply.mutable_replication_group_create_time() = ToTimestamp(group.created_at);
  reply.set_data_tiering(v1::DATA_TIERING_STATUS_DISABLED);
  reply.set_auto_minor_version_upgrade(group.auto_minor_version_upgrade);
  reply.set_network_type(v1::NETWORK_TYPE_IPV4);
  reply.set_ip_discovery(v1::IP_DISCOVERY_IPV4);
  return reply;
}

}  // namespace

v1::CacheCluster ToReply(const CacheCluster& cluster, const State& state, const Region& region, bool show_node_info) {
  return ClusterReply(cluster, state, region, show_node_info);
}

v1::CacheCluster ToReply(const CacheCluster& cluster, const Draft& draft, const Region& region, bool show_node_info) {
  return ClusterReply(cluster, draft, region, show_node_info);
}

v1::ReplicationGroup ToReply(const ReplicationGroup& group, const State& state, const Region& region) {
  return GroupReply(group, state, region);
}

v1::ReplicationGroup ToReply(const ReplicationGroup& group, const Draft& draft, const Region& region) {
  return GroupReply(group, draft, region);
}

v1::CacheSubnetGroup ToReply(const SubnetGroup& group, const Region& region) {
  v1::CacheSubnetGroup reply;
  reply.set_cache_subnet_group_name(group.name);
  reply.set_cache_subnet_group_description(group.description);
  reply.set_vpc_id(group.vpc_id);
  for (const Subnet& subnet : group.subnets) {
    auto* entry = reply.add_subnets();
    entry->set_subnet_identifier(subnet.id);
    entry->mutable_subnet_availability_zone()->set_name(subnet.zone);
    entry->add_supported_network_types(v1::NETWORK_TYPE_IPV4);
  }
  reply.set_arn(Arn(region.location, "subnetgroup", group.name));
  reply.add_supported_network_types(v1::NETWORK_TYPE_IPV4);
  return reply;
}

v1::Event ToReply(const Event& event) {
  v1::Event reply;
  reply.set_source_identifier(event.source_id);
  const auto* type = ParseEnumWire(v1::SourceType_descriptor(), Text(event.source_type));
  if (type != nullptr) reply.set_source_type(static_cast<v1::SourceType>(type->number()));
  reply.set_message(event.message);
  *reply.mutable_date() = ToTimestamp(event.at);
  return reply;
}

google::protobuf::Timestamp ToTimestamp(ServiceTime time) {
  const int64_t total = time.time_since_epoch().count();
  int64_t seconds = total / 1000, rest = total % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(rest * 1'000'000));
  return timestamp;
}

ServiceTime FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return ServiceTime(milliseconds(timestamp.seconds() * 1000 + timestamp.nanos() / 1'000'000));
}

}  // namespace elastilab
