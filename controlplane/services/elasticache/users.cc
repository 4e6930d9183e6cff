#include "controlplane/services/elasticache/users.h"

#include <fmt/format.h>

#include <map>

#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/access_string.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/credentials.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/provision.h"
#include "proto/elasticache/v1/users.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr int kMaxUsers = 1000;
constexpr size_t kMaxUserId = 40;
constexpr size_t kMaxUserName = 120;

// ---- Replies -------------------------------------------------------------------------------------------------------

v1::AuthenticationType WireType(Authentication type) {
  switch (type) {
    case Authentication::kPassword:
      return v1::AUTHENTICATION_TYPE_PASSWORD;
    case Authentication::kNoPassword:
      return v1::AUTHENTICATION_TYPE_NO_PASSWORD;
    case Authentication::kIam:
      break;
  }
  return v1::AUTHENTICATION_TYPE_IAM;
}

std::optional<Authentication> ReadType(v1::InputAuthenticationType type) {
  switch (type) {
    case v1::INPUT_AUTHENTICATION_TYPE_PASSWORD:
      return Authentication::kPassword;
    case v1::INPUT_AUTHENTICATION_TYPE_NO_PASSWORD_REQUIRED:
      return Authentication::kNoPassword;
    case v1::INPUT_AUTHENTICATION_TYPE_IAM:
      return Authentication::kIam;
    default:
      return std::nullopt;
  }
}

// A user as such or as the reply of a call, which have the same members. `status` is what the call shows.
template <typename Message>
void FillUser(const CacheUser& user, UserStatus status, const std::vector<std::string>& groups, const Region& region,
              Message& out) {
  out.set_user_id(user.id);
  out.set_user_name(user.name);
  out.set_status(std::string(Text(status)));
  out.set_engine(std::string(Text(user.engine)));
  out.set_minimum_engine_version(MinimumEngineVersion(user));
  out.set_access_string(user.access_string);
  for (const std::string& group : groups) out.add_user_group_ids(group);
  out.mutable_authentication()->set_type(WireType(user.authentication));
  if (user.authentication == Authentication::kPassword) {
    out.mutable_authentication()->set_password_count(static_cast<int32_t>(user.password_hashes.size()));
  }
  out.set_arn(Arn(region.location, "user", user.id));
}

bool Has(const CacheUserGroup& group, const std::string& user) {
  return std::find(group.user_ids.begin(), group.user_ids.end(), user) != group.user_ids.end();
}

struct UserInGroups {
  CacheUser user;
  std::vector<std::string> groups;
};

std::vector<std::string> GroupsOf(const Draft& draft, const std::string& user) {
  std::vector<std::string> ids;
  for (const CacheUserGroup* group : draft.All<CacheUserGroup>()) {
    if (Has(*group, user)) ids.push_back(group->id);
  }
  return ids;
}

// All users' groups in one pass.
std::map<std::string, std::vector<std::string>> GroupsByUser(const State& state) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const auto& [id, group] : state.cache_user_groups) {
    for (const std::string& user : group->user_ids) groups[user].push_back(id);
  }
  return groups;
}

// ---- Rules ---------------------------------------------------------------------------------------------------------

Status CheckUserName(std::string_view name) {
  if (name.size() > kMaxUserName) {
    return InvalidParameterValue(
        fmt::format("A UserName has at most {} characters, not {}.", kMaxUserName, name.size()));
  }
  const bool good = std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view("\"'\\,").find(c) == std::string_view::npos;
  });
  if (good) return absl::OkStatus();
  return InvalidParameterValue(
      "A UserName consists of printable ASCII characters without blanks, quotes, commas and backslashes.");
}

// What the parts of a user must be to each other.
Status CheckUser(const CacheUser& user) {
  if (user.authentication == Authentication::kIam && user.id != user.name) {
    return InvalidParameterCombination("User Id and User name must be same for authentication type: iam");
  }
  if (user.engine == Engine::kValkey && user.authentication == Authentication::kNoPassword) {
    return InvalidParameterCombination("A valkey user needs a password or IAM: NoPasswordRequired is for redis users.");
  }
  return absl::OkStatus();
}

template <typename Request>
StatusOr<std::optional<Credentials>> CredentialsOf(const Request& request) {
  CredentialsWish wish;
  wish.passwords.assign(request.passwords().begin(), request.passwords().end());
  wish.no_password_required = request.no_password_required();
  wish.has_mode = request.has_authentication_mode();
  if (wish.has_mode) {
    wish.mode = ReadType(request.authentication_mode().type());
    wish.mode_passwords.assign(request.authentication_mode().passwords().begin(),
                               request.authentication_mode().passwords().end());
  }
  return ReadCredentials(wish);
}

StatusOr<CacheUser> ReadUser(const v1::CreateUserRequest& request) {
  CacheUser user;
  ASSIGN_OR_RETURN(user.id, CheckIdentifier("UserId", request.user_id(), kMaxUserId));
  user.name = request.user_name();
  RETURN_IF_ERROR(CheckUserName(user.name));
  ASSIGN_OR_RETURN(user.engine, ReadUserEngine(request.engine()));
  ASSIGN_OR_RETURN(const AccessRules rules, ParseAccessString(request.access_string()));
  user.access_string = rules.text;
  ASSIGN_OR_RETURN(auto credentials, CredentialsOf(request));
  if (!credentials) {
    return InvalidParameterValue(
        "No password was provided. If you want to create/update the user without password, please use the "
        "NoPasswordRequired flag.");
  }
  user.authentication = credentials->type;
  user.password_hashes = std::move(credentials->password_hashes);
  RETURN_IF_ERROR(CheckUser(user));
  return user;
}

StatusOr<CacheUser> Changed(CacheUser user, const v1::ModifyUserRequest& request,
                            std::optional<Credentials> credentials) {
  if (request.has_access_string()) {
    ASSIGN_OR_RETURN(const AccessRules rules, ParseAccessString(request.access_string()));
    user.access_string = rules.text;
  }
  if (request.has_append_access_string()) {
    ASSIGN_OR_RETURN(const AccessRules rules,
                     ParseAccessString(user.access_string + " " + request.append_access_string()));
    user.access_string = rules.text;
  }
  if (request.has_engine()) {
    ASSIGN_OR_RETURN(user.engine, ReadUserEngine(request.engine()));
  }
  if (credentials) {
    user.authentication = credentials->type;
    user.password_hashes = std::move(credentials->password_hashes);
  }
  RETURN_IF_ERROR(CheckUser(user));
  return user;
}

Status CheckModify(const v1::ModifyUserRequest& request, bool credentials) {
  if (request.has_access_string() && request.has_append_access_string()) {
    return InvalidParameterCombination(
        "Give AccessString, which replaces the rules, or AppendAccessString, which adds to them.");
  }
  const bool any =
      request.has_access_string() || request.has_append_access_string() || request.has_engine() || credentials;
  return any ? absl::OkStatus() : NothingToModify();
}

Status CheckMayChange(const CacheUser* user, const std::string& id) {
  if (user == nullptr) return UserNotFound(id);
  if (user->id == kDefaultUser) {
    return InvalidParameterValue(
        "The user default cannot be modified or deleted. Create a user of your own with the UserName default, and put "
        "it into "
        "your user groups in its place.");
  }
  return user->status == UserStatus::kActive ? absl::OkStatus() : UserNotActive(id, Text(user->status));
}

// ---- Filters -------------------------------------------------------------------------------------------------------

struct UserFilter {
  std::optional<Engine> engine;
  struct Condition {
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<Condition> conditions;  // all must hold

  bool Holds(const CacheUser& user, const std::vector<std::string>& groups) const {
    const auto holds = [&](const Condition& condition) {
      return std::any_of(condition.values.begin(), condition.values.end(), [&](const std::string& value) {
        if (condition.name == "user-id") return user.id == LowerCase(value);
        if (condition.name == "user-name") return user.name == value;
        return std::find(groups.begin(), groups.end(), LowerCase(value)) != groups.end();
      });
    };
    return (!engine || user.engine == *engine) && std::all_of(conditions.begin(), conditions.end(), holds);
  }
};

StatusOr<UserFilter> ReadFilter(const v1::DescribeUsersRequest& request) {
  UserFilter filter;
  if (!request.engine().empty()) {
    ASSIGN_OR_RETURN(filter.engine, ReadUserEngine(request.engine()));
  }
  for (const auto& given : request.filters()) {
    if (given.name() != "user-id" && given.name() != "user-name" && given.name() != "user-group-id") {
      return InvalidParameterValue(
          fmt::format("'{}' is no filter of users: choose user-id, user-name or user-group-id.", given.name()));
    }
    filter.conditions.push_back({given.name(), {given.values().begin(), given.values().end()}});
  }
  return filter;
}

}  // namespace

// ---- Shared --------------------------------------------------------------------------------------------------------

const CacheUser& DefaultUser() {
  static const CacheUser& user = *new CacheUser{.id = "default",
                                                .name = "default",
                                                .access_string = "on ~* +@all",
                                                .authentication = Authentication::kNoPassword,
                                                .password_hashes = {}};
  return user;
}

StatusOr<Engine> ReadUserEngine(std::string_view text) {
  const auto engine = ParseEngine(text);
  if (engine && *engine != Engine::kMemcached) return *engine;
  return InvalidParameterValue(
      fmt::format("Unknown value for Engine: {}. Users and user groups are of redis or valkey.", text));
}

Status CheckFits(const CacheUser& user, Engine group) {
  if (group == Engine::kRedis && user.engine == Engine::kValkey) {
    return InvalidParameterCombination(fmt::format(
        "User {} is a valkey user and cannot be in a redis user group; a valkey group takes both.", user.id));
  }
  if (group == Engine::kValkey && user.authentication == Authentication::kNoPassword) {
    return InvalidParameterCombination(fmt::format(
        "User {} needs no password and cannot be in a valkey user group: give it a password or IAM.", user.id));
  }
  return absl::OkStatus();
}

std::string MinimumEngineVersion(const CacheUser& user) {
  if (user.engine == Engine::kValkey) return "7.2";
  if (user.authentication == Authentication::kIam) return "7.0";
  const auto rules = ParseAccessString(user.access_string);
  return rules.ok() ? rules->minimum_engine_version : "6.0";
}

// ---- Handlers ------------------------------------------------------------------------------------------------------

Status CreateUser(RequestContext& context, const v1::CreateUserRequest& request, v1::CreateUserResponse& response) {
  ASSIGN_OR_RETURN(const CacheUser user, ReadUser(request));
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    if (FindUser(draft, user.id) != nullptr) return UserAlreadyExists(user.id);
    const int quota = context.region.Quota(kMaxUsers);
    if (draft.Count<CacheUser>() >= quota) return UserQuotaExceeded(quota);
    draft.Put(user);
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "user", user.id), ReadTags(request.tags())));
    draft.Emit({0, SourceType::kUser, user.id, "User created", context.now});
    return absl::OkStatus();
  }));
  FillUser(user, user.status, {}, context.region, response);
  return absl::OkStatus();
}

Status DescribeUsers(RequestContext& context, const v1::DescribeUsersRequest& request,
                     v1::DescribeUsersResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  ASSIGN_OR_RETURN(const UserFilter filter, ReadFilter(request));
  return context.region.store.Read([&](const State& state) -> Status {
    auto groups = GroupsByUser(state);
    const auto keep = [&](const CacheUser& user) { return filter.Holds(user, groups[user.id]); };
    const auto add = [&](const CacheUser& user) {
      FillUser(user, user.status, groups[user.id], context.region, *response.add_users());
    };
    if (!request.user_id().empty()) {
      const CacheUser* user = FindUser(state, LowerCase(request.user_id()));
      if (user == nullptr) return UserNotFound(request.user_id());
      if (keep(*user)) add(*user);
      return absl::OkStatus();
    }
    const std::string marker = FillPage(state.cache_users, &DefaultUser(), page, keep, add);
    if (!marker.empty()) response.set_marker(marker);
    return absl::OkStatus();
  });
}

// The change is made when the call returns; the reply shows it under way, as the service's does.
Status ModifyUser(RequestContext& context, const v1::ModifyUserRequest& request, v1::ModifyUserResponse& response) {
  const std::string id = LowerCase(request.user_id());
  ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(request));
  RETURN_IF_ERROR(CheckModify(request, credentials.has_value()));
  const auto modify = [&](Draft& draft) -> StatusOr<UserInGroups> {
    const CacheUser* found = FindUser(draft, id);
    RETURN_IF_ERROR(CheckMayChange(found, id));
    ASSIGN_OR_RETURN(const CacheUser user, Changed(*found, request, credentials));
    const auto groups = GroupsOf(draft, id);
    for (const std::string& group : groups) RETURN_IF_ERROR(CheckFits(user, draft.Find<CacheUserGroup>(group)->engine));
    draft.Put(user);
    draft.Emit({0, SourceType::kUser, id, "User modified", context.now});
    return UserInGroups{user, groups};
  };
  ASSIGN_OR_RETURN(const UserInGroups modified, context.region.store.Mutate(modify));
  FillUser(modified.user, UserStatus::kModifying, modified.groups, context.region, response);
  return absl::OkStatus();
}

Status DeleteUser(RequestContext& context, const v1::DeleteUserRequest& request, v1::DeleteUserResponse& response) {
  const std::string id = LowerCase(request.user_id());
  const auto erase = [&](Draft& draft) -> StatusOr<UserInGroups> {
    const CacheUser* found = FindUser(draft, id);
    RETURN_IF_ERROR(CheckMayChange(found, id));
    const CacheUser user = *found;
    const auto groups = GroupsOf(draft, id);
    for (const std::string& group_id : groups) {
      CacheUserGroup group = *draft.Find<CacheUserGroup>(group_id);
      if (user.name == kDefaultUser && group.engine == Engine::kRedis)
        return DefaultUserAssociatedToUserGroup(id, group_id);
      std::erase(group.user_ids, id);
      draft.Put(group);
    }
    draft.Erase<CacheUser>(id);
    draft.Erase<TagSet>(Arn(context.region.location, "user", id));
    draft.Emit({0, SourceType::kUser, id, "User deleted", context.now});
    return UserInGroups{user, groups};
  };
  ASSIGN_OR_RETURN(const UserInGroups deleted, context.region.store.Mutate(erase));
  FillUser(deleted.user, UserStatus::kDeleting, deleted.groups, context.region, response);
  return absl::OkStatus();
}

void AddUserHandlers(HandlerTable& table) {
  table["CreateUser"] = Typed(CreateUser);
  table["DescribeUsers"] = Typed(DescribeUsers);
  table["ModifyUser"] = Typed(ModifyUser);
  table["DeleteUser"] = Typed(DeleteUser);
}

}  // namespace elastilab
