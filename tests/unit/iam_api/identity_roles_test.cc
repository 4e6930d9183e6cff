#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class RolesTest : public IdentityTest {
 protected:
  std::string Assume(const std::string& role_arn) {
    return Fault("AssumeRole", {{"RoleArn", role_arn}, {"RoleSessionName", "s1"}});
  }
  // As text, not percent-encoded.
  std::string TrustOf(const std::string& role) {
    const auto found = store_->Read([&](const State& state) { return *state.Find<IamRole>(role); });
    return found.trust_policy;
  }
  const Json service_ = {{"Service", "elasticache.amazonaws.com"}};
};

TEST_F(RolesTest, ARoleIsAsItWasCreated) {
  const Json role = Ok("CreateRole", {{"RoleName", "Ops"},
                                      {"Path", "/x/"},
                                      {"AssumeRolePolicyDocument", Trust(service_)},
                                      {"Description", "for a test"},
                                      {"MaxSessionDuration", 7200},
                                      {"Tags", {{{"Key", "k"}, {"Value", "v"}}}}})["Role"];
  EXPECT_EQ(role["Arn"], "arn:aws:iam::000000000000:role/x/Ops");
  EXPECT_THAT(role["RoleId"].get<std::string>(), MatchesRegex("AROA[A-Z2-7]{17}"));
  EXPECT_EQ(role["Description"], "for a test");
  EXPECT_EQ(role["MaxSessionDuration"], 7200);
  EXPECT_THAT(role["AssumeRolePolicyDocument"].get<std::string>(), HasSubstr("%7B%22Version%22%3A%222012-10-17%22"));
  EXPECT_EQ(Ok("GetRole", {{"RoleName", "OPS"}})["Role"], role);
  EXPECT_EQ(Ok("ListRoles", {{"PathPrefix", "/x/"}})["Roles"].size(), 1u);
  EXPECT_TRUE(Ok("ListRoles", {{"PathPrefix", "/y/"}})["Roles"].empty());
  EXPECT_EQ(Ok("ListRoleTags", {{"RoleName", "ops"}})["Tags"][0]["Key"], "k");
  EXPECT_EQ(Fault("CreateRole", {{"RoleName", "OPS"}, {"AssumeRolePolicyDocument", Trust(service_)}}), "EntityAlreadyExists");
  EXPECT_EQ(message_, "Role with name OPS already exists.");
}

TEST_F(RolesTest, BoundsOfARole) {
  const auto create = [&](const Json& more) {
    Json request = {{"RoleName", "r"}, {"AssumeRolePolicyDocument", Trust(service_)}};
    request.update(more);
    return Fault("CreateRole", request);
  };
  EXPECT_EQ(create({{"RoleName", std::string(65, 'r')}}), "ValidationError");
  EXPECT_EQ(create({{"MaxSessionDuration", 3599}}), "ValidationError");
  EXPECT_EQ(create({{"MaxSessionDuration", 43'201}}), "ValidationError");
  EXPECT_EQ(create({{"Description", std::string(1001, 'd')}}), "ValidationError");
  EXPECT_EQ(create({{"AssumeRolePolicyDocument", "not JSON"}}), "MalformedPolicyDocument");
  EXPECT_EQ(create({{"AssumeRolePolicyDocument", Allow("*")}}), "MalformedPolicyDocument") << "names no principal";
  EXPECT_EQ(create({{"PermissionsBoundary", "arn:aws:iam::000000000000:policy/none"}}), "NoSuchEntity");
  EXPECT_EQ(create({{"AssumeRolePolicyDocument", Trust({{"AWS", UserArn("ghost")}})}}), "MalformedPolicyDocument");
  EXPECT_THAT(message_, HasSubstr("Invalid principal in policy: \"AWS\":\"arn:aws:iam::000000000000:user/ghost\""));
  EXPECT_EQ(create({{"AssumeRolePolicyDocument",
                     Trust(service_, {{"StringEquals", {{"aws:UserAgent", std::string(2048, 'x')}}}})}}), "LimitExceeded");
  EXPECT_EQ(create({{"MaxSessionDuration", 43'200}, {"Description", std::string(1000, 'd')}}), "");
}

TEST_F(RolesTest, WhatCanBeChanged) {
  MakeRole("ops", service_);
  MakeUser("alice");
  Ok("UpdateRole", {{"RoleName", "ops"}, {"Description", "new"}, {"MaxSessionDuration", 7200}});
  Ok("UpdateRole", {{"RoleName", "ops"}});
  const Json role = Ok("GetRole", {{"RoleName", "ops"}})["Role"];
  EXPECT_EQ(role["Description"], "new");
  EXPECT_EQ(role["MaxSessionDuration"], 7200);
  EXPECT_EQ(Fault("UpdateRole", {{"RoleName", "ops"}, {"MaxSessionDuration", 60}}), "ValidationError");
  EXPECT_EQ(Fault("UpdateAssumeRolePolicy", {{"RoleName", "ops"}, {"PolicyDocument", "{}"}}), "MalformedPolicyDocument");
  EXPECT_EQ(Fault("UpdateAssumeRolePolicy", {{"RoleName", "none"}, {"PolicyDocument", Trust(service_)}}), "NoSuchEntity");
  Ok("UpdateAssumeRolePolicy", {{"RoleName", "ops"}, {"PolicyDocument", Trust({{"AWS", UserArn("alice")}})}});
  SignInAsUser("alice");
  EXPECT_EQ(Assume(role["Arn"]), "");
  SignInAsRoot();
  Ok("UpdateAssumeRolePolicy", {{"RoleName", "ops"}, {"PolicyDocument", Trust(service_)}});
  SignInAsUser("alice");
  EXPECT_EQ(Assume(role["Arn"]), "AccessDenied");
}

TEST_F(RolesTest, ARoleThatHasPoliciesIsNotDeleted) {
  MakeRole("ops", service_);
  const std::string policy = MakePolicy("p", Allow("*"));
  Ok("AttachRolePolicy", {{"RoleName", "ops"}, {"PolicyArn", policy}});
  Ok("PutRolePolicy", {{"RoleName", "ops"}, {"PolicyName", "i"}, {"PolicyDocument", Allow("*")}});
  EXPECT_EQ(Fault("DeleteRole", {{"RoleName", "ops"}}), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete entity, must detach all policies first.");
  Ok("DetachRolePolicy", {{"RoleName", "ops"}, {"PolicyArn", policy}});
  EXPECT_EQ(Fault("DeleteRole", {{"RoleName", "ops"}}), "DeleteConflict");
  Ok("DeleteRolePolicy", {{"RoleName", "ops"}, {"PolicyName", "i"}});
  Ok("DeleteRole", {{"RoleName", "ops"}});
  EXPECT_EQ(Fault("GetRole", {{"RoleName", "ops"}}), "NoSuchEntity");
}

TEST_F(RolesTest, TrustIsInAUserNotInItsName) {
  MakeUser("alice");
  MakeUser("bob");
  const std::string ops = MakeRole("ops", {{"AWS", {UserArn("alice"), UserArn("bob")}}},
                                   {{"ArnNotEquals", {{"aws:PrincipalArn", UserArn("alice2")}}}});
  const std::string id = Ok("GetUser", {{"UserName", "alice"}})["User"]["UserId"];
  Ok("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "alina"}});
  EXPECT_THAT(TrustOf("ops"), HasSubstr(UserArn("alina")));
  EXPECT_THAT(TrustOf("ops"), HasSubstr(UserArn("bob")));
  EXPECT_THAT(TrustOf("ops"), HasSubstr(UserArn("alice2"))) << "conditions stay as they are";
  MakeUser("alice");
  SignInAsUser("alice");
  EXPECT_EQ(Assume(ops), "AccessDenied");
  SignInAsUser("alina");
  EXPECT_EQ(Assume(ops), "");

  SignInAsRoot();
  const Json keys = Ok("ListAccessKeys", {{"UserName", "alina"}})["AccessKeyMetadata"];
  Ok("DeleteAccessKey", {{"UserName", "alina"}, {"AccessKeyId", keys[0]["AccessKeyId"]}});
  Ok("DeleteUser", {{"UserName", "alina"}});
  EXPECT_THAT(TrustOf("ops"), HasSubstr("\"" + id + "\""));
  EXPECT_THAT(TrustOf("ops"), Not(HasSubstr("alina")));
  MakeUser("alina");
  SignInAsUser("alina");
  EXPECT_EQ(Assume(ops), "AccessDenied") << "another user of that name";
  SignInAsUser("bob");
  EXPECT_EQ(Assume(ops), "");
}

TEST_F(RolesTest, TrustIsInARoleNotInItsName) {
  MakeUser("alice");
  const std::string first = MakeRole("first", {{"AWS", UserArn("alice")}});
  const std::string second = MakeRole("second", {{"AWS", first}});
  Ok("DeleteRole", {{"RoleName", "first"}});
  MakeRole("first", {{"AWS", UserArn("alice")}});
  SignInAsUser("alice");
  SignInWith(Ok("AssumeRole", {{"RoleArn", first}, {"RoleSessionName", "s1"}})["Credentials"]);
  EXPECT_EQ(Assume(second), "AccessDenied");
}

TEST_F(RolesTest, ASessionsPrincipalArnIsItsRoles) {
  MakeUser("alice");
  const Json condition = {{"ArnEquals", {{"aws:PrincipalArn", "arn:aws:iam::000000000000:role/x/first"}}}};
  Ok("CreateRole", {{"RoleName", "first"}, {"Path", "/x/"}, {"AssumeRolePolicyDocument", Trust({{"AWS", UserArn("alice")}})}});
  Ok("PutRolePolicy", {{"RoleName", "first"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("sts:*")}});
  const std::string second = MakeRole("second", {{"AWS", "*"}}, condition);
  SignInAsUser("alice");
  EXPECT_EQ(Assume(second), "AccessDenied");
  SignInWith(Ok("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/x/first"}, {"RoleSessionName", "s1"}})["Credentials"]);
  EXPECT_EQ(Assume(second), "");
}

}  // namespace
}  // namespace elastilab
