#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/provision.h"
#include "controlplane/services/elasticache/replies.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr int kMaxSubnets = 20;
constexpr int kMaxGroups = 300;
constexpr size_t kMaxSubnetId = 64;
constexpr std::string_view kDefault = "default";

// "subnet-" and letters, digits, hyphens: real ids have 8 or 17 hexadecimal digits, scripts for emulators anything.
bool IsSubnetId(std::string_view id) {
  constexpr std::string_view kPrefix = "subnet-";
  const auto good = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '-'); };
  return id.starts_with(kPrefix) && id.size() > kPrefix.size() && id.size() <= kMaxSubnetId &&
         std::all_of(id.begin(), id.end(), good);
}

// Each id once, in the order given.
StatusOr<std::vector<std::string>> ReadSubnetIds(const google::protobuf::RepeatedPtrField<std::string>& given) {
  if (given.empty()) return InvalidParameterValue("The parameter SubnetIds must be provided.");
  std::vector<std::string> ids;
  for (const std::string& id : given) {
    if (!IsSubnetId(id)) {
      return InvalidParameterValue(fmt::format(
          "Some input subnets in :[{}] are invalid. Ids begin with subnet-; elastilab describe-cache-subnet-groups "
          "--cache-subnet-group-name default shows those of the lab's zones.",
          fmt::join(given, ", ")));
    }
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  if (ids.size() > static_cast<size_t>(kMaxSubnets)) return CacheSubnetQuotaExceeded(kMaxSubnets);
  return ids;
}

// The zone that an id is known to be in: the default group has one subnet for each of the lab's zones, and an id that
// any group has is where that group has it.
std::string KnownZone(const Draft& draft, const Region& region, const std::string& id) {
  const auto zone_in = [&](const SubnetGroup& group) {
    const auto known =
        std::find_if(group.subnets.begin(), group.subnets.end(), [&](const Subnet& s) { return s.id == id; });
    return known == group.subnets.end() ? std::string() : known->zone;
  };
  std::string zone = zone_in(DefaultSubnetGroup(region));
  for (const SubnetGroup* group : draft.All<SubnetGroup>()) {
    if (!zone.empty()) break;
    zone = zone_in(*group);
  }
  return zone;
}

// There is no EC2 here which could know about subnets, so every id is taken for a subnet of the lab's VPC: an id that
// was never seen is put into the zone of which the group has the fewest, so that scripts with ids of their own get
// groups that span zones.
std::vector<Subnet> PlaceSubnets(const Draft& draft, const Region& region, const std::vector<std::string>& ids) {
  std::vector<Subnet> subnets;
  std::map<std::string, int> count;
  for (const std::string& id : ids) {
    subnets.push_back({id, KnownZone(draft, region, id)});
    ++count[subnets.back().zone];
  }
  const auto& zones = region.addresses.zones();
  for (Subnet& subnet : subnets) {
    if (!subnet.zone.empty()) continue;
    subnet.zone = *std::min_element(zones.begin(), zones.end(),
                                    [&](const auto& a, const auto& b) { return count[a] < count[b]; });
    ++count[subnet.zone];
  }
  return subnets;
}

// The first cluster that lives by this group; empty: none.
std::string UserOf(const Draft& draft, const std::string& name) {
  for (const CacheCluster* cluster : draft.All<CacheCluster>()) {
    if (cluster->subnet_group == name) return cluster->id;
  }
  return "";
}

// A subnet is in use when a node lives in its zone by this group and no subnet of the zone would be left.
Status CheckNodesKeepTheirSubnets(const Draft& draft, const Region& region, const SubnetGroup& before,
                                  const SubnetGroup& after) {
  const std::vector<std::string> zones = ZonesOf(region, after);
  for (const CacheCluster* cluster : draft.All<CacheCluster>()) {
    if (cluster->subnet_group != before.name) continue;
    for (NodeUid uid : cluster->nodes) {
      const CacheNode* node = draft.Find<CacheNode>(uid);
      if (node == nullptr || std::find(zones.begin(), zones.end(), node->zone) != zones.end()) continue;
      const auto lost = std::find_if(before.subnets.begin(), before.subnets.end(),
                                     [&](const Subnet& s) { return s.zone == node->zone; });
      if (lost != before.subnets.end()) return SubnetInUse(lost->id, cluster->id);
    }
  }
  return absl::OkStatus();
}

void Tell(Draft& draft, const std::string& name, std::string text, ServiceTime now) {
  draft.Emit({0, SourceType::kCacheSubnetGroup, name, std::move(text), now});
}

}  // namespace

Status CreateCacheSubnetGroup(RequestContext& context, const v1::CreateCacheSubnetGroupRequest& request,
                              v1::CreateCacheSubnetGroupResponse& response) {
  ASSIGN_OR_RETURN(const std::string name, CheckSubnetGroupName(request.cache_subnet_group_name()));
  ASSIGN_OR_RETURN(const auto ids, ReadSubnetIds(request.subnet_ids()));
  const auto create = [&](Draft& draft) -> StatusOr<SubnetGroup> {
    if (name == kDefault || draft.Find<SubnetGroup>(name) != nullptr) return CacheSubnetGroupAlreadyExists(name);
    const int quota = context.region.Quota(kMaxGroups);
    if (draft.Count<SubnetGroup>() >= quota) return CacheSubnetGroupQuotaExceeded(quota);
    const SubnetGroup group{name, request.cache_subnet_group_description(), DefaultSubnetGroup(context.region).vpc_id,
                            PlaceSubnets(draft, context.region, ids)};
    draft.Put(group);
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "subnetgroup", name), ReadTags(request.tags())));
    Tell(draft, name, "Cache subnet group created", context.now);
    return group;
  };
  ASSIGN_OR_RETURN(const SubnetGroup created, context.region.store.Mutate(create));
  FillSubnetGroup(created, context.region, *response.mutable_cache_subnet_group());
  return absl::OkStatus();
}

Status DescribeCacheSubnetGroups(RequestContext& context, const v1::DescribeCacheSubnetGroupsRequest& request,
                                 v1::DescribeCacheSubnetGroupsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    const auto add = [&](const SubnetGroup& group) {
      FillSubnetGroup(group, context.region, *response.add_cache_subnet_groups());
    };
    if (!request.cache_subnet_group_name().empty()) {
      ASSIGN_OR_RETURN(const SubnetGroup group,
                       FindSubnetGroup(context.region, state, LowerCase(request.cache_subnet_group_name())));
      add(group);
      return absl::OkStatus();
    }
    const SubnetGroup standard = DefaultSubnetGroup(context.region);
    const auto all = [](const SubnetGroup&) { return true; };
    const std::string marker = FillPage(state.subnet_groups, &standard, page, all, add);
    if (!marker.empty()) response.set_marker(marker);
    return absl::OkStatus();
  });
}

// `default` gets a record when it is first changed.
Status ModifyCacheSubnetGroup(RequestContext& context, const v1::ModifyCacheSubnetGroupRequest& request,
                              v1::ModifyCacheSubnetGroupResponse& response) {
  const std::string name = LowerCase(request.cache_subnet_group_name());
  if (!request.has_cache_subnet_group_description() && request.subnet_ids().empty()) return NothingToModify();
  std::vector<std::string> ids;
  if (!request.subnet_ids().empty()) {
    ASSIGN_OR_RETURN(ids, ReadSubnetIds(request.subnet_ids()));
  }
  const auto modify = [&](Draft& draft) -> StatusOr<SubnetGroup> {
    ASSIGN_OR_RETURN(const SubnetGroup before, FindSubnetGroup(context.region, draft, name));
    SubnetGroup group = before;
    if (request.has_cache_subnet_group_description()) group.description = request.cache_subnet_group_description();
    if (!ids.empty()) {
      group.subnets = PlaceSubnets(draft, context.region, ids);
      RETURN_IF_ERROR(CheckNodesKeepTheirSubnets(draft, context.region, before, group));
    }
    draft.Put(group);
    Tell(draft, name, "Cache subnet group modified", context.now);
    return group;
  };
  ASSIGN_OR_RETURN(const SubnetGroup modified, context.region.store.Mutate(modify));
  FillSubnetGroup(modified, context.region, *response.mutable_cache_subnet_group());
  return absl::OkStatus();
}

Status DeleteCacheSubnetGroup(RequestContext& context, const v1::DeleteCacheSubnetGroupRequest& request,
                              v1::DeleteCacheSubnetGroupResponse&) {
  const std::string name = LowerCase(request.cache_subnet_group_name());
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    if (name == kDefault) return DefaultCacheSubnetGroupStays();
    if (draft.Find<SubnetGroup>(name) == nullptr) return CacheSubnetGroupNotFound(name);
    const std::string user = UserOf(draft, name);
    if (!user.empty()) return CacheSubnetGroupInUse(name, user);
    draft.Erase<SubnetGroup>(name);
    draft.Erase<TagSet>(Arn(context.region.location, "subnetgroup", name));
    Tell(draft, name, "Cache subnet group deleted", context.now);
    return absl::OkStatus();
  });
}

void AddSubnetGroupHandlers(HandlerTable& table) {
  table["CreateCacheSubnetGroup"] = Typed(CreateCacheSubnetGroup);
  table["DescribeCacheSubnetGroups"] = Typed(DescribeCacheSubnetGroups);
  table["ModifyCacheSubnetGroup"] = Typed(ModifyCacheSubnetGroup);
  table["DeleteCacheSubnetGroup"] = Typed(DeleteCacheSubnetGroup);
}

}  // namespace elastilab
