#include "controlplane/region/endpoints/endpoint_names.h"

namespace elastilab {
namespace {

constexpr std::string_view kReaderSuffix = "-ro";

std::vector<std::string> AddressOf(const Endpoint& endpoint) {
  if (endpoint.empty()) return {};
  return {endpoint.address};
}

std::vector<std::string> NodeAddresses(const State& state, const std::string& cluster_id, std::string_view node_id) {
  const auto* cluster = state.Find<CacheCluster>(cluster_id);
  if (cluster == nullptr) return {};
  for (NodeUid uid : cluster->nodes) {
    const auto* node = state.Find<CacheNode>(uid);
    if (node != nullptr && node->id == node_id && !node->address.empty()) return {node->address};
  }
  return {};
}

// The node group of a group with cluster mode disabled, which is the kind that has primary and reader endpoints.
const NodeGroup* OnlyNodeGroup(const State& state, const std::string& group_id) {
  const auto* group = state.Find<ReplicationGroup>(group_id);
  if (group == nullptr || group->cluster_enabled || group->node_groups.empty()) return nullptr;
  return state.Find<NodeGroup>(group_id + "/" + group->node_groups.front());
}

std::vector<std::string> PrimaryOrReaderAddresses(const State& state, std::string_view id) {
  if (const NodeGroup* shard = OnlyNodeGroup(state, std::string(id))) return AddressOf(shard->primary_endpoint);
  if (!id.ends_with(kReaderSuffix)) return {};
  id.remove_suffix(kReaderSuffix.size());
  const NodeGroup* shard = OnlyNodeGroup(state, std::string(id));
  return shard == nullptr ? std::vector<std::string>() : AddressOf(shard->reader_endpoint);
}

}  // namespace

std::vector<std::string> ResolveEndpoint(const State& state, const Location& where, std::string_view name) {
  const auto parsed = ParseDnsName(where, name);
  if (!parsed) return {};
  switch (parsed->kind) {
    case DnsNameKind::kNode:
      return NodeAddresses(state, parsed->id, parsed->node_id);
    case DnsNameKind::kPrimary:
      return PrimaryOrReaderAddresses(state, parsed->id);
    case DnsNameKind::kConfiguration: {
      const auto* group = state.Find<ReplicationGroup>(parsed->id);
      return group == nullptr ? std::vector<std::string>() : AddressOf(group->configuration_endpoint);
    }
    case DnsNameKind::kMemcachedConfiguration: {
      const auto* cluster = state.Find<CacheCluster>(parsed->id);
      return cluster == nullptr ? std::vector<std::string>() : AddressOf(cluster->configuration_endpoint);
    }
  }
  return {};
}

}  // namespace elastilab
