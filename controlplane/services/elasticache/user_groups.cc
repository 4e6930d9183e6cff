#include <fmt/format.h>

#include <map>

#include "controlplane/region/catalog/catalog.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/provision.h"
#include "controlplane/services/elasticache/users.h"
#include "proto/elasticache/v1/user_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr int kMaxGroups = 100;
constexpr size_t kMaxUsersOfGroup = 100;
constexpr size_t kMaxUserGroupId = 40;

using Ids = google::protobuf::RepeatedPtrField<std::string>;

// Lower case, each once, in the order given.
std::vector<std::string> ReadIds(const Ids& given) {
  std::vector<std::string> ids;
  for (const std::string& id : given) {
    std::string lower = LowerCase(id);
    if (std::find(ids.begin(), ids.end(), lower) == ids.end()) ids.push_back(std::move(lower));
  }
  return ids;
}

// Members that a group may have together: they exist, fit its engine, have names of their own and, for redis, one of
// them is the default user.
Status CheckMembers(const Draft& draft, const CacheUserGroup& group) {
  std::map<std::string, std::string> by_name;
  for (const std::string& id : group.user_ids) {
    const CacheUser* user = FindUser(draft, id);
    if (user == nullptr || user->status == UserStatus::kDeleting) return UserNotFound(id);
    RETURN_IF_ERROR(CheckFits(*user, group.engine));
    const auto [other, is_first] = by_name.emplace(user->name, id);
    if (!is_first) return DuplicateUserName(user->name, other->second, id);
  }
  if (group.engine == Engine::kRedis && !by_name.contains(std::string(kDefaultUser))) return DefaultUserRequired();
  if (group.user_ids.size() > kMaxUsersOfGroup) {
    return UserGroupQuotaExceeded(
        fmt::format("A user group has at most {} users, not {}.", kMaxUsersOfGroup, group.user_ids.size()));
  }
  return absl::OkStatus();
}

// A group and what its users, whose records are elsewhere, make of it.
struct ShownGroup {
  CacheUserGroup group;
  std::string minimum_engine_version;
};

template <typename Source>
ShownGroup Show(const Source& source, const CacheUserGroup& group) {
  std::string minimum = group.engine == Engine::kValkey ? "7.2" : "6.0";
  for (const std::string& id : group.user_ids) {
    const CacheUser* user = FindUser(source, id);
    if (user == nullptr) continue;
    std::string needed = MinimumEngineVersion(*user);
    if (CompareVersions(needed, minimum) > 0) minimum = std::move(needed);
  }
  return {group, std::move(minimum)};
}

// A group as such or as the reply of a call, which have the same members.
template <typename Message>
void FillUserGroup(const ShownGroup& shown, UserStatus status, const Region& region, Message& out) {
  const CacheUserGroup& group = shown.group;
  out.set_user_group_id(group.id);
  out.set_status(std::string(Text(status)));
  out.set_engine(std::string(Text(group.engine)));
  for (const std::string& id : group.user_ids) out.add_user_ids(id);
  out.set_minimum_engine_version(shown.minimum_engine_version);
  out.set_arn(Arn(region.location, "usergroup", group.id));
}

struct MemberChange {
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

StatusOr<CacheUserGroup> Changed(CacheUserGroup group, const MemberChange& change) {
  for (const std::string& id : change.remove) {
    if (std::erase(group.user_ids, id) == 0) {
      return InvalidParameterValue(fmt::format("User {} is not in user group {}.", id, group.id));
    }
  }
  for (const std::string& id : change.add) {
    if (std::find(change.remove.begin(), change.remove.end(), id) != change.remove.end()) {
      return InvalidParameterCombination(fmt::format("User {} is to be added and removed: decide.", id));
    }
    if (std::find(group.user_ids.begin(), group.user_ids.end(), id) != group.user_ids.end()) {
      return InvalidParameterValue(fmt::format("User {} is in user group {} already.", id, group.id));
    }
    group.user_ids.push_back(id);
  }
  return group;
}

StatusOr<CacheUserGroup> FindActive(const Draft& draft, const std::string& id) {
  const CacheUserGroup* found = draft.Find<CacheUserGroup>(id);
  if (found == nullptr) return UserGroupNotFound(id);
  if (found->status != UserStatus::kActive) return UserGroupNotActive(id, Text(found->status));
  return *found;
}

}  // namespace

Status CreateUserGroup(RequestContext& context, const v1::CreateUserGroupRequest& request,
                       v1::CreateUserGroupResponse& response) {
  CacheUserGroup group;
  ASSIGN_OR_RETURN(group.id, CheckIdentifier("UserGroupId", request.user_group_id(), kMaxUserGroupId));
  ASSIGN_OR_RETURN(group.engine, ReadUserEngine(request.engine()));
  group.user_ids = ReadIds(request.user_ids());
  const auto create = [&](Draft& draft) -> StatusOr<ShownGroup> {
    if (draft.Find<CacheUserGroup>(group.id) != nullptr) return UserGroupAlreadyExists(group.id);
    RETURN_IF_ERROR(CheckMembers(draft, group));
    const int quota = context.region.Quota(kMaxGroups);
    if (draft.Count<CacheUserGroup>() >= quota) {
      return UserGroupQuotaExceeded(fmt::format("You can have at most {} user groups in this region.", quota));
    }
    draft.Put(group);
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "usergroup", group.id), ReadTags(request.tags())));
    draft.Emit({0, SourceType::kUserGroup, group.id, "User group created", context.now});
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const ShownGroup created, context.region.store.Mutate(create));
  FillUserGroup(created, UserStatus::kCreating, context.region, response);
  return absl::OkStatus();
}

Status DescribeUserGroups(RequestContext& context, const v1::DescribeUserGroupsRequest& request,
                          v1::DescribeUserGroupsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    const auto add = [&](const CacheUserGroup& group) {
      FillUserGroup(Show(state, group), group.status, context.region, *response.add_user_groups());
    };
    if (!request.user_group_id().empty()) {
      const auto* group = state.Find<CacheUserGroup>(LowerCase(request.user_group_id()));
      if (group == nullptr) return UserGroupNotFound(request.user_group_id());
      add(*group);
      return absl::OkStatus();
    }
    const auto all = [](const CacheUserGroup&) { return true; };
    const std::string marker = FillPage<CacheUserGroup>(state.cache_user_groups, nullptr, page, all, add);
    if (!marker.empty()) response.set_marker(marker);
    return absl::OkStatus();
  });
}

// The change is made when the call returns; the reply shows it under way, as the service's does.
Status ModifyUserGroup(RequestContext& context, const v1::ModifyUserGroupRequest& request,
                       v1::ModifyUserGroupResponse& response) {
  const std::string id = LowerCase(request.user_group_id());
  const MemberChange change{ReadIds(request.user_ids_to_add()), ReadIds(request.user_ids_to_remove())};
  if (change.add.empty() && change.remove.empty() && !request.has_engine()) return NothingToModify();
  const auto modify = [&](Draft& draft) -> StatusOr<ShownGroup> {
    ASSIGN_OR_RETURN(const CacheUserGroup before, FindActive(draft, id));
    ASSIGN_OR_RETURN(CacheUserGroup group, Changed(before, change));
    if (request.has_engine()) {
      ASSIGN_OR_RETURN(group.engine, ReadUserEngine(request.engine()));
    }
    RETURN_IF_ERROR(CheckMembers(draft, group));
    draft.Put(group);
    draft.Emit({0, SourceType::kUserGroup, id, "User group modified", context.now});
    return Show(draft, before);
  };
  ASSIGN_OR_RETURN(const ShownGroup before, context.region.store.Mutate(modify));
  FillUserGroup(before, UserStatus::kModifying, context.region, response);
  for (const std::string& user : change.add) response.mutable_pending_changes()->add_user_ids_to_add(user);
  for (const std::string& user : change.remove) response.mutable_pending_changes()->add_user_ids_to_remove(user);
  return absl::OkStatus();
}

Status DeleteUserGroup(RequestContext& context, const v1::DeleteUserGroupRequest& request,
                       v1::DeleteUserGroupResponse& response) {
  const std::string id = LowerCase(request.user_group_id());
  const auto erase = [&](Draft& draft) -> StatusOr<ShownGroup> {
    ASSIGN_OR_RETURN(const CacheUserGroup group, FindActive(draft, id));
    draft.Erase<CacheUserGroup>(id);
    draft.Erase<TagSet>(Arn(context.region.location, "usergroup", id));
    draft.Emit({0, SourceType::kUserGroup, id, "User group deleted", context.now});
    return Show(draft, group);
  };
  ASSIGN_OR_RETURN(const ShownGroup deleted, context.region.store.Mutate(erase));
  FillUserGroup(deleted, UserStatus::kDeleting, context.region, response);
  return absl::OkStatus();
}

void AddUserGroupHandlers(HandlerTable& table) {
  table["CreateUserGroup"] = Typed(CreateUserGroup);
  table["DescribeUserGroups"] = Typed(DescribeUserGroups);
  table["ModifyUserGroup"] = Typed(ModifyUserGroup);
  table["DeleteUserGroup"] = Typed(DeleteUserGroup);
}

}  // namespace elastilab
