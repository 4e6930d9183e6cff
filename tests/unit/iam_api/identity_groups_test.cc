#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

class GroupsTest : public IdentityTest {
 protected:
  std::vector<std::string> Members(const std::string& group) {
    std::vector<std::string> names;
    const Json reply = Ok("GetGroup", {{"GroupName", group}});
    for (const Json& user : reply["Users"]) names.push_back(user["UserName"]);
    return names;
  }
  std::vector<std::string> GroupsOf(const std::string& user) {
    std::vector<std::string> names;
    const Json reply = Ok("ListGroupsForUser", {{"UserName", user}});
    for (const Json& group : reply["Groups"]) names.push_back(group["GroupName"]);
    return names;
  }
};

TEST_F(GroupsTest, AGroupIsAsItWasCreated) {
  const Json group = Ok("CreateGroup", {{"GroupName", "Devs"}, {"Path", "/x/"}})["Group"];
  EXPECT_EQ(group["Arn"], "arn:aws:iam::000000000000:group/x/Devs");
  EXPECT_THAT(group["GroupId"].get<std::string>(), MatchesRegex("AGPA[A-Z2-7]{17}"));
  EXPECT_EQ(Ok("GetGroup", {{"GroupName", "devs"}})["Group"], group);
  EXPECT_EQ(Ok("ListGroups")["Groups"][0], group);
  EXPECT_EQ(Fault("CreateGroup", {{"GroupName", "DEVS"}}), "EntityAlreadyExists");
  EXPECT_EQ(message_, "Group with name DEVS already exists.");
  EXPECT_EQ(Fault("CreateGroup", {{"GroupName", std::string(129, 'g')}}), "ValidationError");
  EXPECT_EQ(Fault("CreateGroup", {{"GroupName", std::string(128, 'g')}}), "");
  EXPECT_EQ(Fault("GetGroup", {{"GroupName", "ops"}}), "NoSuchEntity");
}

TEST_F(GroupsTest, PoliciesOfAGroupBindItsMembersWhileTheyAre) {
  Ok("CreateGroup", {{"GroupName", "devs"}});
  Ok("PutGroupPolicy", {{"GroupName", "devs"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("elasticache:*")}});
  MakeUser("alice");
  SignInAsUser("alice");
  const Caller alice = caller_;
  EXPECT_FALSE(May("elasticache:CreateUser"));
  SignInAsRoot();
  Ok("AddUserToGroup", {{"GroupName", "DEVS"}, {"UserName", "ALICE"}});
  Ok("AddUserToGroup", {{"GroupName", "devs"}, {"UserName", "alice"}});  // again changes nothing
  EXPECT_THAT(Members("devs"), ElementsAre("alice"));
  EXPECT_THAT(GroupsOf("alice"), ElementsAre("devs"));
  caller_ = alice;
  EXPECT_TRUE(May("elasticache:CreateUser"));
  SignInAsRoot();
  Ok("RemoveUserFromGroup", {{"GroupName", "devs"}, {"UserName", "Alice"}});
  EXPECT_EQ(Fault("RemoveUserFromGroup", {{"GroupName", "devs"}, {"UserName", "alice"}}), "NoSuchEntity");
  caller_ = alice;
  EXPECT_FALSE(May("elasticache:CreateUser"));
}

TEST_F(GroupsTest, ADenyOfAGroupCountsAgainstTheUsersOwnAllow) {
  Ok("CreateGroup", {{"GroupName", "careful"}});
  Ok("PutGroupPolicy", {{"GroupName", "careful"}, {"PolicyName", "p"}, {"PolicyDocument", Deny("elasticache:Delete*")}});
  MakeUser("alice", Allow("elasticache:*"));
  Ok("AddUserToGroup", {{"GroupName", "careful"}, {"UserName", "alice"}});
  SignInAsUser("alice");
  EXPECT_TRUE(May("elasticache:CreateUser"));
  EXPECT_FALSE(May("elasticache:DeleteUser"));
}

TEST_F(GroupsTest, ARenamedGroupKeepsItsMembers) {
  Ok("CreateGroup", {{"GroupName", "devs"}});
  Ok("CreateGroup", {{"GroupName", "ops"}});
  for (const char* name : {"alice", "bob"}) {
    MakeUser(name);
    Ok("AddUserToGroup", {{"GroupName", "devs"}, {"UserName", name}});
  }
  EXPECT_EQ(Fault("UpdateGroup", {{"GroupName", "devs"}, {"NewGroupName", "OPS"}}), "EntityAlreadyExists");
  Ok("UpdateGroup", {{"GroupName", "devs"}, {"NewGroupName", "Developers"}, {"NewPath", "/x/"}});
  EXPECT_THAT(Members("developers"), ElementsAre("alice", "bob"));
  EXPECT_THAT(GroupsOf("bob"), ElementsAre("Developers"));
  EXPECT_EQ(Ok("GetGroup", {{"GroupName", "Developers"}})["Group"]["Arn"], "arn:aws:iam::000000000000:group/x/Developers");
  EXPECT_EQ(Fault("GetGroup", {{"GroupName", "devs"}}), "NoSuchEntity");
}

TEST_F(GroupsTest, AGroupThatHasSomethingIsNotDeleted) {
  Ok("CreateGroup", {{"GroupName", "devs"}});
  MakeUser("alice");
  const Json devs = {{"GroupName", "devs"}};
  const std::string policy = MakePolicy("p", Allow("*"));
  Ok("AddUserToGroup", {{"GroupName", "devs"}, {"UserName", "alice"}});
  Ok("AttachGroupPolicy", {{"GroupName", "devs"}, {"PolicyArn", policy}});
  Ok("PutGroupPolicy", {{"GroupName", "devs"}, {"PolicyName", "i"}, {"PolicyDocument", Allow("*")}});
  EXPECT_EQ(Fault("DeleteGroup", devs), "DeleteConflict");
  Ok("RemoveUserFromGroup", {{"GroupName", "devs"}, {"UserName", "alice"}});
  EXPECT_EQ(Fault("DeleteGroup", devs), "DeleteConflict");
  Ok("DetachGroupPolicy", {{"GroupName", "devs"}, {"PolicyArn", policy}});
  EXPECT_EQ(Fault("DeleteGroup", devs), "DeleteConflict");
  Ok("DeleteGroupPolicy", {{"GroupName", "devs"}, {"PolicyName", "i"}});
  Ok("DeleteGroup", devs);
  EXPECT_EQ(Fault("DeleteGroup", devs), "NoSuchEntity");
}

TEST_F(GroupsTest, AUserIsInTenGroupsAtMost) {
  MakeUser("alice");
  for (int i = 0; i <= 10; ++i) Ok("CreateGroup", {{"GroupName", "g" + std::to_string(i)}});
  for (int i = 0; i < 10; ++i) Ok("AddUserToGroup", {{"GroupName", "g" + std::to_string(i)}, {"UserName", "alice"}});
  EXPECT_EQ(Fault("AddUserToGroup", {{"GroupName", "g10"}, {"UserName", "alice"}}), "LimitExceeded");
  EXPECT_EQ(message_, "Cannot exceed quota for GroupsPerUser: 10");
  EXPECT_EQ(Fault("AddUserToGroup", {{"GroupName", "g1"}, {"UserName", "nobody"}}), "NoSuchEntity");
  EXPECT_EQ(Fault("AddUserToGroup", {{"GroupName", "none"}, {"UserName", "alice"}}), "NoSuchEntity");
}

TEST_F(GroupsTest, MembersArePaged) {
  Ok("CreateGroup", {{"GroupName", "devs"}});
  for (const char* name : {"c", "a", "b"}) {
    MakeUser(name);
    Ok("AddUserToGroup", {{"GroupName", "devs"}, {"UserName", name}});
  }
  Json page = Ok("GetGroup", {{"GroupName", "devs"}, {"MaxItems", 2}});
  EXPECT_EQ(page["Users"].size(), 2u);
  EXPECT_EQ(page["IsTruncated"], true);
  page = Ok("GetGroup", {{"GroupName", "devs"}, {"MaxItems", 2}, {"Marker", page["Marker"]}});
  EXPECT_EQ(page["Users"][0]["UserName"], "c");
  EXPECT_EQ(page["IsTruncated"], false);
}

// IAM asks for the group alone, as AWS does.
TEST_F(GroupsTest, WhoMayFillAGroupNeedsNothingOnItsUsers) {
  Ok("CreateGroup", {{"GroupName", "devs"}});
  Ok("CreateGroup", {{"GroupName", "admins"}});
  MakeUser("bob");
  MakeUser("lead", Allow(Json::array({"iam:AddUserToGroup", "iam:RemoveUserFromGroup"}), "arn:aws:iam::000000000000:group/devs"));
  SignInAsUser("lead");
  EXPECT_EQ(Fault("AddUserToGroup", {{"GroupName", "devs"}, {"UserName", "bob"}}), "");
  EXPECT_EQ(Fault("RemoveUserFromGroup", {{"GroupName", "devs"}, {"UserName", "bob"}}), "");
  EXPECT_EQ(Fault("AddUserToGroup", {{"GroupName", "admins"}, {"UserName", "lead"}}), "AccessDenied");
}

}  // namespace
}  // namespace elastilab
