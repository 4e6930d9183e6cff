// Makes the records of nodes and endpoints inside a mutation: numbers, zones, addresses that nobody uses.
#pragma once

#include <set>
#include <string>

#include "controlplane/region/faults/faults.h"
#include "controlplane/region/store/store.h"
#include "controlplane/services/call/context.h"

namespace elastilab {

inline constexpr int kMaxNodesPerRegion = 300;

// Records one request makes share what is asked of the host once.
class Provision {
 public:
  Provision(const Region& region, Draft& draft, ServiceTime now) : region_(region), draft_(draft), now_(now) {}

  // A node of `cluster` in `zone`, with what the cluster's parameter group says for its first process, put into the draft; its uid is appended to the cluster's nodes.
  StatusOr<CacheNode> AddNode(CacheCluster& cluster, const std::string& node_id, const std::string& zone, Role role);
  // An endpoint address on `port`.
  StatusOr<Endpoint> NewEndpoint(int port);
  // Refuses when the Region's quota does not hold `more` nodes.
  Status CheckNodeQuota(int more) const;

 private:
  const Region& region_;
  Draft& draft_;
  const ServiceTime now_;
};

// The zones that are lost at present.
std::set<std::string> LostZones(const Draft& draft);
// The lowest four-digit node id that the cluster does not use.
std::string FreeNodeId(const Draft& draft, const CacheCluster& cluster);
// What every account has from the start: one subnet in each of the lab's zones. It gets a record when it is changed.
SubnetGroup DefaultSubnetGroup(const Region& region);
// The subnet group of this name (lower case), `default` included; its zones are those of its subnets. `source` is a Draft
// or the State.
template <typename Source>
StatusOr<SubnetGroup> FindSubnetGroup(const Region& region, const Source& source, const std::string& name) {
  if (const SubnetGroup* found = source.template Find<SubnetGroup>(name)) return *found;
  if (name == "default") return DefaultSubnetGroup(region);
  return CacheSubnetGroupNotFound(name);
}
// The zones of a subnet group, in the lab's order.
std::vector<std::string> ZonesOf(const Region& region, const SubnetGroup& group);
// Refuses an engine that no zone can run, naming the Debian package.
Status CheckInstalled(const Region& region, Engine engine);
// Nodes per zone of a group's members.
std::map<std::string, int> NodesPerZone(const Draft& draft, const ReplicationGroup& group);
// Ties the tags of a request to a resource; checks keys, values and their number.
Status PutTags(Draft& draft, const std::string& arn, const std::vector<Tag>& tags);

// A new member takes over the tags of its group.
Status CopyTags(Draft& draft, const Region& region, const ReplicationGroup& group, const std::string& member);

}  // namespace elastilab
