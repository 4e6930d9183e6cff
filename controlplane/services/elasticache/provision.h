// Makes the records of nodes and endpoints inside a mutation: numbers, zones, addresses that nobody uses.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controlplane/region/faults/faults.h"
#include "controlplane/region/store/store.h"
#include "controlplane/services/call/context.h"
#include "controlplane/services/elasticache/free_addresses.h"

namespace elastilab {

inline constexpr int kMaxNodesPerRegion = 300;

// What one run of a mutation makes, with addresses that were found before it.
class Provision {
 public:
  Provision(const Region& region, Draft& draft, ServiceTime now, const FreeAddresses& addresses)
      : region_(region), draft_(draft), now_(now), addresses_(addresses) {}

  // A node of `cluster` in `zone`, with what the cluster's parameter group says for its first process, put into the
  // draft; its uid is appended to the cluster's nodes.
  CacheNode AddNode(CacheCluster& cluster, const std::string& node_id, const std::string& zone, Role role);
  // An endpoint address on `port`.
  Endpoint NewEndpoint(int port);
  // Refuses when the Region's quota does not hold `more` nodes.
  Status CheckNodeQuota(int more) const;

  // The addresses that were asked for and not there, in this order. What was made without them must not be committed.
  const std::vector<AddressNeed>& missing() const { return missing_; }

 private:
  FreeAddress Take(const AddressNeed& need);

  const Region& region_;
  Draft& draft_;
  const ServiceTime now_;
  const FreeAddresses& addresses_;
  std::optional<std::set<std::string>> taken_;  // of addresses_, by others; when first needed
  std::map<AddressNeed, size_t> looked_at_;     // of addresses_, from the front
  std::vector<AddressNeed> missing_;
};

using ProvisionMutation = std::function<Status(Draft&, Provision&)>;

// Mutates with all addresses that the mutation asks for: it is rehearsed to learn which, they are found, and it runs;
// and again while the state that it meets makes it ask for others.
Status MutateAndProvision(const RequestContext& context, const ProvisionMutation& mutation);
// The same for a mutation that returns a StatusOr<T>.
template <typename F, typename Result = std::invoke_result_t<F&, Draft&, Provision&>>
Result MutateAndProvision(const RequestContext& context, F&& mutation)
  requires(!std::is_same_v<Result, Status>)
{
  Result value = absl::InternalError("the mutation never ran");
  Status committed = MutateAndProvision(context, ProvisionMutation([&](Draft& draft, Provision& provision) -> Status {
                                          value = mutation(draft, provision);
                                          return value.status();
                                        }));
  if (!committed.ok()) return committed;
  return value;
}

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
