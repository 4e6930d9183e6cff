#include "controlplane/services/elasticache/parameter_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/parameter_use.h"
#include "controlplane/services/elasticache/provision.h"

namespace elastilab {
namespace {

constexpr size_t kMaxNameLength = 255;
constexpr size_t kMaxDescription = 255;

void FillParameterGroup(const ParameterGroup& group, const Region& region, v1::CacheParameterGroup& out) {
  out.set_cache_parameter_group_name(group.name);
  out.set_cache_parameter_group_family(group.family);
  out.set_description(group.description);
  out.set_is_global(false);
  out.set_arn(Arn(region.location, "parametergroup", group.name));
}

std::string FamilyNames() {
  std::string names;
  for (const ParameterFamily& family : ParameterFamilies()) names += (names.empty() ? "" : ", ") + family.name;
  return names;
}

// A group that may be changed or deleted: one of users' own.
StatusOr<ParameterGroup> FindOwnGroup(const Draft& draft, const std::string& name, std::string_view verb) {
  if (const ParameterGroup* found = draft.Find<ParameterGroup>(name)) return *found;
  if (!MakeDefaultParameterGroup(name)) return CacheParameterGroupNotFound(name);
  return InvalidCacheParameterGroupState(
      fmt::format("The default parameter group {} cannot be {}: create one of your own with CreateCacheParameterGroup.",
                  name, verb));
}

template <typename NameValues>
StatusOr<std::vector<ParameterSetting>> ReadSettings(const NameValues& named) {
  if (named.size() > kMaxParametersPerRequest) {
    return InvalidParameterCombination(
        fmt::format("Cannot modify more than {} parameters in a single request", kMaxParametersPerRequest));
  }
  std::vector<ParameterSetting> settings;
  std::set<std::string> seen;
  for (const auto& item : named) {
    if (item.parameter_name().empty())
      return InvalidParameterValue("The parameter ParameterName must be provided and must not be blank.");
    if (!seen.insert(item.parameter_name()).second) {
      return InvalidParameterCombination(
          fmt::format("Parameter {} is named twice in one request", item.parameter_name()));
    }
    settings.push_back({item.parameter_name(), item.parameter_value()});
  }
  return settings;
}

StatusOr<const Parameter*> FindIn(const ParameterGroup& group, const std::string& name) {
  const ParameterFamily* family = FindParameterFamily(group.family);
  const Parameter* parameter = family == nullptr ? nullptr : FindParameter(*family, name);
  if (parameter != nullptr) return parameter;
  return InvalidParameterValue(fmt::format("Parameter {} doesn't exist", name));  // Terraform matches this
}

void Set(ParameterGroup& group, const ParameterSetting& setting) {
  std::erase_if(group.settings, [&](const ParameterSetting& old) { return old.name == setting.name; });
  group.settings.push_back(setting);
  std::sort(group.settings.begin(), group.settings.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

// Puts the changed group, tells users what has changed and the agents of the clusters that live by it.
void PutChanged(RequestContext& context, Draft& draft, const ParameterGroup& before, const ParameterGroup& after) {
  draft.Put(after);
  bool changed = false;
  for (const Parameter& parameter : FindParameterFamily(after.family)->parameters) {
    const std::string value = ValueUnder(after, parameter);
    if (value == ValueUnder(before, parameter)) continue;
    changed = true;
    draft.Emit({0, SourceType::kCacheParameterGroup, after.name,
                fmt::format("Updated parameter {} to {}", parameter.name, value.empty() ? "the empty value" : value),
                context.now});
  }
  if (!changed) return;
  for (const CacheCluster* cluster : ClustersUnder(draft, after.name)) ApplyParameters(draft, *cluster);
}

}  // namespace

Status CreateCacheParameterGroup(RequestContext& context, const v1::CreateCacheParameterGroupRequest& request,
                                 v1::CreateCacheParameterGroupResponse& response) {
  ParameterGroup group;
  ASSIGN_OR_RETURN(group.name,
                   CheckIdentifier("CacheParameterGroupName", request.cache_parameter_group_name(), kMaxNameLength));
  group.family = LowerCase(request.cache_parameter_group_family());
  if (FindParameterFamily(group.family) == nullptr) {
    return InvalidParameterValue(
        fmt::format("CacheParameterGroupFamily {} is not a valid parameter group family: choose one of {}.",
                    request.cache_parameter_group_family(), FamilyNames()));
  }
  group.description = request.description();
  if (group.description.size() > kMaxDescription) {
    return InvalidParameterValue(fmt::format("Description has more than {} characters.", kMaxDescription));
  }
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    if (draft.Find<ParameterGroup>(group.name) != nullptr) return CacheParameterGroupAlreadyExists(group.name);
    const int quota = context.region.Quota(kMaxParameterGroups);
    if (draft.Count<ParameterGroup>() >= quota) return CacheParameterGroupQuotaExceeded(quota);
    draft.Put(group);
    return PutTags(draft, Arn(context.region.location, "parametergroup", group.name), ReadTags(request.tags()));
  }));
  FillParameterGroup(group, context.region, *response.mutable_cache_parameter_group());
  return absl::OkStatus();
}

Status DescribeCacheParameterGroups(RequestContext& context, const v1::DescribeCacheParameterGroupsRequest& request,
                                    v1::DescribeCacheParameterGroupsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    if (request.has_cache_parameter_group_name() && !request.cache_parameter_group_name().empty()) {
      const auto group = FindParameterGroup(state, LowerCase(request.cache_parameter_group_name()));
      if (!group) return CacheParameterGroupNotFound(request.cache_parameter_group_name());
      FillParameterGroup(*group, context.region, *response.add_cache_parameter_groups());
      return absl::OkStatus();
    }
    std::set<std::string> names(DefaultParameterGroups().begin(), DefaultParameterGroups().end());
    for (const auto& [name, group] : state.parameter_groups) names.insert(name);
    for (auto it = page.after ? names.upper_bound(*page.after) : names.begin(); it != names.end(); ++it) {
      if (response.cache_parameter_groups_size() == page.limit) {
        response.set_marker(MarkerFor(page.listing, response.cache_parameter_groups(page.limit - 1).cache_parameter_group_name()));
        break;
      }
      FillParameterGroup(*FindParameterGroup(state, *it), context.region, *response.add_cache_parameter_groups());
    }
    return absl::OkStatus();
  });
}

Status DeleteCacheParameterGroup(RequestContext& context, const v1::DeleteCacheParameterGroupRequest& request,
                                 v1::DeleteCacheParameterGroupResponse&) {
  const std::string name = LowerCase(request.cache_parameter_group_name());
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    RETURN_IF_ERROR(FindOwnGroup(draft, name, "deleted").status());
    if (IsInUse(draft, name)) {
      return InvalidCacheParameterGroupState(fmt::format(
          "One or more cache clusters are still members of this parameter group {}, so the group cannot be deleted.",
          name));
    }
    draft.Erase<ParameterGroup>(name);
    draft.Erase<TagSet>(Arn(context.region.location, "parametergroup", name));
    return absl::OkStatus();
  });
}

Status ModifyCacheParameterGroup(RequestContext& context, const v1::ModifyCacheParameterGroupRequest& request,
                                 v1::ModifyCacheParameterGroupResponse& response) {
  const std::string name = LowerCase(request.cache_parameter_group_name());
  ASSIGN_OR_RETURN(const auto settings, ReadSettings(request.parameter_name_values()));
  for (const auto& item : request.parameter_name_values()) {
    if (!item.has_parameter_value()) {
      return InvalidParameterValue(
          fmt::format("The parameter ParameterValue must be provided: {} has none.", item.parameter_name()));
    }
  }
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const ParameterGroup before, FindOwnGroup(draft, name, "modified"));
    const bool in_use = IsInUse(draft, name);
    ParameterGroup group = before;
    for (const ParameterSetting& setting : settings) {
      ASSIGN_OR_RETURN(const Parameter* parameter, FindIn(group, setting.name));
      RETURN_IF_ERROR(CheckParameterValue(*parameter, in_use, setting.value));
      Set(group, setting);
    }
    PutChanged(context, draft, before, group);
    return absl::OkStatus();
  }));
  response.set_cache_parameter_group_name(name);
  return absl::OkStatus();
}

Status ResetCacheParameterGroup(RequestContext& context, const v1::ResetCacheParameterGroupRequest& request,
                                v1::ResetCacheParameterGroupResponse& response) {
  const std::string name = LowerCase(request.cache_parameter_group_name());
  ASSIGN_OR_RETURN(const auto named, ReadSettings(request.parameter_name_values()));
  if (request.reset_all_parameters() != named.empty()) {
    return InvalidParameterCombination("Give ResetAllParameters=true or ParameterNameValues, one of them.");
  }
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const ParameterGroup before, FindOwnGroup(draft, name, "reset"));
    RETURN_IF_ERROR(CheckNothingPending(draft, before));
    const bool in_use = IsInUse(draft, name);
    ParameterGroup group = before;
    for (const ParameterSetting& setting : named) {
      ASSIGN_OR_RETURN(const Parameter* parameter, FindIn(group, setting.name));
      if (!IsModifiable(*parameter, in_use)) return CheckParameterValue(*parameter, in_use, parameter->default_value);
      std::erase_if(group.settings, [&](const ParameterSetting& old) { return old.name == setting.name; });
    }
    if (request.reset_all_parameters()) {
      // What can't be changed while caches use the group stays.
      std::erase_if(group.settings, [&](const ParameterSetting& old) {
        const auto parameter = FindIn(group, old.name);
        return !parameter.ok() || IsModifiable(**parameter, in_use);
      });
    }
    PutChanged(context, draft, before, group);
    return absl::OkStatus();
  }));
  response.set_cache_parameter_group_name(name);
  return absl::OkStatus();
}

void AddParameterGroupHandlers(HandlerTable& table) {
  table["CreateCacheParameterGroup"] = Typed(CreateCacheParameterGroup);
  table["DescribeCacheParameterGroups"] = Typed(DescribeCacheParameterGroups);
  table["DeleteCacheParameterGroup"] = Typed(DeleteCacheParameterGroup);
  table["ModifyCacheParameterGroup"] = Typed(ModifyCacheParameterGroup);
  table["ResetCacheParameterGroup"] = Typed(ResetCacheParameterGroup);
  table["DescribeCacheParameters"] = Typed(DescribeCacheParameters);
  table["DescribeEngineDefaultParameters"] = Typed(DescribeEngineDefaultParameters);
}

}  // namespace elastilab
