#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/secret.h"
#include "controlplane/region/store/record_json.h"
#include "proto/elasticache/v1/user_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPassword[] = "a-str0ng-pa))word";

class UsersTest : public ApiTest {
 protected:
  static v1::CreateUserRequest User(const std::string& id, const std::string& name = "") {
    v1::CreateUserRequest r;
    r.set_user_id(id);
    r.set_user_name(name.empty() ? id : name);
    r.set_engine("redis");
    r.set_access_string("on ~app:* +@read");
    r.add_passwords(kPassword);
    return r;
  }
  static v1::CreateUserRequest Iam(const std::string& id, const std::string& name) {
    auto r = User(id, name);
    r.clear_passwords();
    r.mutable_authentication_mode()->set_type(v1::INPUT_AUTHENTICATION_TYPE_IAM);
    return r;
  }
  std::string Create(const v1::CreateUserRequest& r) { return Refusal<v1::CreateUserResponse>("CreateUser", r); }
  std::string Modify(const v1::ModifyUserRequest& r) { return Refusal<v1::ModifyUserResponse>("ModifyUser", r); }
  static v1::ModifyUserRequest Change(const std::string& id) {
    v1::ModifyUserRequest r;
    r.set_user_id(id);
    return r;
  }
  std::string Delete(const std::string& id) {
    v1::DeleteUserRequest r;
    r.set_user_id(id);
    return Refusal<v1::DeleteUserResponse>("DeleteUser", r);
  }
  static v1::CreateUserGroupRequest Group(const std::string& id, const std::vector<std::string>& users,
                                          const std::string& engine = "redis") {
    v1::CreateUserGroupRequest r;
    r.set_user_group_id(id);
    r.set_engine(engine);
    for (const auto& user : users) r.add_user_ids(user);
    return r;
  }
  std::string Create(const v1::CreateUserGroupRequest& r) {
    return Refusal<v1::CreateUserGroupResponse>("CreateUserGroup", r);
  }
  static v1::ModifyUserGroupRequest Swap(const std::string& id, const std::vector<std::string>& add,
                                         const std::vector<std::string>& remove) {
    v1::ModifyUserGroupRequest r;
    r.set_user_group_id(id);
    for (const auto& user : add) r.add_user_ids_to_add(user);
    for (const auto& user : remove) r.add_user_ids_to_remove(user);
    return r;
  }
  std::string Modify(const v1::ModifyUserGroupRequest& r) {
    return Refusal<v1::ModifyUserGroupResponse>("ModifyUserGroup", r);
  }
  std::string DeleteGroup(const std::string& id) {
    v1::DeleteUserGroupRequest r;
    r.set_user_group_id(id);
    return Refusal<v1::DeleteUserGroupResponse>("DeleteUserGroup", r);
  }
  v1::User Describe(const std::string& id) {
    v1::DescribeUsersRequest r;
    r.set_user_id(id);
    v1::DescribeUsersResponse response;
    EXPECT_TRUE(Call("DescribeUsers", r, &response).ok()) << id;
    return response.users_size() == 1 ? response.users(0) : v1::User();
  }
  v1::UserGroup DescribeGroup(const std::string& id) {
    v1::DescribeUserGroupsRequest r;
    r.set_user_group_id(id);
    v1::DescribeUserGroupsResponse response;
    EXPECT_TRUE(Call("DescribeUserGroups", r, &response).ok()) << id;
    return response.user_groups_size() == 1 ? response.user_groups(0) : v1::UserGroup();
  }
  std::vector<std::string> Ids(const v1::DescribeUsersRequest& r) {
    v1::DescribeUsersResponse response;
    EXPECT_TRUE(Call("DescribeUsers", r, &response).ok());
    std::vector<std::string> ids;
    for (const auto& user : response.users()) ids.push_back(user.user_id());
    return ids;
  }
  CacheUser Stored(const std::string& id) {
    return store_->Read([&](const State& s) { return *s.Find<CacheUser>(id); });
  }
  static CacheUser Named(const std::string& id) {
    CacheUser user;
    user.id = user.name = id;
    return user;
  }
  void SetStatus(const std::string& id, UserStatus status) {
    ASSERT_TRUE(store_
                    ->Mutate([&](Draft& draft) {
                      CacheUser user = *draft.Find<CacheUser>(id);
                      user.status = status;
                      draft.Put(user);
                      return absl::OkStatus();
                    })
                    .ok());
  }
};

TEST_F(UsersTest, TheDefaultUserIsThereFromTheStartAndStaysAsItIs) {
  const auto user = Describe("Default");
  EXPECT_EQ(user.user_name(), "default");
  EXPECT_EQ(user.status(), "active");
  EXPECT_EQ(user.access_string(), "on ~* +@all");
  EXPECT_EQ(user.authentication().type(), v1::AUTHENTICATION_TYPE_NO_PASSWORD);
  EXPECT_EQ(user.arn(), "arn:aws:elasticache:us-east-1:000000000000:user:default");
  EXPECT_EQ(Create(User("default")), "UserAlreadyExists");
  auto change = Change("default");
  change.set_access_string("off");
  EXPECT_EQ(Modify(change), "InvalidParameterValue");
  EXPECT_EQ(Delete("default"), "InvalidParameterValue");
}

TEST_F(UsersTest, AUserIsShownAsTheServiceShowsIt) {
  auto request = User("App-1", "App");
  request.set_engine("REDIS");
  request.add_passwords("another-pa))word-1");
  v1::CreateUserResponse created;
  ASSERT_TRUE(Call("CreateUser", request, &created).ok());
  EXPECT_EQ(created.status(), "active");
  const auto user = Describe("app-1");
  EXPECT_EQ(user.user_id(), "app-1");
  EXPECT_EQ(user.user_name(), "App");
  EXPECT_EQ(user.engine(), "redis");
  EXPECT_EQ(user.access_string(), "on ~app:* -@all +@read");
  EXPECT_EQ(user.minimum_engine_version(), "6.0");
  EXPECT_EQ(user.authentication().type(), v1::AUTHENTICATION_TYPE_PASSWORD);
  EXPECT_EQ(user.authentication().password_count(), 2);
  EXPECT_EQ(Create(User("APP-1")), "UserAlreadyExists");
}

// I6: what is kept is what an engine's ACL needs, and no reply holds either.
TEST_F(UsersTest, PasswordsAreKeptAsHashesAndNeverEchoed) {
  v1::CreateUserResponse created;
  ASSERT_TRUE(Call("CreateUser", User("app"), &created).ok());
  EXPECT_THAT(Stored("app").password_hashes, ElementsAre(Sha256Hex(kPassword)));
  EXPECT_THAT(ToJson(Stored("app")), Not(HasSubstr(kPassword)));
  EXPECT_THAT(created.DebugString() + Describe("app").DebugString(), Not(HasSubstr(kPassword)));
  EXPECT_THAT(Describe("app").DebugString(), Not(HasSubstr(Sha256Hex(kPassword))));
}

TEST_F(UsersTest, PasswordRules) {
  const auto with = [&](const std::vector<std::string>& passwords) {
    auto r = User("app");
    r.clear_passwords();
    for (const auto& password : passwords) r.add_passwords(password);
    v1::CreateUserResponse response;
    const Status status = Call("CreateUser", r, &response);
    for (const auto& password : passwords) {
      EXPECT_THAT(std::string(status.message()), Not(HasSubstr(password)));
    }
    if (status.ok()) Delete("app");
    return status.ok() ? "" : std::string(FaultWire(*FaultOf(status)));
  };
  EXPECT_EQ(with({std::string(15, 'x')}), "InvalidParameterValue");
  EXPECT_EQ(with({std::string(16, 'x')}), "");
  EXPECT_EQ(with({std::string(128, 'x')}), "");
  EXPECT_EQ(with({std::string(129, 'x')}), "InvalidParameterValue");
  EXPECT_EQ(with({kPassword, "short"}), "InvalidParameterValue");
  EXPECT_EQ(with({kPassword, "second-password-1", "third-password--1"}), "InvalidParameterValue");
  EXPECT_EQ(with({}), "InvalidParameterValue");
  for (const char* bad : {",", "\"", "/", "@", " ", "\n", "\xc3\xa9"}) {
    EXPECT_EQ(with({std::string(16, 'x') + bad}), "InvalidParameterValue") << bad;
  }
}

TEST_F(UsersTest, OneWayOfAuthentication) {
  auto none = User("none");
  none.clear_passwords();
  none.set_no_password_required(true);
  EXPECT_EQ(Create(none), "");
  EXPECT_EQ(Describe("none").authentication().type(), v1::AUTHENTICATION_TYPE_NO_PASSWORD);
  EXPECT_FALSE(Describe("none").authentication().has_password_count());

  auto both = User("both");
  both.set_no_password_required(true);
  EXPECT_EQ(Create(both), "InvalidParameterCombination");

  auto twice = User("twice");
  twice.mutable_authentication_mode()->set_type(v1::INPUT_AUTHENTICATION_TYPE_PASSWORD);
  twice.mutable_authentication_mode()->add_passwords(kPassword);
  EXPECT_EQ(Create(twice), "InvalidParameterCombination");
  twice.clear_passwords();
  EXPECT_EQ(Create(twice), "");
  EXPECT_EQ(Describe("twice").authentication().password_count(), 1);

  auto untyped = User("untyped");
  untyped.clear_passwords();
  untyped.mutable_authentication_mode()->add_passwords(kPassword);
  EXPECT_EQ(Create(untyped), "InvalidParameterValue");

  auto empty = User("empty");
  empty.clear_passwords();
  empty.mutable_authentication_mode()->set_type(v1::INPUT_AUTHENTICATION_TYPE_PASSWORD);
  EXPECT_EQ(Create(empty), "InvalidParameterValue");
}

TEST_F(UsersTest, IamUsersAreNamedLikeTheirIdAndHaveNoPassword) {
  EXPECT_EQ(Create(Iam("app", "other")), "InvalidParameterCombination");
  EXPECT_EQ(Create(Iam("App", "App")), "InvalidParameterCombination") << "the id is stored in lower case";
  auto with_password = Iam("app", "app");
  with_password.mutable_authentication_mode()->add_passwords(kPassword);
  EXPECT_EQ(Create(with_password), "InvalidParameterCombination");
  EXPECT_EQ(Create(Iam("app", "app")), "");
  EXPECT_EQ(Describe("app").minimum_engine_version(), "7.0");
  EXPECT_EQ(Describe("app").authentication().type(), v1::AUTHENTICATION_TYPE_IAM);
}

TEST_F(UsersTest, BadNamesAndEngines) {
  for (const char* id : {"1app", "a_b", "app-", "a--b", "user name"})
    EXPECT_EQ(Create(User(id, "x")), "InvalidParameterValue") << id;
  EXPECT_EQ(Create(User(std::string(41, 'a'), "x")), "InvalidParameterValue");
  for (const char* name : {"a b", "a\"b", "a\\b", "a\nb", "\xc3\xa9", "a,b"}) {
    EXPECT_EQ(Create(User("app", name)), "InvalidParameterValue") << name;
  }
  EXPECT_EQ(Create(User("app", std::string(121, 'a'))), "InvalidParameterValue");
  for (const char* engine : {"memcached", "mysql"}) {
    auto r = User("app");
    r.set_engine(engine);
    EXPECT_EQ(Create(r), "InvalidParameterValue") << engine;
  }
  auto passwordless = User("vk");
  passwordless.set_engine("valkey");
  passwordless.clear_passwords();
  passwordless.set_no_password_required(true);
  EXPECT_EQ(Create(passwordless), "InvalidParameterCombination");
}

TEST_F(UsersTest, ModifyReplacesOrAppendsRules) {
  ASSERT_EQ(Create(User("app")), "");
  auto append = Change("APP");
  append.set_append_access_string("+set");
  v1::ModifyUserResponse response;
  ASSERT_TRUE(Call("ModifyUser", append, &response).ok());
  EXPECT_EQ(response.status(), "modifying");
  EXPECT_EQ(response.access_string(), "on ~app:* -@all +@read +set");
  EXPECT_EQ(Describe("app").status(), "active") << "it takes no time here";
  auto replace = Change("app");
  replace.set_access_string("~x");
  EXPECT_EQ(Modify(replace), "");
  EXPECT_EQ(Describe("app").access_string(), "off ~x -@all");
  replace.set_append_access_string("~y");
  EXPECT_EQ(Modify(replace), "InvalidParameterCombination");
  EXPECT_EQ(Modify(Change("app")), "InvalidParameterCombination") << "nothing to modify";
  EXPECT_EQ(Modify([] {
              auto r = Change("nobody");
              r.set_access_string("on");
              return r;
            }()),
            "UserNotFound");
}

TEST_F(UsersTest, ModifyChangesHowTheUserAuthenticates) {
  ASSERT_EQ(Create(User("app", "other")), "");
  auto change = Change("app");
  change.add_passwords("another-pa))word-1");
  EXPECT_EQ(Modify(change), "");
  EXPECT_THAT(Stored("app").password_hashes, ElementsAre(Sha256Hex("another-pa))word-1")));
  auto open = Change("app");
  open.set_no_password_required(true);
  EXPECT_EQ(Modify(open), "");
  EXPECT_THAT(Stored("app").password_hashes, IsEmpty());
  auto iam = Change("app");
  iam.mutable_authentication_mode()->set_type(v1::INPUT_AUTHENTICATION_TYPE_IAM);
  EXPECT_EQ(Modify(iam), "InvalidParameterCombination") << "its name is not its id";
}

TEST_F(UsersTest, OnlyActiveUsersChange) {
  ASSERT_EQ(Create(User("app")), "");
  SetStatus("app", UserStatus::kModifying);
  auto change = Change("app");
  change.set_access_string("on");
  EXPECT_EQ(Modify(change), "InvalidUserState");
  EXPECT_EQ(Delete("app"), "InvalidUserState");
}

TEST_F(UsersTest, AGroupNeedsADefaultUserAndNamesOnlyOnce) {
  ASSERT_EQ(Create(User("app")), "");
  ASSERT_EQ(Create(User("app-2", "app")), "");
  EXPECT_EQ(Create(Group("team", {})), "DefaultUserRequired");
  EXPECT_EQ(Create(Group("team", {"app"})), "DefaultUserRequired");
  EXPECT_EQ(Create(Group("team", {"default", "app", "app-2"})), "DuplicateUserName");
  EXPECT_EQ(Create(Group("team", {"default", "nobody"})), "UserNotFound");
  EXPECT_EQ(Create(Group("team", {"default"}, "memcached")), "InvalidParameterValue");
  EXPECT_EQ(Create(Group("te am", {"default"})), "InvalidParameterValue");
  v1::CreateUserGroupResponse created;
  ASSERT_TRUE(Call("CreateUserGroup", Group("Team", {"default", "APP", "app"}), &created).ok());
  EXPECT_EQ(created.status(), "creating");
  EXPECT_THAT(created.user_ids(), ElementsAre("default", "app"));
  EXPECT_EQ(DescribeGroup("team").status(), "active");
  EXPECT_THAT(Describe("app").user_group_ids(), ElementsAre("team"));
  EXPECT_THAT(Describe("default").user_group_ids(), ElementsAre("team"));
  EXPECT_EQ(Create(Group("team", {"default"})), "UserGroupAlreadyExists");
}

TEST_F(UsersTest, TheDefaultUserIsReplacedInOneCall) {
  ASSERT_EQ(Create(User("locked", "default")), "");
  ASSERT_EQ(Create(Group("team", {"default"})), "");
  EXPECT_EQ(Modify(Swap("team", {}, {"default"})), "DefaultUserRequired");
  EXPECT_EQ(Modify(Swap("team", {"locked"}, {})), "DuplicateUserName");
  v1::ModifyUserGroupResponse response;
  ASSERT_TRUE(Call("ModifyUserGroup", Swap("team", {"locked"}, {"default"}), &response).ok());
  EXPECT_EQ(response.status(), "modifying");
  EXPECT_THAT(response.user_ids(), ElementsAre("default")) << "as it was";
  EXPECT_THAT(response.pending_changes().user_ids_to_add(), ElementsAre("locked"));
  EXPECT_THAT(response.pending_changes().user_ids_to_remove(), ElementsAre("default"));
  EXPECT_THAT(DescribeGroup("team").user_ids(), ElementsAre("locked"));
  EXPECT_FALSE(DescribeGroup("team").has_pending_changes());
  EXPECT_EQ(Delete("locked"), "DefaultUserAssociatedToUserGroup");
  EXPECT_EQ(DeleteGroup("team"), "");
  EXPECT_EQ(Delete("locked"), "");
}

TEST_F(UsersTest, MembersComeAndGo) {
  ASSERT_EQ(Create(User("app")), "");
  ASSERT_EQ(Create(Group("team", {"default"})), "");
  EXPECT_EQ(Modify(Swap("team", {"app"}, {"app"})), "InvalidParameterValue") << "it is not in it";
  EXPECT_EQ(Modify(Swap("team", {"app"}, {})), "");
  EXPECT_EQ(Modify(Swap("team", {"app"}, {})), "InvalidParameterValue") << "already there";
  EXPECT_EQ(Modify(Swap("team", {"app"}, {"app"})), "InvalidParameterCombination");
  EXPECT_EQ(Modify(Swap("team", {}, {})), "InvalidParameterCombination");
  EXPECT_EQ(Modify(Swap("nothing", {"app"}, {})), "UserGroupNotFound");
  v1::DeleteUserRequest r;
  r.set_user_id("app");
  v1::DeleteUserResponse deleted;
  ASSERT_TRUE(Call("DeleteUser", r, &deleted).ok());
  EXPECT_EQ(deleted.status(), "deleting");
  EXPECT_THAT(deleted.user_group_ids(), ElementsAre("team"));
  EXPECT_THAT(DescribeGroup("team").user_ids(), ElementsAre("default")) << "out of all its groups";
  EXPECT_EQ(Delete("app"), "UserNotFound");
}

TEST_F(UsersTest, ValkeyGroupsTakeWhoeverAuthenticates) {
  auto valkey = User("vk");
  valkey.set_engine("valkey");
  ASSERT_EQ(Create(valkey), "");
  ASSERT_EQ(Create(User("app")), "");
  EXPECT_EQ(Create(Group("reds", {"default", "vk"})), "InvalidParameterCombination");
  EXPECT_EQ(Create(Group("valks", {"default"}, "valkey")), "InvalidParameterCombination") << "no password";
  EXPECT_EQ(Create(Group("valks", {"vk", "app"}, "valkey")), "") << "no default user needed";
  EXPECT_EQ(DescribeGroup("valks").minimum_engine_version(), "7.2");
  auto open = Change("app");
  open.set_no_password_required(true);
  EXPECT_EQ(Modify(open), "InvalidParameterCombination") << "its group would not take it";
}

TEST_F(UsersTest, AGroupNeedsWhatItsUsersNeed) {
  auto modern = User("modern");
  modern.set_access_string("on (~a +get)");
  ASSERT_EQ(Create(modern), "");
  ASSERT_EQ(Create(Group("team", {"default", "modern"})), "");
  EXPECT_EQ(DescribeGroup("team").minimum_engine_version(), "7.0");
}

TEST_F(UsersTest, FiltersPagesAndUnknownIds) {
  for (int i = 0; i < 30; ++i) ASSERT_EQ(Create(User(fmt::format("u{:02}", i), fmt::format("name{}", i % 3))), "");
  ASSERT_EQ(Create(Group("team", {"default", "u01"})), "");
  v1::DescribeUsersRequest by_group;
  auto* filter = by_group.add_filters();
  filter->set_name("user-group-id");
  filter->add_values("TEAM");
  EXPECT_THAT(Ids(by_group), ElementsAre("default", "u01"));
  filter = by_group.add_filters();
  filter->set_name("user-name");
  filter->add_values("name1");
  filter->add_values("name2");
  EXPECT_THAT(Ids(by_group), ElementsAre("u01")) << "all filters must pass, any of their values";
  filter->set_name("colour");
  EXPECT_EQ(Refusal<v1::DescribeUsersResponse>("DescribeUsers", by_group), "InvalidParameterValue");

  v1::DescribeUsersRequest valkey;
  valkey.set_engine("Valkey");
  EXPECT_THAT(Ids(valkey), IsEmpty());

  v1::DescribeUsersRequest page;
  page.set_max_records(20);
  v1::DescribeUsersResponse first;
  ASSERT_TRUE(Call("DescribeUsers", page, &first).ok());
  ASSERT_EQ(first.users_size(), 20);
  EXPECT_EQ(first.users(0).user_id(), "default");
  // Users that come and go between two pages disturb neither.
  ASSERT_EQ(Create(User("a0")), "");
  ASSERT_EQ(Delete("u18"), "");
  page.set_marker(first.marker());
  const auto rest = Ids(page);
  EXPECT_EQ(rest.front(), "u19");
  EXPECT_EQ(rest.size(), 11u);

  v1::DescribeUsersRequest unknown;
  unknown.set_user_id("nobody");
  EXPECT_EQ(Refusal<v1::DescribeUsersResponse>("DescribeUsers", unknown), "UserNotFound");
  v1::DescribeUserGroupsRequest unknown_group;
  unknown_group.set_user_group_id("nothing");
  EXPECT_EQ(Refusal<v1::DescribeUserGroupsResponse>("DescribeUserGroups", unknown_group), "UserGroupNotFound");
}

TEST_F(UsersTest, Quotas) {
  ASSERT_TRUE(store_
                  ->Mutate([](Draft& draft) {
                    for (int i = 0; i < 999; ++i) draft.Put(Named(fmt::format("u{:03}", i)));
                    for (int i = 0; i < 99; ++i)
                      draft.Put(CacheUserGroup{.id = fmt::format("g{:03}", i), .user_ids = {"default"}});
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Create(User("last")), "");
  EXPECT_EQ(Create(User("one-more")), "UserQuotaExceeded");
  std::vector<std::string> members = {"default"};
  for (int i = 0; i < 100; ++i) members.push_back(fmt::format("u{:03}", i));
  EXPECT_EQ(Create(Group("big", members)), "UserGroupQuotaExceeded");
  members.pop_back();
  EXPECT_EQ(Create(Group("big", members)), "");
  EXPECT_EQ(Create(Group("one-more", {"default"})), "UserGroupQuotaExceeded");
}

TEST_F(UsersTest, WhatHappenedIsTold) {
  ASSERT_EQ(Create(User("app")), "");
  ASSERT_EQ(Create(Group("team", {"default", "app"})), "");
  ASSERT_EQ(Delete("app"), "");
  v1::DescribeEventsRequest r;
  r.set_source_type(v1::SOURCE_TYPE_USER);
  v1::DescribeEventsResponse response;
  ASSERT_TRUE(Call("DescribeEvents", r, &response).ok());
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(0).message(), "User deleted");
  r.set_source_type(v1::SOURCE_TYPE_USER_GROUP);
  response.Clear();
  ASSERT_TRUE(Call("DescribeEvents", r, &response).ok());
  EXPECT_EQ(response.events_size(), 1);
}

}  // namespace
}  // namespace elastilab
