#include "controlplane/services/elasticache/provision.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controlplane/region/catalog/parameter_groups.h"
#include "controlplane/region/faults/faults.h"
#include "controlplane/services/elasticache/identifiers.h"

namespace elastilab {
namespace {

constexpr int kMaxTags = 50;

}  // namespace

CacheNode Provision::AddNode(CacheCluster& cluster, const std::string& node_id, const std::string& zone, Role role) {
  const FreeAddress free = Take({zone, cluster.port});
  CacheNode node;
  node.uid = free.id;
  node.cluster_id = cluster.id;
  node.id = node_id;
  node.group_id = cluster.group_id;
  node.node_group_id = cluster.node_group_id;
  node.zone = zone;
  node.address = free.address;
  node.port = cluster.port;
  node.role = role;
  node.created_at = now_;
  const auto group = FindParameterGroup(draft_, cluster.parameter_group);
  if (group) node.startup_settings = StartupSettings(*group);
  cluster.nodes.push_back(node.uid);
  draft_.Put(node);
  return node;
}

Endpoint Provision::NewEndpoint(int port) { return {Take({"", port}).address, port}; }

FreeAddress Provision::Take(const AddressNeed& need) {
  if (!taken_) taken_ = addresses_.TakenIn(draft_);
  const std::vector<FreeAddress>& found = addresses_.For(need);
  for (size_t& next = looked_at_[need]; next < found.size();) {
    const FreeAddress& free = found[next++];
    if (!taken_->contains(free.address)) return free;
  }
  // So that the run goes on to its end, and tells all that it misses.
  missing_.push_back(need);
  return {draft_.NextId(), ""};
}

Status Provision::CheckNodeQuota(int more) const {
  const int quota = region_.Quota(kMaxNodesPerRegion);
  return draft_.Count<CacheNode>() + more > quota ? NodeQuotaForCustomerExceeded(quota) : absl::OkStatus();
}

Status MutateAndProvision(const RequestContext& context, const ProvisionMutation& mutation) {
  FreeAddresses addresses(context.region);
  std::vector<AddressNeed> missing;
  const auto run = [&](Draft& draft) -> Status {
    Provision provision(context.region, draft, context.now, addresses);
    Status status = mutation(draft, provision);
    missing = status.ok() ? provision.missing() : std::vector<AddressNeed>();
    return missing.empty() ? status : absl::AbortedError("addresses are missing");
  };
  Status status = context.region.store.Rehearse(run);
  if (!status.ok() && missing.empty()) return status;
  do {
    RETURN_IF_ERROR(addresses.Find(std::exchange(missing, {})));
    status = context.region.store.Mutate(run);
  } while (!missing.empty());
  return status;
}

std::set<std::string> LostZones(const Draft& draft) {
  std::set<std::string> lost;
  for (const Zone* zone : draft.All<Zone>()) {
    if (zone->status == ZoneStatus::kLost) lost.insert(zone->name);
  }
  return lost;
}

std::string FreeNodeId(const Draft& draft, const CacheCluster& cluster) {
  std::set<std::string> used;
  for (NodeUid uid : cluster.nodes) {
    if (const CacheNode* node = draft.Find<CacheNode>(uid)) used.insert(node->id);
  }
  int number = 1;
  while (used.contains(FourDigits(number))) ++number;
  return FourDigits(number);
}

SubnetGroup DefaultSubnetGroup(const Region& region) {
  SubnetGroup group{"default", "Default CacheSubnetGroup", "vpc-0e1a571ab", {}};
  int number = 1;
  for (const std::string& zone : region.addresses.zones()) {
    group.subnets.push_back({fmt::format("subnet-{:08x}", 0x0a000000 + number++), zone});
  }
  return group;
}

std::vector<std::string> ZonesOf(const Region& region, const SubnetGroup& group) {
  std::vector<std::string> zones;
  for (const std::string& zone : region.addresses.zones()) {
    const auto in_zone = [&](const Subnet& subnet) { return subnet.zone == zone; };
    if (std::any_of(group.subnets.begin(), group.subnets.end(), in_zone)) zones.push_back(zone);
  }
  return zones;
}

Status CheckInstalled(const Region& region, Engine engine) {
  if (region.engine_is_installed(engine)) return absl::OkStatus();
  const std::string package = engine == Engine::kMemcached ? "memcached" : fmt::format("{}-server", Text(engine));
  return InsufficientCapacity(fmt::format("No zone of this lab can run {}: install the Debian package {} (apt-get install {}{}).",
                                          Text(engine), package, package,
                                          engine == Engine::kValkey ? ", from bookworm-backports" : ""));
}

std::map<std::string, int> NodesPerZone(const Draft& draft, const ReplicationGroup& group) {
  std::map<std::string, int> count;
  for (const std::string& id : group.member_clusters) {
    const CacheCluster* cluster = draft.Find<CacheCluster>(id);
    if (cluster == nullptr) continue;
    for (NodeUid uid : cluster->nodes) {
      if (const CacheNode* node = draft.Find<CacheNode>(uid)) ++count[node->zone];
    }
  }
  return count;
}

Status PutTags(Draft& draft, const std::string& arn, const std::vector<Tag>& tags) {
  if (tags.empty()) return absl::OkStatus();
  const TagSet* before = draft.Find<TagSet>(arn);
  TagSet set = before == nullptr ? TagSet{arn, {}} : *before;
  std::set<std::string_view> given;
  for (const Tag& tag : tags) {
    RETURN_IF_ERROR(CheckTagKey(tag.key));
    if (!given.insert(tag.key).second) return InvalidParameterValue(fmt::format("The tag key '{}' is given twice.", tag.key));
    RETURN_IF_ERROR(CheckTagValue(tag.value));
    auto same = std::find_if(set.tags.begin(), set.tags.end(), [&](const Tag& t) { return t.key == tag.key; });
    if (same == set.tags.end()) {
      set.tags.push_back(tag);
    } else {
      same->value = tag.value;
    }
  }
  if (set.tags.size() > kMaxTags) return TagQuotaExceeded(kMaxTags);
  draft.Put(set);
  return absl::OkStatus();
}

Status CopyTags(Draft& draft, const Region& region, const ReplicationGroup& group, const std::string& member) {
  const TagSet* tags = draft.Find<TagSet>(Arn(region.location, "replicationgroup", group.id));
  return tags == nullptr ? absl::OkStatus() : PutTags(draft, Arn(region.location, "cluster", member), tags->tags);
}

}  // namespace elastilab
