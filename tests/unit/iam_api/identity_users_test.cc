#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class UsersTest : public IdentityTest {
 protected:
  static std::vector<std::string> Names(const Json& users) {
    std::vector<std::string> names;
    for (const Json& user : users) names.push_back(user["UserName"]);
    return names;
  }
};

TEST_F(UsersTest, AUserIsAsItWasCreated) {
  const Json created = Ok("CreateUser", {{"UserName", "Alice"}, {"Path", "/team/blue/"}, {"Tags", {{{"Key", "k"}, {"Value", "v"}}}}})["User"];
  EXPECT_EQ(created["UserName"], "Alice");
  EXPECT_EQ(created["Path"], "/team/blue/");
  EXPECT_EQ(created["Arn"], UserArn("team/blue/Alice"));
  EXPECT_THAT(created["UserId"].get<std::string>(), MatchesRegex("AIDA[A-Z2-7]{17}"));
  EXPECT_EQ(created["Tags"], Json::array({{{"Key", "k"}, {"Value", "v"}}}));
  EXPECT_EQ(Ok("GetUser", {{"UserName", "Alice"}})["User"], created);
  EXPECT_EQ(Ok("GetUser", {{"UserName", "aLiCe"}})["User"], created) << "names are found whatever their case";
  EXPECT_FALSE(Ok("ListUsers")["Users"][0].contains("Tags")) << "lists don't tell";
}

TEST_F(UsersTest, ANameIsTakenWhateverItsCase) {
  MakeUser("alice");
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "ALICE"}}), "EntityAlreadyExists");
  EXPECT_EQ(message_, "User with name ALICE already exists.");
  EXPECT_EQ(Fault("GetUser", {{"UserName", "bob"}}), "NoSuchEntity");
  EXPECT_EQ(message_, "The user with name bob cannot be found.");
}

TEST_F(UsersTest, NamesAndPathsHaveBounds) {
  for (const std::string& name : {std::string(64, 'a'), std::string("+=,.@_-")}) EXPECT_EQ(Fault("CreateUser", {{"UserName", name}}), "");
  for (const std::string& name : {std::string(65, 'a'), std::string("a b"), std::string("a/b"), std::string("\xc3\xa9")}) {
    EXPECT_EQ(Fault("CreateUser", {{"UserName", name}}), "ValidationError") << name;
  }
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "p1"}, {"Path", "/" + std::string(510, 'p') + "/"}}), "");
  for (const std::string& path : {std::string("team/"), std::string("/team"), std::string(""), std::string("//"), std::string("/a b/"),
                                  "/" + std::string(511, 'p') + "/"}) {
    EXPECT_EQ(Fault("CreateUser", {{"UserName", "p2"}, {"Path", path}}), "ValidationError") << path;
  }
  EXPECT_NE(Fault("CreateUser"), "") << "a name is required";
}

TEST_F(UsersTest, RenamedUsersKeepWhatTheyHave) {
  MakeUser("alice", Allow("elasticache:*"));
  Ok("CreateGroup", {{"GroupName", "devs"}});
  Ok("AddUserToGroup", {{"UserName", "alice"}, {"GroupName", "devs"}});
  const Json key = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"];
  const std::string id = Ok("GetUser", {{"UserName", "alice"}})["User"]["UserId"];
  MakeUser("bob");
  EXPECT_EQ(Fault("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "Bob"}}), "EntityAlreadyExists");
  EXPECT_EQ(Fault("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "b b"}}), "ValidationError");
  EXPECT_EQ(Fault("UpdateUser", {{"UserName", "alice"}, {"NewPath", "x"}}), "ValidationError");

  Ok("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "alina"}, {"NewPath", "/x/"}});
  EXPECT_EQ(Fault("GetUser", {{"UserName", "alice"}}), "NoSuchEntity");
  const Json renamed = Ok("GetUser", {{"UserName", "alina"}})["User"];
  EXPECT_EQ(renamed["UserId"], id);
  EXPECT_EQ(renamed["Arn"], UserArn("x/alina"));
  EXPECT_EQ(Names(Ok("GetGroup", {{"GroupName", "devs"}})["Users"]), (std::vector<std::string>{"alina"}));
  EXPECT_EQ(Ok("ListAccessKeys", {{"UserName", "alina"}})["AccessKeyMetadata"][0]["UserName"], "alina");
  SignInWith(key);
  EXPECT_EQ(caller_.arn, UserArn("x/alina"));
  EXPECT_TRUE(May("elasticache:CreateCacheCluster"));

  SignInAsRoot();
  Ok("UpdateUser", {{"UserName", "alina"}, {"NewUserName", "Alina"}});
  EXPECT_EQ(Ok("GetUser", {{"UserName", "alina"}})["User"]["UserName"], "Alina") << "only its case";
}

TEST_F(UsersTest, WhoHasSomethingIsNotDeleted) {
  MakeUser("alice", Allow("elasticache:*"));
  Ok("CreateGroup", {{"GroupName", "devs"}});
  Ok("AddUserToGroup", {{"UserName", "alice"}, {"GroupName", "devs"}});
  const std::string key = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"]["AccessKeyId"];
  const std::string policy = MakePolicy("p", Allow("*"));
  Ok("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", policy}});
  Ok("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", policy}});

  const Json alice = {{"UserName", "alice"}};
  EXPECT_EQ(Fault("DeleteUser", alice), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete entity, must delete access keys first.");
  Ok("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", key}});
  EXPECT_EQ(Fault("DeleteUser", alice), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete entity, must remove users from group first.");
  Ok("RemoveUserFromGroup", {{"UserName", "alice"}, {"GroupName", "devs"}});
  EXPECT_EQ(Fault("DeleteUser", alice), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete entity, must detach all policies first.");
  Ok("DetachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", policy}});
  EXPECT_EQ(Fault("DeleteUser", alice), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete entity, must delete policies first.");
  Ok("DeleteUserPolicy", {{"UserName", "alice"}, {"PolicyName", "own"}});
  Ok("DeleteUser", alice);
  EXPECT_EQ(Fault("DeleteUser", alice), "NoSuchEntity");
  Ok("DeletePolicy", {{"PolicyArn", policy}});
}

TEST_F(UsersTest, WhoComesAgainUnderAnOldNameHasNothing) {
  MakeUser("alice", Allow("*"));
  const std::string id = Ok("GetUser", {{"UserName", "alice"}})["User"]["UserId"];
  Ok("DeleteUserPolicy", {{"UserName", "alice"}, {"PolicyName", "own"}});
  Ok("DeleteUser", {{"UserName", "alice"}});
  MakeUser("alice");
  EXPECT_NE(Ok("GetUser", {{"UserName", "alice"}})["User"]["UserId"], id);
  SignInAsUser("alice");
  EXPECT_FALSE(May("elasticache:DescribeUsers"));
}

TEST_F(UsersTest, ListsArePaged) {
  for (const char* name : {"Zoe", "adam", "Bert", "carl", "dora"}) Ok("CreateUser", {{"UserName", name}, {"Path", name[0] > 'a' ? "/low/" : "/"}});
  Json page = Ok("ListUsers", {{"MaxItems", 2}});
  EXPECT_THAT(Names(page["Users"]), ElementsAre("adam", "Bert"));
  EXPECT_EQ(page["IsTruncated"], true);
  Ok("CreateUser", {{"UserName", "aaron"}});
  Ok("DeleteUser", {{"UserName", "Bert"}});
  page = Ok("ListUsers", {{"MaxItems", 2}, {"Marker", page["Marker"]}});
  EXPECT_THAT(Names(page["Users"]), ElementsAre("carl", "dora")) << "what came in between moves nothing";
  page = Ok("ListUsers", {{"MaxItems", 2}, {"Marker", page["Marker"]}});
  EXPECT_THAT(Names(page["Users"]), ElementsAre("Zoe"));
  EXPECT_EQ(page["IsTruncated"], false);
  EXPECT_FALSE(page.contains("Marker"));

  EXPECT_THAT(Names(Ok("ListUsers", {{"PathPrefix", "/low"}})["Users"]), ElementsAre("carl", "dora"));
  EXPECT_TRUE(Ok("ListUsers", {{"PathPrefix", "/nobody/"}})["Users"].empty());
  for (const int items : {0, -1, 1001}) EXPECT_EQ(Fault("ListUsers", {{"MaxItems", items}}), "ValidationError") << items;
  for (const char* marker : {"x", "el1.6", "el1.zz"}) EXPECT_EQ(Fault("ListUsers", {{"Marker", marker}}), "ValidationError") << marker;
  const Json groups_marker = [&] {
    for (const char* name : {"a", "b"}) Ok("CreateGroup", {{"GroupName", name}});
    return Ok("ListGroups", {{"MaxItems", 1}})["Marker"];
  }();
  EXPECT_EQ(Fault("ListUsers", {{"Marker", groups_marker}}), "ValidationError") << "a marker of another listing";
}

TEST_F(UsersTest, TagsAreOnePerKeyWhateverItsCase) {
  MakeUser("alice");
  const auto tag = [](const char* key, const char* value) { return Json{{"Key", key}, {"Value", value}}; };
  Ok("TagUser", {{"UserName", "alice"}, {"Tags", {tag("Team", "blue"), tag("env", "dev")}}});
  Ok("TagUser", {{"UserName", "alice"}, {"Tags", {tag("team", "red"), tag("empty", "")}}});
  EXPECT_EQ(Ok("ListUserTags", {{"UserName", "alice"}})["Tags"], Json::array({tag("empty", ""), tag("env", "dev"), tag("team", "red")}));

  Json page = Ok("ListUserTags", {{"UserName", "alice"}, {"MaxItems", 2}});
  EXPECT_EQ(page["Tags"].size(), 2u);
  EXPECT_EQ(page["IsTruncated"], true);
  page = Ok("ListUserTags", {{"UserName", "alice"}, {"MaxItems", 2}, {"Marker", page["Marker"]}});
  EXPECT_EQ(page["Tags"], Json::array({tag("team", "red")}));

  Ok("UntagUser", {{"UserName", "alice"}, {"TagKeys", {"TEAM", "nothing"}}});
  EXPECT_EQ(Ok("ListUserTags", {{"UserName", "alice"}})["Tags"].size(), 2u);
  EXPECT_EQ(Fault("TagUser", {{"UserName", "alice"}, {"Tags", {tag("a", "1"), tag("A", "2")}}}), "InvalidInput");
  EXPECT_EQ(Fault("TagUser", {{"UserName", "alice"}, {"Tags", {tag("aws:x", "1")}}}), "ValidationError");
  EXPECT_EQ(Fault("TagUser", {{"UserName", "alice"}, {"Tags", {tag(std::string(129, 'k').c_str(), "1")}}}), "ValidationError");
  EXPECT_EQ(Fault("TagUser", {{"UserName", "alice"}, {"Tags", {tag("k", std::string(257, 'v').c_str())}}}), "ValidationError");
  EXPECT_EQ(Fault("TagUser", {{"UserName", "nobody"}, {"Tags", {tag("k", "v")}}}), "NoSuchEntity");
}

TEST_F(UsersTest, FiftyTagsAreEnough) {
  Json tags = Json::array();
  for (int i = 0; i < 50; ++i) tags.push_back({{"Key", "k" + std::to_string(i)}, {"Value", "v"}});
  Ok("CreateUser", {{"UserName", "alice"}, {"Tags", tags}});
  EXPECT_EQ(Fault("TagUser", {{"UserName", "alice"}, {"Tags", {{{"Key", "more"}, {"Value", "v"}}}}}), "LimitExceeded");
  EXPECT_EQ(Fault("TagUser", {{"UserName", "alice"}, {"Tags", {{{"Key", "K0"}, {"Value", "changed"}}}}}), "");
}

TEST_F(UsersTest, PathsAndTagsOfUsersCountInPolicies) {
  MakeUser("lead", R"({"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["iam:CreateUser", "iam:UpdateUser"], "Resource": "arn:aws:iam::*:user/dev/*"},
      {"Effect": "Allow", "Action": "iam:DeleteUser", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/by": "${aws:username}"}}}]})");
  SignInAsUser("lead");
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "eve"}, {"Path", "/admin/"}}), "AccessDenied");
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "eve"}, {"Path", "/dev/"}, {"Tags", {{{"Key", "by"}, {"Value", "lead"}}}}}), "");
  EXPECT_EQ(Fault("UpdateUser", {{"UserName", "eve"}, {"NewPath", "/admin/"}}), "AccessDenied") << "not allowed at the new place";
  EXPECT_EQ(Fault("UpdateUser", {{"UserName", "eve"}, {"NewUserName", "eva"}}), "");
  EXPECT_EQ(Fault("DeleteUser", {{"UserName", "LEAD"}}), "AccessDenied");
  EXPECT_EQ(Fault("DeleteUser", {{"UserName", "EVA"}}), "");
}

TEST_F(UsersTest, GetUserWithoutANameIsTheCaller) {
  EXPECT_EQ(Ok("GetUser")["User"]["Arn"], "arn:aws:iam::000000000000:root");
  MakeUser("alice", Allow("iam:GetUser"));
  SignInAsUser("alice");
  EXPECT_EQ(Ok("GetUser")["User"]["UserName"], "alice");
}

}  // namespace
}  // namespace elastilab
