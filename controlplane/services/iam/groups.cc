#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/groups.pb.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

constexpr size_t kMaxName = 128;
constexpr int kMaxGroups = 300;
constexpr int kMaxGroupsPerUser = 10;

void Fill(const Directory& directory, const IamGroup& group, pb::Group& out) {
  out.set_path(group.path);
  out.set_group_name(group.name);
  out.set_group_id(group.id);
  out.set_arn(ArnOfRecord(directory, group));
  FillTimestamp(group.created_at, *out.mutable_create_date());
}

bool IsIn(const IamUser& user, const std::string& group) {
  return std::any_of(user.groups.begin(), user.groups.end(), [&](const auto& name) { return LowerCase(name) == LowerCase(group); });
}

Status CreateGroup(const Directory& directory, RequestContext& context, const pb::CreateGroupRequest& request,
                   pb::CreateGroupResponse& response) {
  RETURN_IF_ERROR(CheckName("groupName", request.group_name(), kMaxName));
  ASSIGN_OR_RETURN(const IamGroup group,
                   NewEntity<IamGroup>(context, request.group_name(), request.has_path() ? request.path() : "/"));
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    RETURN_IF_ERROR(CheckNew(draft, group));
    if (draft.Count<IamGroup>() >= kMaxGroups) return QuotaExceeded("GroupsPerAccount", kMaxGroups);
    draft.Put(group);
    return absl::OkStatus();
  }));
  Fill(directory, group, *response.mutable_group());
  return absl::OkStatus();
}

Status GetGroup(const Directory& directory, RequestContext& context, const pb::GetGroupRequest& request,
                pb::GetGroupResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamGroup group, FindEntity<IamGroup>(state, request.group_name()));
    Fill(directory, group, *response.mutable_group());
    std::vector<const IamUser*> members;
    for (const auto& [key, user] : state.iam_users) {
      if (IsIn(*user, group.name)) members.push_back(user.get());
    }
    return FillIamPage(request, response, members, [](const IamUser* user) { return LowerCase(user->name); },
                       [&](const IamUser* user) {
                         pb::User& out = *response.add_users();
                         out.set_path(user->path);
                         out.set_user_name(user->name);
                         out.set_user_id(user->id);
                         out.set_arn(ArnOfRecord(directory, *user));
                         FillTimestamp(user->created_at, *out.mutable_create_date());
                       });
  });
}

Status UpdateGroup(const Directory&, RequestContext& context, const pb::UpdateGroupRequest& request, pb::UpdateGroupResponse&) {
  if (request.has_new_group_name()) RETURN_IF_ERROR(CheckName("newGroupName", request.new_group_name(), kMaxName));
  if (request.has_new_path()) RETURN_IF_ERROR(CheckPath(request.new_path()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamGroup group, FindEntity<IamGroup>(draft, request.group_name()));
    if (request.has_new_path()) group.path = request.new_path();
    if (request.has_new_group_name()) {
      const std::string old_name = group.name;
      const bool other = LowerCase(request.new_group_name()) != LowerCase(old_name);
      RETURN_IF_ERROR(CheckTaken(other && draft.Find<IamGroup>(LowerCase(request.new_group_name())) != nullptr, "Group",
                                 request.new_group_name()));
      for (const IamUser* found : draft.All<IamUser>()) {
        if (!IsIn(*found, old_name)) continue;
        IamUser user = *found;
        for (std::string& name : user.groups) {
          if (LowerCase(name) == LowerCase(old_name)) name = request.new_group_name();
        }
        draft.Put(user);
      }
      group.name = request.new_group_name();
      if (other) draft.Erase<IamGroup>(LowerCase(old_name));
    }
    draft.Put(group);
    return absl::OkStatus();
  });
}

Status DeleteGroup(const Directory&, RequestContext& context, const pb::DeleteGroupRequest& request, pb::DeleteGroupResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const IamGroup group, FindEntity<IamGroup>(draft, request.group_name()));
    for (const IamUser* user : draft.All<IamUser>()) {
      if (IsIn(*user, group.name)) return DeleteConflict("must remove users from group first");
    }
    if (!group.attached.empty()) return DeleteConflict("must detach all policies first");
    if (!group.inline_policies.empty()) return DeleteConflict("must delete policies first");
    draft.Erase<IamGroup>(LowerCase(group.name));
    return absl::OkStatus();
  });
}

Status ListGroups(const Directory& directory, RequestContext& context, const pb::ListGroupsRequest& request,
                  pb::ListGroupsResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    std::vector<const IamGroup*> groups;
    for (const auto& [key, group] : state.iam_groups) {
      if (group->path.starts_with(request.path_prefix())) groups.push_back(group.get());
    }
    return FillIamPage(request, response, groups, [](const IamGroup* group) { return LowerCase(group->name); },
                       [&](const IamGroup* group) { Fill(directory, *group, *response.add_groups()); });
  });
}

Status AddUserToGroup(const Directory&, RequestContext& context, const pb::AddUserToGroupRequest& request,
                      pb::AddUserToGroupResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const IamGroup group, FindEntity<IamGroup>(draft, request.group_name()));
    ASSIGN_OR_RETURN(IamUser user, FindEntity<IamUser>(draft, request.user_name()));
    if (IsIn(user, group.name)) return absl::OkStatus();
    if (user.groups.size() >= kMaxGroupsPerUser) return QuotaExceeded("GroupsPerUser", kMaxGroupsPerUser);
    user.groups.push_back(group.name);
    draft.Put(user);
    return absl::OkStatus();
  });
}

Status RemoveUserFromGroup(const Directory&, RequestContext& context, const pb::RemoveUserFromGroupRequest& request,
                           pb::RemoveUserFromGroupResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const IamGroup group, FindEntity<IamGroup>(draft, request.group_name()));
    ASSIGN_OR_RETURN(IamUser user, FindEntity<IamUser>(draft, request.user_name()));
    if (!IsIn(user, group.name)) {
      return NoSuchEntity("User " + user.name + " is not in group " + group.name + ".");
    }
    std::erase_if(user.groups, [&](const auto& name) { return LowerCase(name) == LowerCase(group.name); });
    draft.Put(user);
    return absl::OkStatus();
  });
}

Status ListGroupsForUser(const Directory& directory, RequestContext& context, const pb::ListGroupsForUserRequest& request,
                         pb::ListGroupsForUserResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamUser user, FindEntity<IamUser>(state, request.user_name()));
    std::vector<const IamGroup*> groups;
    for (const auto& [key, group] : state.iam_groups) {
      if (IsIn(user, group->name)) groups.push_back(group.get());
    }
    return FillIamPage(request, response, groups, [](const IamGroup* group) { return LowerCase(group->name); },
                       [&](const IamGroup* group) { Fill(directory, *group, *response.add_groups()); });
  });
}

}  // namespace

void AddGroupHandlers(HandlerTable& table, const Directory& directory) {
  table["CreateGroup"] = WithDirectory(directory, CreateGroup);
  table["GetGroup"] = WithDirectory(directory, GetGroup);
  table["UpdateGroup"] = WithDirectory(directory, UpdateGroup);
  table["DeleteGroup"] = WithDirectory(directory, DeleteGroup);
  table["ListGroups"] = WithDirectory(directory, ListGroups);
  table["AddUserToGroup"] = WithDirectory(directory, AddUserToGroup);
  table["RemoveUserFromGroup"] = WithDirectory(directory, RemoveUserFromGroup);
  table["ListGroupsForUser"] = WithDirectory(directory, ListGroupsForUser);
}

}  // namespace elastilab
