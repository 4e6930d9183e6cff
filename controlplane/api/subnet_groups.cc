#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "controlplane/api/common_attributes.h"
#include "controlplane/api/handlers.h"
#include "controlplane/api/paging.h"
#include "controlplane/api/provision.h"
#include "controlplane/api/replies.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr size_t kMaxSubnets = 20;

// The lab's subnets are those of the default group, one per zone; other ids are taken for the next zone in turn, so that
// scripts with ids of their own run.
StatusOr<std::vector<Subnet>> ReadSubnets(const Region& region, const google::protobuf::RepeatedPtrField<std::string>& ids) {
  if (ids.empty()) return InvalidParameterValue("The parameter SubnetIds must be provided.");
  if (ids.size() > static_cast<int>(kMaxSubnets)) {
    return InvalidParameterValue(fmt::format("A cache subnet group has at most {} subnets.", kMaxSubnets));
  }
  const SubnetGroup standard = DefaultSubnetGroup(region);
  std::vector<Subnet> subnets;
  for (const std::string& id : ids) {
    if (!id.starts_with("subnet-")) {
      return InvalidParameterValue(fmt::format("Some input subnets in :[{}] are invalid.", fmt::join(ids, ", ")));
    }
    const auto known = std::find_if(standard.subnets.begin(), standard.subnets.end(), [&](const Subnet& s) { return s.id == id; });
    const auto& zones = region.addresses.zones();
    subnets.push_back({id, known == standard.subnets.end() ? zones[subnets.size() % zones.size()] : known->zone});
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

}  // namespace

Status CreateCacheSubnetGroup(RequestContext& context, const v1::CreateCacheSubnetGroupRequest& request,
                              v1::CreateCacheSubnetGroupResponse& response) {
  ASSIGN_OR_RETURN(const std::string name, CheckSubnetGroupName(request.cache_subnet_group_name()));
  ASSIGN_OR_RETURN(const auto subnets, ReadSubnets(context.region, request.subnet_ids()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    if (name == "default" || draft.Find<SubnetGroup>(name) != nullptr) return CacheSubnetGroupAlreadyExists(name);
    const SubnetGroup group{name, request.cache_subnet_group_description(), DefaultSubnetGroup(context.region).vpc_id, subnets};
    draft.Put(group);
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "subnetgroup", name), ReadTags(request.tags())));
    FillSubnetGroup(group, context.region, *response.mutable_cache_subnet_group());
    return absl::OkStatus();
  });
}

Status DescribeCacheSubnetGroups(RequestContext& context, const v1::DescribeCacheSubnetGroupsRequest& request,
                                 v1::DescribeCacheSubnetGroupsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    Table<SubnetGroup> groups = state.subnet_groups;
    groups.try_emplace("default", std::make_shared<const SubnetGroup>(DefaultSubnetGroup(context.region)));
    if (request.has_cache_subnet_group_name()) {
      auto it = groups.find(LowerCase(request.cache_subnet_group_name()));
      if (it == groups.end()) return CacheSubnetGroupNotFound(request.cache_subnet_group_name());
      FillSubnetGroup(*it->second, context.region, *response.add_cache_subnet_groups());
      return absl::OkStatus();
    }
    for (auto it = page.after ? groups.upper_bound(*page.after) : groups.begin(); it != groups.end(); ++it) {
      if (response.cache_subnet_groups_size() == page.limit) {
        response.set_marker(MarkerFor(response.cache_subnet_groups(page.limit - 1).cache_subnet_group_name()));
        break;
      }
      FillSubnetGroup(*it->second, context.region, *response.add_cache_subnet_groups());
    }
    return absl::OkStatus();
  });
}

Status ModifyCacheSubnetGroup(RequestContext& context, const v1::ModifyCacheSubnetGroupRequest& request,
                              v1::ModifyCacheSubnetGroupResponse& response) {
  const std::string name = LowerCase(request.cache_subnet_group_name());
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    const SubnetGroup* found = draft.Find<SubnetGroup>(name);
    if (found == nullptr) return CacheSubnetGroupNotFound(name);
    SubnetGroup group = *found;
    if (request.has_cache_subnet_group_description()) group.description = request.cache_subnet_group_description();
    if (request.subnet_ids_size() > 0) {
      ASSIGN_OR_RETURN(group.subnets, ReadSubnets(context.region, request.subnet_ids()));
      const std::string user = UserOf(draft, name);
      for (const Subnet& subnet : found->subnets) {
        const bool kept = std::find(group.subnets.begin(), group.subnets.end(), subnet) != group.subnets.end();
        if (!kept && !user.empty()) return SubnetInUse(subnet.id, user);
      }
    }
    draft.Put(group);
    FillSubnetGroup(group, context.region, *response.mutable_cache_subnet_group());
    return absl::OkStatus();
  });
}

Status DeleteCacheSubnetGroup(RequestContext& context, const v1::DeleteCacheSubnetGroupRequest& request,
                              v1::DeleteCacheSubnetGroupResponse&) {
  const std::string name = LowerCase(request.cache_subnet_group_name());
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    if (name == "default") return CacheSubnetGroupInUse(name, "the lab itself");
    if (draft.Find<SubnetGroup>(name) == nullptr) return CacheSubnetGroupNotFound(name);
    const std::string user = UserOf(draft, name);
    if (!user.empty()) return CacheSubnetGroupInUse(name, user);
    draft.Erase<SubnetGroup>(name);
    draft.Erase<TagSet>(Arn(context.region.location, "subnetgroup", name));
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
