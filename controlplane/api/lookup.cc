#include "controlplane/api/lookup.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/api/validate_names.h"
#include "controlplane/faults/cluster_faults.h"
#include "controlplane/faults/group_faults.h"
#include "controlplane/faults/subnet_faults.h"

namespace elastilab {

StatusOr<CacheCluster> FindCluster(const Draft& draft, const std::string& id) {
  const CacheCluster* cluster = draft.Find<CacheCluster>(LowerCase(id));
  if (cluster == nullptr) return CacheClusterNotFound(id);
  return *cluster;
}

StatusOr<ReplicationGroup> FindGroup(const Draft& draft, const std::string& id) {
  const ReplicationGroup* group = draft.Find<ReplicationGroup>(LowerCase(id));
  if (group == nullptr) return ReplicationGroupNotFound(id);
  return *group;
}

StatusOr<ReplicationGroup> FindAvailableGroup(const Draft& draft, const std::string& id) {
  ASSIGN_OR_RETURN(ReplicationGroup group, FindGroup(draft, id));
  if (group.status != GroupStatus::kAvailable) return GroupNotAvailable(group);
  return group;
}

NodeGroup OnlyNodeGroup(const Draft& draft, const ReplicationGroup& group) {
  const NodeGroup* found = group.node_groups.empty() ? nullptr : draft.Find<NodeGroup>(group.id + "/" + group.node_groups.front());
  return found == nullptr ? NodeGroup{} : *found;
}

std::vector<CacheNode> NodesOf(const Draft& draft, const CacheCluster& cluster, bool deleting) {
  std::vector<CacheNode> nodes;
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* node = draft.Find<CacheNode>(uid);
    if (node != nullptr && (deleting || node->status != NodeStatus::kDeleting)) nodes.push_back(*node);
  }
  return nodes;
}

std::vector<CacheCluster> MembersOf(const Draft& draft, const ReplicationGroup& group) {
  std::vector<CacheCluster> members;
  for (const std::string& id : group.member_clusters) {
    const CacheCluster* member = draft.Find<CacheCluster>(id);
    if (member != nullptr && member->status != ClusterStatus::kDeleting) members.push_back(*member);
  }
  return members;
}

CacheNode OnlyNode(const Draft& draft, const CacheCluster& member) {
  const CacheNode* node = member.nodes.empty() ? nullptr : draft.Find<CacheNode>(member.nodes.front());
  return node == nullptr ? CacheNode{} : *node;
}

std::vector<std::string> ZonesOf(const std::vector<CacheNode>& nodes) {
  std::vector<std::string> zones;
  for (const CacheNode& node : nodes) zones.push_back(node.zone);
  return zones;
}

bool IsDeletable(const Draft& draft, const CacheCluster& cluster) {
  switch (cluster.status) {
    case ClusterStatus::kAvailable:
    case ClusterStatus::kRestoreFailed:
    case ClusterStatus::kIncompatibleNetwork:
      return true;
    case ClusterStatus::kDeleting:
      return false;
    default:
      break;
  }
  const std::vector<CacheNode> nodes = NodesOf(draft, cluster, true);
  return std::any_of(nodes.begin(), nodes.end(), [&](const CacheNode& node) {
    const Zone* zone = draft.Find<Zone>(node.zone);
    return !node.problem.empty() || (zone != nullptr && zone->status == ZoneStatus::kLost);
  });
}

Status CheckNodeQuota(const Draft& draft, int more) {
  const auto nodes = draft.All<CacheNode>();
  const auto staying =
      std::count_if(nodes.begin(), nodes.end(), [](const CacheNode* n) { return n->status != NodeStatus::kDeleting; });
  return staying + more > kMaxNodesPerRegion ? NodeQuotaForCustomerExceeded(kMaxNodesPerRegion) : absl::OkStatus();
}

std::vector<ZoneState> ZoneStates(const Draft& draft, const Region& region, const SubnetGroup& subnet_group) {
  std::vector<ZoneState> zones;
  const auto nodes = draft.All<CacheNode>();
  for (const std::string& name : region.addresses.zones()) {
    ZoneState zone{.name = name};
    const Zone* record = draft.Find<Zone>(name);
    zone.lost = record != nullptr && record->status == ZoneStatus::kLost;
    zone.nodes = static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [&](const CacheNode* n) {
      return n->zone == name && n->status != NodeStatus::kDeleting;
    }));
    zone.in_subnet_group = std::any_of(subnet_group.subnets.begin(), subnet_group.subnets.end(),
                                       [&](const Subnet& subnet) { return subnet.zone == name; });
    zones.push_back(zone);
  }
  return zones;
}

std::vector<Subnet> SubnetsOf(const Region& region) {
  std::vector<Subnet> subnets;
  for (const std::string& zone : region.addresses.zones()) {
    subnets.push_back({fmt::format("subnet-0a{:06}", subnets.size() + 1), zone});
  }
  return subnets;
}

SubnetGroup DefaultSubnetGroup(const Region& region) {
  return {std::string(kDefaultSubnetGroup), "Default CacheSubnetGroup", "vpc-0a000001", SubnetsOf(region)};
}

StatusOr<SubnetGroup> FindSubnetGroup(const Draft& draft, const Region& region, const std::string& name) {
  const std::string key = LowerCase(name);
  if (const SubnetGroup* group = draft.Find<SubnetGroup>(key)) return *group;
  if (key == kDefaultSubnetGroup) return DefaultSubnetGroup(region);
  return SubnetGroupNotFound(name);
}

}  // namespace elastilab
