#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/users.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

constexpr size_t kMaxName = 64;
constexpr int kMaxUsers = 5000;

void Fill(const Directory& directory, const IamUser& user, pb::User& out) {
  out.set_path(user.path);
  out.set_user_name(user.name);
  out.set_user_id(user.id);
  out.set_arn(ArnOfRecord(directory, user));
  FillTimestamp(user.created_at, *out.mutable_create_date());
  FillBoundary(user.boundary, out);
}

// The caller itself when no name is given.
StatusOr<std::string> NameOf(const RequestContext& context, bool given, const std::string& name) {
  if (given) return name;
  if (!context.caller.user_name.empty()) return context.caller.user_name;
  return MakeFault(elasticache::v1::VALIDATION_ERROR, "Must specify userName when calling with non-User credentials");
}

Status CreateUser(const Directory& directory, RequestContext& context, const pb::CreateUserRequest& request,
                  pb::CreateUserResponse& response) {
  RETURN_IF_ERROR(CheckName("userName", request.user_name(), kMaxName));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, CheckedTags(request.tags()));
  ASSIGN_OR_RETURN(IamUser user,
                   NewEntity<IamUser>(context, request.user_name(), request.has_path() ? request.path() : "/"));
  if (request.has_permissions_boundary()) user.boundary = request.permissions_boundary();
  user.tags = tags;
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    RETURN_IF_ERROR(CheckNew(draft, user));
    if (draft.Count<IamUser>() >= kMaxUsers) return QuotaExceeded("UsersPerAccount", kMaxUsers);
    if (request.has_permissions_boundary() && FindPolicy(draft, directory.location(), user.boundary) == nullptr) {
      return NoSuchEntity("Scope ARN: " + user.boundary + " does not exist or is not attachable.");
    }
    draft.Put(user);
    return absl::OkStatus();
  }));
  Fill(directory, user, *response.mutable_user());
  FillTags(user.tags, response.mutable_user()->mutable_tags());
  return absl::OkStatus();
}

Status GetUser(const Directory& directory, RequestContext& context, const pb::GetUserRequest& request,
               pb::GetUserResponse& response) {
  if (!request.has_user_name() && context.caller.type == PrincipalType::kRoot) {
    response.mutable_user()->set_user_id(context.caller.user_id);
    response.mutable_user()->set_arn(context.caller.arn);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string name, NameOf(context, request.has_user_name(), request.user_name()));
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamUser user, FindEntity<IamUser>(state, name));
    Fill(directory, user, *response.mutable_user());
    FillTags(user.tags, response.mutable_user()->mutable_tags());
    return absl::OkStatus();
  });
}

Status UpdateUser(const Directory& directory, RequestContext& context, const pb::UpdateUserRequest& request, pb::UpdateUserResponse&) {
  if (request.has_new_user_name()) RETURN_IF_ERROR(CheckName("newUserName", request.new_user_name(), kMaxName));
  if (request.has_new_path()) RETURN_IF_ERROR(CheckPath(request.new_path()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamUser user, FindEntity<IamUser>(draft, request.user_name()));
    const std::string old_key = LowerCase(user.name);
    const std::string old_arn = ArnOfRecord(directory, user);
    if (request.has_new_path()) user.path = request.new_path();
    if (request.has_new_user_name()) {
      const std::string new_key = LowerCase(request.new_user_name());
      RETURN_IF_ERROR(CheckTaken(new_key != old_key && draft.Find<IamUser>(new_key) != nullptr, "User", request.new_user_name()));
      for (const AccessKey* found : draft.All<AccessKey>()) {
        if (LowerCase(found->user_name) != old_key) continue;
        AccessKey key = *found;
        key.user_name = request.new_user_name();
        draft.Put(key);
      }
      user.name = request.new_user_name();
      if (new_key != old_key) draft.Erase<IamUser>(old_key);
    }
    draft.Put(user);
    FollowPrincipal(draft, old_arn, ArnOfRecord(directory, user));
    return absl::OkStatus();
  });
}

Status DeleteUser(const Directory& directory, RequestContext& context, const pb::DeleteUserRequest& request, pb::DeleteUserResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const IamUser user, FindEntity<IamUser>(draft, request.user_name()));
    for (const AccessKey* key : draft.All<AccessKey>()) {
      if (LowerCase(key->user_name) == LowerCase(user.name)) return DeleteConflict("must delete access keys first");
    }
    if (!user.groups.empty()) return DeleteConflict("must remove users from group first");
    if (!user.attached.empty()) return DeleteConflict("must detach all policies first");
    if (!user.inline_policies.empty()) return DeleteConflict("must delete policies first");
    draft.Erase<IamUser>(LowerCase(user.name));
    FollowPrincipal(draft, ArnOfRecord(directory, user), user.id);
    return absl::OkStatus();
  });
}

Status ListUsers(const Directory& directory, RequestContext& context, const pb::ListUsersRequest& request,
                 pb::ListUsersResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    std::vector<const IamUser*> users;
    for (const auto& [key, user] : state.iam_users) {
      if (user->path.starts_with(request.path_prefix())) users.push_back(user.get());
    }
    return FillIamPage(request, response, users, [](const IamUser* user) { return LowerCase(user->name); },
                       [&](const IamUser* user) { Fill(directory, *user, *response.add_users()); });
  });
}

Status TagUser(const Directory&, RequestContext& context, const pb::TagUserRequest& request, pb::TagUserResponse&) {
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, CheckedTags(request.tags()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamUser user, FindEntity<IamUser>(draft, request.user_name()));
    RETURN_IF_ERROR(MergeTags(user.tags, tags));
    draft.Put(user);
    return absl::OkStatus();
  });
}

Status UntagUser(const Directory&, RequestContext& context, const pb::UntagUserRequest& request, pb::UntagUserResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamUser user, FindEntity<IamUser>(draft, request.user_name()));
    DropTags(user.tags, request.tag_keys());
    draft.Put(user);
    return absl::OkStatus();
  });
}

Status ListUserTags(const Directory&, RequestContext& context, const pb::ListUserTagsRequest& request,
                    pb::ListUserTagsResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamUser user, FindEntity<IamUser>(state, request.user_name()));
    return FillTagPage(request, response, user.tags);
  });
}

}  // namespace

void AddUserHandlers(HandlerTable& table, const Directory& directory) {
  table["CreateUser"] = WithDirectory(directory, CreateUser);
  table["GetUser"] = WithDirectory(directory, GetUser);
  table["UpdateUser"] = WithDirectory(directory, UpdateUser);
  table["DeleteUser"] = WithDirectory(directory, DeleteUser);
  table["ListUsers"] = WithDirectory(directory, ListUsers);
  table["TagUser"] = WithDirectory(directory, TagUser);
  table["UntagUser"] = WithDirectory(directory, UntagUser);
  table["ListUserTags"] = WithDirectory(directory, ListUserTags);
}

}  // namespace elastilab
