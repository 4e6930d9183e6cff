// Attached and inline policies and boundaries of users, groups and roles: the same stories for each of the three.
#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;

class HoldersTest : public IdentityTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (Kind() == "User") Ok("CreateUser", Me());
    if (Kind() == "Group") Ok("CreateGroup", Me());
    if (Kind() == "Role") MakeRole("me", {{"AWS", "*"}});
  }
  static std::string Kind() { return GetParam(); }
  // A request about the holder.
  static Json Me(Json more = Json::object()) {
    more[Kind() + "Name"] = "me";
    return more;
  }
  static std::string Attach() { return "Attach" + Kind() + "Policy"; }
  static std::string Detach() { return "Detach" + Kind() + "Policy"; }
  static std::string ListAttached() { return "ListAttached" + Kind() + "Policies"; }
  static std::string Put() { return "Put" + Kind() + "Policy"; }
  static std::string Get() { return "Get" + Kind() + "Policy"; }
  static std::string Delete() { return "Delete" + Kind() + "Policy"; }
  static std::string List() { return "List" + Kind() + "Policies"; }
};

TEST_P(HoldersTest, PoliciesAreAttachedAndDetached) {
  const std::string own = MakePolicy("Own", Allow("*"));
  const std::string aws = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
  Ok(Attach(), Me({{"PolicyArn", own}}));
  Ok(Attach(), Me({{"PolicyArn", own}}));  // again changes nothing
  Ok(Attach(), Me({{"PolicyArn", aws}}));
  EXPECT_EQ(Ok(ListAttached(), Me())["AttachedPolicies"],
            Json::array({{{"PolicyName", "Own"}, {"PolicyArn", own}}, {{"PolicyName", "IAMReadOnlyAccess"}, {"PolicyArn", aws}}}));
  EXPECT_TRUE(Ok(ListAttached(), Me({{"PathPrefix", "/x/"}}))["AttachedPolicies"].empty());
  const Json page = Ok(ListAttached(), Me({{"MaxItems", 1}}));
  EXPECT_EQ(page["IsTruncated"], true);
  EXPECT_EQ(Ok(ListAttached(), Me({{"MaxItems", 1}, {"Marker", page["Marker"]}}))["AttachedPolicies"][0]["PolicyArn"], aws);

  Ok(Detach(), Me({{"PolicyArn", own}}));
  EXPECT_EQ(Fault(Detach(), Me({{"PolicyArn", own}})), "NoSuchEntity");
  EXPECT_EQ(Fault(Attach(), Me({{"PolicyArn", "arn:aws:iam::000000000000:policy/none"}})), "NoSuchEntity");
  EXPECT_EQ(Fault(Attach(), Me({{"PolicyArn", "arn:aws:iam::aws:policy/None"}})), "NoSuchEntity");
}

TEST_P(HoldersTest, TenAreAttachedAtMost) {
  for (int i = 0; i < 10; ++i) Ok(Attach(), Me({{"PolicyArn", MakePolicy("p" + std::to_string(i), Allow("*"))}}));
  EXPECT_EQ(Fault(Attach(), Me({{"PolicyArn", MakePolicy("p10", Allow("*"))}})), "LimitExceeded");
  EXPECT_EQ(message_, "Cannot exceed quota for PoliciesPer" + Kind() + ": 10");
}

TEST_P(HoldersTest, InlinePoliciesAreWrittenAndReplaced) {
  Ok(Put(), Me({{"PolicyName", "b"}, {"PolicyDocument", Allow("*")}}));
  Ok(Put(), Me({{"PolicyName", "a"}, {"PolicyDocument", Allow("iam:*")}}));
  Ok(Put(), Me({{"PolicyName", "b"}, {"PolicyDocument", Deny("*")}}));
  EXPECT_EQ(Ok(List(), Me())["PolicyNames"], (Json{"a", "b"}));
  const Json page = Ok(List(), Me({{"MaxItems", 1}}));
  EXPECT_EQ(Ok(List(), Me({{"MaxItems", 1}, {"Marker", page["Marker"]}}))["PolicyNames"], Json::array({"b"}));
  const Json got = Ok(Get(), Me({{"PolicyName", "b"}}));
  EXPECT_EQ(got[Kind() + "Name"], "me");
  EXPECT_THAT(got["PolicyDocument"].get<std::string>(), HasSubstr("%22Deny%22"));
  Ok(Delete(), Me({{"PolicyName", "b"}}));
  EXPECT_EQ(Fault(Get(), Me({{"PolicyName", "b"}})), "NoSuchEntity");
  EXPECT_EQ(Fault(Delete(), Me({{"PolicyName", "b"}})), "NoSuchEntity");
}

TEST_P(HoldersTest, BadInlinePoliciesAreRefused) {
  EXPECT_EQ(Fault(Put(), Me({{"PolicyName", "p"}, {"PolicyDocument", "{}"}})), "MalformedPolicyDocument");
  EXPECT_EQ(Fault(Put(), Me({{"PolicyName", "a b"}, {"PolicyDocument", Allow("*")}})), "ValidationError");
  EXPECT_EQ(Fault(Put(), Me({{"PolicyName", std::string(129, 'p')}, {"PolicyDocument", Allow("*")}})), "ValidationError");
  Json ghost = {{"PolicyName", "p"}, {"PolicyDocument", Allow("*")}};
  ghost[Kind() + "Name"] = "ghost";
  EXPECT_EQ(Fault(Put(), ghost), "NoSuchEntity");
  EXPECT_EQ(Fault(Put(), Me({{"PolicyName", "old"},
                             {"PolicyDocument", R"({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})"}})), "")
      << "inline policies may have the older grammar";
}

TEST_P(HoldersTest, InlinePoliciesShareOneQuota) {
  const size_t quota = Kind() == "User" ? 2048 : Kind() == "Group" ? 5120 : 10'240;
  const size_t empty = Allow("iam:").size();
  const auto policy = [&](size_t size) { return Allow("iam:" + std::string(size - empty, 'x')); };
  Ok(Put(), Me({{"PolicyName", "a"}, {"PolicyDocument", policy(1000)}}));
  EXPECT_EQ(Fault(Put(), Me({{"PolicyName", "b"}, {"PolicyDocument", policy(quota - 999)}})), "LimitExceeded");
  EXPECT_THAT(message_, HasSubstr("Maximum policy size of " + std::to_string(quota) + " bytes exceeded for "));
  EXPECT_EQ(Ok(List(), Me())["PolicyNames"], Json::array({"a"})) << "what is refused changes nothing";
  Ok(Put(), Me({{"PolicyName", "b"}, {"PolicyDocument", policy(quota - 1000)}}));
  Ok(Put(), Me({{"PolicyName", "a"}, {"PolicyDocument", policy(999)}}));
}

INSTANTIATE_TEST_SUITE_P(All, HoldersTest, ::testing::Values("User", "Group", "Role"), [](const auto& tested) { return tested.param; });

class BoundariesTest : public IdentityTest {};

TEST_F(BoundariesTest, ABoundaryNarrowsAndGivesNothing) {
  MakeUser("alice", Allow("elasticache:*"));
  const std::string bound = MakePolicy("bound", Allow(Json::array({"elasticache:Describe*", "iam:*"})));
  Ok("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", bound}});
  const Json user = Ok("GetUser", {{"UserName", "alice"}})["User"];
  EXPECT_EQ(user["PermissionsBoundary"]["PermissionsBoundaryArn"], bound);
  EXPECT_EQ(user["PermissionsBoundary"]["PermissionsBoundaryType"], "Policy");
  SignInAsUser("alice");
  const Caller alice = caller_;
  EXPECT_TRUE(May("elasticache:DescribeUsers"));
  EXPECT_FALSE(May("elasticache:CreateUser"));
  EXPECT_FALSE(May("iam:ListUsers"));
  EXPECT_EQ(Fault("ListUsers"), "AccessDenied");
  SignInAsRoot();
  Ok("DeleteUserPermissionsBoundary", {{"UserName", "alice"}});
  EXPECT_FALSE(Ok("GetUser", {{"UserName", "alice"}})["User"].contains("PermissionsBoundary"));
  caller_ = alice;
  EXPECT_TRUE(May("elasticache:CreateUser"));
}

TEST_F(BoundariesTest, BoundariesOfRolesAndAtCreation) {
  const std::string bound = MakePolicy("bound", Allow("elasticache:Describe*"));
  Ok("CreateRole", {{"RoleName", "ops"}, {"AssumeRolePolicyDocument", Trust({{"AWS", "*"}})}, {"PermissionsBoundary", bound}});
  Ok("PutRolePolicy", {{"RoleName", "ops"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("*")}});
  Ok("CreateUser", {{"UserName", "alice"}, {"PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"}});
  Ok("PutUserPolicy", {{"UserName", "alice"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("sts:AssumeRole")}});
  SignInAsUser("alice");
  SignInWith(Ok("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/ops"}, {"RoleSessionName", "s1"}})["Credentials"]);
  EXPECT_TRUE(May("elasticache:DescribeUsers"));
  EXPECT_FALSE(May("elasticache:CreateUser"));
  SignInAsRoot();
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "bob"}, {"PermissionsBoundary", "arn:aws:iam::000000000000:policy/none"}}), "NoSuchEntity");
  EXPECT_EQ(Fault("PutRolePermissionsBoundary", {{"RoleName", "ops"}, {"PermissionsBoundary", "x"}}), "NoSuchEntity");
  Ok("DeleteRolePermissionsBoundary", {{"RoleName", "ops"}});
}

// The administrator who may only make users inside a boundary: iam:PermissionsBoundary as a condition key.
TEST_F(BoundariesTest, MakingUsersOnlyInsideABoundary) {
  const std::string bound = MakePolicy("bound", Allow("elasticache:*"));
  MakeUser("lead", R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*",
      "Condition": {"StringEquals": {"iam:PermissionsBoundary": ")" + bound + R"("}}}})");
  SignInAsUser("lead");
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "bob"}}), "AccessDenied");
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "bob"}, {"PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"}}), "AccessDenied");
  EXPECT_EQ(Fault("CreateUser", {{"UserName", "bob"}, {"PermissionsBoundary", bound}}), "");
}

// Who may attach some policies must not attach others.
TEST_F(BoundariesTest, AttachingOnlyCertainPolicies) {
  MakeUser("bob");
  MakeUser("lead", R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
      "Condition": {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonElastiCache*"}}}})");
  SignInAsUser("lead");
  EXPECT_EQ(Fault("AttachUserPolicy", {{"UserName", "lead"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}}), "AccessDenied");
  EXPECT_EQ(Fault("AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", "arn:aws:iam::aws:policy/AmazonElastiCacheReadOnlyAccess"}}), "");
}

}  // namespace
}  // namespace elastilab
