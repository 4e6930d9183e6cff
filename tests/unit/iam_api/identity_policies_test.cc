// Managed policies: the account's own with their versions, and AWS's.
#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class PoliciesTest : public IdentityTest {
 protected:
  std::vector<std::string> Versions(const std::string& arn) {
    std::vector<std::string> ids;
    const Json reply = Ok("ListPolicyVersions", {{"PolicyArn", arn}});
    for (const Json& version : reply["Versions"]) {
      ids.push_back(version["VersionId"].get<std::string>() + (version["IsDefaultVersion"] == true ? "*" : ""));
    }
    return ids;
  }
  std::vector<std::string> Names(const Json& request) {
    std::vector<std::string> names;
    const Json reply = Ok("ListPolicies", request);
    for (const Json& policy : reply["Policies"]) names.push_back(policy["PolicyName"]);
    return names;
  }
  std::string NewVersion(const std::string& arn, const std::string& document, bool as_default) {
    return Ok("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", document}, {"SetAsDefault", as_default}})["PolicyVersion"]["VersionId"];
  }
};

TEST_F(PoliciesTest, APolicyIsAsItWasCreated) {
  const Json created = Ok("CreatePolicy", {{"PolicyName", "Limits"}, {"Path", "/x/"}, {"PolicyDocument", Allow("*")}, {"Description", "d"},
                                           {"Tags", {{{"Key", "k"}, {"Value", "v"}}}}})["Policy"];
  const std::string arn = created["Arn"];
  EXPECT_EQ(arn, "arn:aws:iam::000000000000:policy/x/Limits");
  EXPECT_THAT(created["PolicyId"].get<std::string>(), MatchesRegex("ANPA[A-Z2-7]{17}"));
  EXPECT_EQ(created["DefaultVersionId"], "v1");
  EXPECT_EQ(created["AttachmentCount"], 0);
  EXPECT_EQ(created["IsAttachable"], true);
  const Json got = Ok("GetPolicy", {{"PolicyArn", arn}})["Policy"];
  EXPECT_EQ(got["Description"], "d");
  EXPECT_EQ(got["PolicyId"], created["PolicyId"]);
  const Json version = Ok("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}})["PolicyVersion"];
  EXPECT_THAT(version["Document"].get<std::string>(), HasSubstr("%22Effect%22%3A%22Allow%22"));
  EXPECT_EQ(Fault("CreatePolicy", {{"PolicyName", "LIMITS"}, {"PolicyDocument", Allow("*")}}), "EntityAlreadyExists");
  EXPECT_EQ(message_, "A policy called LIMITS already exists. Duplicate names are not allowed.");
  for (const std::string& other : {std::string("arn:aws:iam::000000000000:policy/Limits"), std::string("arn:aws:iam::000000000000:policy/x/limits"),
                                   std::string("arn:aws:iam::111111111111:policy/x/Limits"), std::string("Limits"), std::string("")}) {
    EXPECT_NE(Fault("GetPolicy", {{"PolicyArn", other}}), "") << other;
  }
}

TEST_F(PoliciesTest, BadPoliciesAreRefused) {
  const auto create = [&](const std::string& document) { return Fault("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", document}}); };
  EXPECT_EQ(create("{"), "MalformedPolicyDocument");
  EXPECT_EQ(create(Trust({{"AWS", "*"}})), "MalformedPolicyDocument");
  EXPECT_EQ(create(R"({"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})"), "MalformedPolicyDocument");
  EXPECT_EQ(create(Allow("elasticache:" + std::string(6144, 'x'))), "LimitExceeded");
  EXPECT_EQ(create(Allow("*") + std::string(10'000, ' ')), "") << "white space does not count";
  EXPECT_EQ(Fault("CreatePolicy", {{"PolicyName", "a b"}, {"PolicyDocument", Allow("*")}}), "ValidationError");
  EXPECT_EQ(Fault("CreatePolicy", {{"PolicyName", "q"}, {"PolicyDocument", Allow("*")}, {"Description", std::string(1001, 'd')}}), "ValidationError");
}

TEST_F(PoliciesTest, TheDefaultVersionIsInForce) {
  const std::string arn = MakePolicy("p", Allow("elasticache:Describe*"));
  MakeUser("alice");
  Ok("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}});
  SignInAsUser("alice");
  const Caller alice = caller_;
  SignInAsRoot();
  EXPECT_EQ(NewVersion(arn, Allow("elasticache:*"), false), "v2");
  EXPECT_THAT(Versions(arn), ElementsAre("v2", "v1*"));
  caller_ = alice;
  EXPECT_FALSE(May("elasticache:CreateUser"));
  SignInAsRoot();
  Ok("SetDefaultPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v2"}});
  EXPECT_EQ(Ok("GetPolicy", {{"PolicyArn", arn}})["Policy"]["DefaultVersionId"], "v2");
  caller_ = alice;
  EXPECT_TRUE(May("elasticache:CreateUser"));
  SignInAsRoot();
  EXPECT_EQ(NewVersion(arn, Deny("*"), true), "v3");
  EXPECT_THAT(Versions(arn), ElementsAre("v3*", "v2", "v1"));
  caller_ = alice;
  EXPECT_FALSE(May("elasticache:DescribeUsers"));
}

TEST_F(PoliciesTest, FiveVersionsAndNumbersThatNeverComeAgain) {
  const std::string arn = MakePolicy("p", Allow("*"));
  for (int i = 2; i <= 5; ++i) NewVersion(arn, Allow("*"), false);
  EXPECT_EQ(Fault("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", Allow("*")}}), "LimitExceeded");
  EXPECT_THAT(message_, HasSubstr("A managed policy can have up to 5 versions."));
  Ok("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v5"}});
  EXPECT_EQ(NewVersion(arn, Allow("*"), false), "v6");
  EXPECT_EQ(Fault("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}}), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete the default version of a policy.");
  EXPECT_EQ(Fault("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", "{}"}}), "MalformedPolicyDocument");
  for (const char* id : {"v5", "v2x", "v", "2", "V2", "v-2", "v99999999999999999999", "v2.abc"}) {
    EXPECT_EQ(Fault("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", id}}), "NoSuchEntity") << id;
    EXPECT_EQ(Fault("SetDefaultPolicyVersion", {{"PolicyArn", arn}, {"VersionId", id}}), "NoSuchEntity") << id;
  }
  Json page = Ok("ListPolicyVersions", {{"PolicyArn", arn}, {"MaxItems", 2}});
  EXPECT_EQ(page["Versions"][1]["VersionId"], "v4");
  EXPECT_EQ(page["IsTruncated"], true);
  page = Ok("ListPolicyVersions", {{"PolicyArn", arn}, {"MaxItems", 3}, {"Marker", page["Marker"]}});
  EXPECT_EQ(page["Versions"][0]["VersionId"], "v3");
  EXPECT_EQ(page["IsTruncated"], false);
}

TEST_F(PoliciesTest, WhatIsInUseIsNotDeleted) {
  const std::string arn = MakePolicy("p", Allow("*"));
  MakeUser("alice");
  Ok("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}});
  EXPECT_EQ(Fault("DeletePolicy", {{"PolicyArn", arn}}), "DeleteConflict");
  EXPECT_EQ(message_, "Cannot delete a policy attached to entities.");
  Ok("DetachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}});
  Ok("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", arn}});
  EXPECT_EQ(Fault("DeletePolicy", {{"PolicyArn", arn}}), "DeleteConflict");
  Ok("DeleteUserPermissionsBoundary", {{"UserName", "alice"}});
  NewVersion(arn, Allow("*"), false);
  EXPECT_EQ(Fault("DeletePolicy", {{"PolicyArn", arn}}), "DeleteConflict");
  EXPECT_THAT(message_, HasSubstr("more than one version"));
  Ok("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v2"}});
  Ok("DeletePolicy", {{"PolicyArn", arn}});
  EXPECT_EQ(Fault("GetPolicy", {{"PolicyArn", arn}}), "NoSuchEntity");
  EXPECT_EQ(message_, "Policy arn:aws:iam::000000000000:policy/p was not found.");
}

TEST_F(PoliciesTest, ListsByScopePathAndUse) {
  const std::string limits = MakePolicy("Limits", Allow("*"));
  const std::string bound = MakePolicy("bound", Allow("*"));
  Ok("CreatePolicy", {{"PolicyName", "team"}, {"Path", "/team/"}, {"PolicyDocument", Allow("*")}});
  MakeUser("alice");
  Ok("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", limits}});
  Ok("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}});
  Ok("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", bound}});

  EXPECT_THAT(Names({{"Scope", "Local"}}), ElementsAre("bound", "Limits", "team"));
  EXPECT_THAT(Names({{"Scope", "Local"}, {"PathPrefix", "/team/"}}), ElementsAre("team"));
  EXPECT_THAT(Names({{"OnlyAttached", true}}), ElementsAre("IAMReadOnlyAccess", "Limits"));
  EXPECT_THAT(Names({{"PolicyUsageFilter", "PermissionsBoundary"}}), ElementsAre("bound"));
  EXPECT_THAT(Names({{"PolicyUsageFilter", "PermissionsPolicy"}, {"Scope", "Local"}}), ElementsAre("Limits"));
  EXPECT_EQ(Names({{"Scope", "All"}}).size(), Names(Json::object()).size());
  EXPECT_EQ(Fault("ListPolicies", {{"Scope", "local"}}), "ValidationError");
  EXPECT_EQ(Fault("ListPolicies", {{"PolicyUsageFilter", "x"}}), "ValidationError");
  EXPECT_EQ(Ok("GetPolicy", {{"PolicyArn", limits}})["Policy"]["AttachmentCount"], 1);
  EXPECT_EQ(Ok("GetPolicy", {{"PolicyArn", bound}})["Policy"]["PermissionsBoundaryUsageCount"], 1);

  std::vector<std::string> paged;
  Json request = {{"MaxItems", 1}};
  for (bool more = true; more;) {
    const Json page = Ok("ListPolicies", request);
    ASSERT_EQ(page["Policies"].size(), 1u);
    paged.push_back(page["Policies"][0]["PolicyName"]);
    more = page["IsTruncated"];
    if (more) request["Marker"] = page["Marker"];
  }
  EXPECT_EQ(paged, Names(Json::object()));
}

TEST_F(PoliciesTest, WhoHasAPolicy) {
  const std::string arn = MakePolicy("p", Allow("*"));
  for (const char* name : {"bea", "Abe"}) {
    Ok("CreateUser", {{"UserName", name}, {"Path", "/x/"}});
    Ok("AttachUserPolicy", {{"UserName", name}, {"PolicyArn", arn}});
  }
  Ok("CreateGroup", {{"GroupName", "devs"}});
  Ok("AttachGroupPolicy", {{"GroupName", "devs"}, {"PolicyArn", arn}});
  MakeRole("ops", {{"AWS", "*"}});
  Ok("PutRolePermissionsBoundary", {{"RoleName", "ops"}, {"PermissionsBoundary", arn}});
  const auto count = [&](Json request) {
    request["PolicyArn"] = arn;
    const Json reply = Ok("ListEntitiesForPolicy", request);
    std::string text;
    for (const char* list : {"PolicyGroups", "PolicyUsers", "PolicyRoles"}) {
      text += std::to_string(reply.contains(list) ? reply[list].size() : 0);
    }
    return text;
  };
  EXPECT_EQ(count(Json::object()), "121");
  EXPECT_EQ(count({{"EntityFilter", "User"}}), "020");
  EXPECT_EQ(count({{"EntityFilter", "LocalManagedPolicy"}}), "121");
  EXPECT_EQ(count({{"PolicyUsageFilter", "PermissionsPolicy"}}), "120");
  EXPECT_EQ(count({{"PolicyUsageFilter", "PermissionsBoundary"}}), "001");
  EXPECT_EQ(count({{"PathPrefix", "/x/"}}), "020");
  EXPECT_EQ(Fault("ListEntitiesForPolicy", {{"PolicyArn", arn}, {"EntityFilter", "Users"}}), "ValidationError");
  const Json page = Ok("ListEntitiesForPolicy", {{"PolicyArn", arn}, {"MaxItems", 3}});
  EXPECT_EQ(page["IsTruncated"], true);
  const Json rest = Ok("ListEntitiesForPolicy", {{"PolicyArn", arn}, {"MaxItems", 3}, {"Marker", page["Marker"]}});
  EXPECT_EQ(rest["PolicyUsers"][0]["UserName"], "bea");
  EXPECT_EQ(rest["IsTruncated"], false);
}

TEST_F(PoliciesTest, AwsKeepsItsOwnPolicies) {
  for (const char* name : {"AdministratorAccess", "AmazonElastiCacheFullAccess", "AmazonElastiCacheReadOnlyAccess", "IAMFullAccess",
                           "IAMReadOnlyAccess"}) {
    const std::string arn = std::string("arn:aws:iam::aws:policy/") + name;
    const Json policy = Ok("GetPolicy", {{"PolicyArn", arn}})["Policy"];
    EXPECT_EQ(policy["Arn"], arn);
    EXPECT_EQ(Fault("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", policy["DefaultVersionId"]}}), "");
    EXPECT_EQ(Fault("DeletePolicy", {{"PolicyArn", arn}}), "UnmodifiableEntity");
    EXPECT_EQ(Fault("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", Allow("*")}}), "UnmodifiableEntity");
    EXPECT_EQ(Fault("TagPolicy", {{"PolicyArn", arn}, {"Tags", {{{"Key", "k"}, {"Value", "v"}}}}}), "UnmodifiableEntity");
  }
  EXPECT_EQ(Ok("GetPolicy", {{"PolicyArn", "arn:aws:iam::aws:policy/AmazonElastiCacheFullAccess"}})["Policy"]["DefaultVersionId"], "v3");
  EXPECT_EQ(Fault("GetPolicy", {{"PolicyArn", "arn:aws:iam::aws:policy/other/AdministratorAccess"}}), "NoSuchEntity");
  // A policy of the account's own can have the same name.
  const std::string own = MakePolicy("AdministratorAccess", Deny("*"));
  EXPECT_EQ(own, "arn:aws:iam::000000000000:policy/AdministratorAccess");
  EXPECT_EQ(Ok("GetPolicy", {{"PolicyArn", own}})["Policy"]["Arn"], own);
}

TEST_F(PoliciesTest, WhatAwssPoliciesAllow) {
  const auto may = [&](const char* policy, const char* action) {
    MakeUser("u");
    Ok("AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", std::string("arn:aws:iam::aws:policy/") + policy}});
    SignInAsUser("u");
    const std::string key = caller_.access_key_id;
    const bool allowed = May(action, "arn:aws:elasticache:us-east-1:000000000000:cluster:c");
    SignInAsRoot();
    Ok("DeleteAccessKey", {{"UserName", "u"}, {"AccessKeyId", key}});
    Ok("DetachUserPolicy", {{"UserName", "u"}, {"PolicyArn", std::string("arn:aws:iam::aws:policy/") + policy}});
    Ok("DeleteUser", {{"UserName", "u"}});
    return allowed;
  };
  EXPECT_TRUE(may("AdministratorAccess", "iam:CreateUser"));
  EXPECT_TRUE(may("AmazonElastiCacheFullAccess", "elasticache:DeleteCacheCluster"));
  EXPECT_FALSE(may("AmazonElastiCacheFullAccess", "iam:ListUsers"));
  EXPECT_TRUE(may("AmazonElastiCacheReadOnlyAccess", "elasticache:DescribeCacheClusters"));
  EXPECT_FALSE(may("AmazonElastiCacheReadOnlyAccess", "elasticache:ListTagsForResource")) << "AWS's does not, either";
  EXPECT_TRUE(may("IAMFullAccess", "iam:DeleteUser"));
  EXPECT_TRUE(may("IAMReadOnlyAccess", "iam:SimulatePrincipalPolicy"));
  EXPECT_FALSE(may("IAMReadOnlyAccess", "iam:CreateUser"));
}

TEST_F(PoliciesTest, TagsOfAPolicy) {
  const std::string arn = MakePolicy("p", Allow("*"));
  Ok("TagPolicy", {{"PolicyArn", arn}, {"Tags", {{{"Key", "a"}, {"Value", "1"}}, {{"Key", "b"}, {"Value", "2"}}}}});
  Ok("UntagPolicy", {{"PolicyArn", arn}, {"TagKeys", {"A"}}});
  EXPECT_EQ(Ok("ListPolicyTags", {{"PolicyArn", arn}})["Tags"], Json::array({{{"Key", "b"}, {"Value", "2"}}}));
  EXPECT_EQ(Fault("ListPolicyTags", {{"PolicyArn", "arn:aws:iam::000000000000:policy/none"}}), "NoSuchEntity");
}

TEST_F(PoliciesTest, WhereAPolicyMayBeMade) {
  MakeUser("lead", Allow("iam:CreatePolicy", "arn:aws:iam::*:policy/team/*"));
  SignInAsUser("lead");
  EXPECT_EQ(Fault("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", Allow("*")}}), "AccessDenied");
  EXPECT_EQ(Fault("CreatePolicy", {{"PolicyName", "p"}, {"Path", "/team/"}, {"PolicyDocument", Allow("*")}}), "");
}

}  // namespace
}  // namespace elastilab
