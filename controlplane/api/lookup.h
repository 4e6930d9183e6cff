// What handlers look up in the store before they change it, with the service's fault when it is not there or not in the
// right state. Ids come as users type them. The records are copies, to be changed and put back.
#pragma once

#include <string>
#include <vector>

#include "controlplane/api/context.h"
#include "controlplane/api/placement.h"

namespace elastilab {

inline constexpr int kMaxNodesPerRegion = 300;

StatusOr<CacheCluster> FindCluster(const Draft& draft, const std::string& id);
StatusOr<ReplicationGroup> FindGroup(const Draft& draft, const std::string& id);
// InvalidReplicationGroupState unless it is available.
StatusOr<ReplicationGroup> FindAvailableGroup(const Draft& draft, const std::string& id);
// Groups have one node group as long as cluster mode is not served.
NodeGroup OnlyNodeGroup(const Draft& draft, const ReplicationGroup& group);

// The nodes of a cluster, in the order of their ids; with `deleting` false only those that stay.
std::vector<CacheNode> NodesOf(const Draft& draft, const CacheCluster& cluster, bool deleting);
// The members that stay, in order.
std::vector<CacheCluster> MembersOf(const Draft& draft, const ReplicationGroup& group);
CacheNode OnlyNode(const Draft& draft, const CacheCluster& member);
std::vector<std::string> ZonesOf(const std::vector<CacheNode>& nodes);

// Whether deletion may begin: available, failed for good, or with a node that cannot come up (its zone is lost, its
// engine cannot be started), so that nothing is stuck for ever.
bool IsDeletable(const Draft& draft, const CacheCluster& cluster);

// NodeQuotaForCustomerExceeded when `more` nodes are too many.
Status CheckNodeQuota(const Draft& draft, int more);

// The zones of the region, with what lives in them, as placement sees them.
std::vector<ZoneState> ZoneStates(const Draft& draft, const Region& region, const SubnetGroup& subnet_group);

// --- subnet groups: `default` exists without a record, until somebody changes it ---

inline constexpr std::string_view kDefaultSubnetGroup = "default";
// The subnets of the lab: one per zone.
std::vector<Subnet> SubnetsOf(const Region& region);
SubnetGroup DefaultSubnetGroup(const Region& region);
StatusOr<SubnetGroup> FindSubnetGroup(const Draft& draft, const Region& region, const std::string& name);

}  // namespace elastilab
