#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SimulationTest : public IdentityTest {
 protected:
  static Json Results(const Json& reply) { return reply.value("EvaluationResults", Json::array()); }
  std::string Decide(const std::string& principal, const std::string& action, Json more = Json::object()) {
    more["PolicySourceArn"] = principal;
    more["ActionNames"] = Json::array({action});
    const Json results = Results(Ok("SimulatePrincipalPolicy", more));
    return results.empty() ? "" : results[0]["EvalDecision"];
  }
};

TEST_F(SimulationTest, APrincipalIsSimulatedWithAllThatBindsIt) {
  MakeUser("alice", Allow("elasticache:*"));
  Ok("CreateGroup", {{"GroupName", "careful"}});
  Ok("PutGroupPolicy", {{"GroupName", "careful"}, {"PolicyName", "no"}, {"PolicyDocument", Deny("elasticache:Delete*")}});
  Ok("AddUserToGroup", {{"GroupName", "careful"}, {"UserName", "alice"}});
  const std::string alice = UserArn("alice");
  EXPECT_EQ(Decide(alice, "elasticache:CreateUser"), "allowed");
  EXPECT_EQ(Decide(alice, "elasticache:DeleteUser"), "explicitDeny");
  EXPECT_EQ(Decide(alice, "iam:ListUsers"), "implicitDeny");
  EXPECT_EQ(Decide(alice, "iam:ListUsers", {{"PolicyInputList", {Allow("iam:*")}}}), "allowed");
  EXPECT_EQ(Decide("arn:aws:iam::000000000000:group/careful", "elasticache:DeleteUser"), "explicitDeny");
  EXPECT_EQ(Fault("SimulatePrincipalPolicy", {{"PolicySourceArn", UserArn("bob")}, {"ActionNames", {"iam:ListUsers"}}}), "NoSuchEntity");

  const std::string bound = MakePolicy("bound", Allow("iam:*"));
  Ok("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", bound}});
  const Json result = Results(Ok("SimulatePrincipalPolicy", {{"PolicySourceArn", alice}, {"ActionNames", {"elasticache:CreateUser"}}}))[0];
  EXPECT_EQ(result["EvalDecision"], "implicitDeny");
  EXPECT_EQ(result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"], false);
  EXPECT_EQ(Decide(alice, "elasticache:CreateUser", {{"PermissionsBoundaryPolicyInputList", {Allow("*")}}}), "allowed");
}

TEST_F(SimulationTest, StatementsAreNamedAsAwsNamesThem) {
  MakeUser("alice", Allow("elasticache:*"));
  const std::string managed = MakePolicy("managed", Allow("elasticache:Describe*"));
  Ok("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", managed}});
  const Json result = Results(Ok("SimulatePrincipalPolicy", {{"PolicySourceArn", UserArn("alice")},
                                                             {"ActionNames", {"elasticache:DescribeUsers"}},
                                                             {"PolicyInputList", {Allow("*")}}}))[0];
  std::vector<std::string> sources;
  for (const Json& statement : result["MatchedStatements"]) sources.push_back(statement["SourcePolicyId"]);
  EXPECT_THAT(sources, ElementsAre("user_alice_own", "managed", "PolicyInputList.1"));
  EXPECT_EQ(result["MatchedStatements"][0]["SourcePolicyType"], "IAM Policy");
  EXPECT_TRUE(result["MatchedStatements"][0].contains("StartPosition"));
}

TEST_F(SimulationTest, ThePrincipalIsTheCallerUnlessAnotherIsNamed) {
  const std::string own = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "elasticache:*",
      "Resource": "arn:aws:elasticache:*:*:cluster:${aws:username}-*"}})";
  MakeUser("alice", own);
  MakeUser("bob");
  const Json hers = {{"ResourceArns", {"arn:aws:elasticache:us-east-1:000000000000:cluster:alice-1"}}};
  EXPECT_EQ(Decide(UserArn("alice"), "elasticache:DeleteCacheCluster", hers), "allowed");
  Json as_bob = hers;
  as_bob["CallerArn"] = UserArn("bob");
  EXPECT_EQ(Decide(UserArn("alice"), "elasticache:DeleteCacheCluster", as_bob), "implicitDeny");
  Json told = hers;
  told["ContextEntries"] = Json::array({{{"ContextKeyName", "aws:username"}, {"ContextKeyValues", {"carl"}}, {"ContextKeyType", "string"}}});
  EXPECT_EQ(Decide(UserArn("alice"), "elasticache:DeleteCacheCluster", told), "implicitDeny") << "what is told counts";
  Json as_ghost = hers;
  as_ghost["PolicySourceArn"] = UserArn("alice");
  as_ghost["ActionNames"] = Json::array({"elasticache:DeleteCacheCluster"});
  as_ghost["CallerArn"] = UserArn("ghost");
  EXPECT_EQ(Fault("SimulatePrincipalPolicy", as_ghost), "NoSuchEntity");
}

TEST_F(SimulationTest, CustomPoliciesWithContextAndMissingKeys) {
  const std::string small = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "elasticache:CreateCacheCluster",
      "Resource": "*", "Condition": {"StringLike": {"elasticache:CacheNodeType": "cache.t*"}}}})";
  const auto simulate = [&](const Json& entries) {
    return Results(Ok("SimulateCustomPolicy", {{"PolicyInputList", {small}}, {"ActionNames", {"elasticache:CreateCacheCluster"}},
                                               {"ContextEntries", entries}}))[0];
  };
  EXPECT_EQ(simulate(Json::array({{{"ContextKeyName", "elasticache:CacheNodeType"}, {"ContextKeyValues", {"cache.t3.micro"}},
                                   {"ContextKeyType", "string"}}}))["EvalDecision"], "allowed");
  const Json without = simulate(Json::array());
  EXPECT_EQ(without["EvalDecision"], "implicitDeny");
  EXPECT_EQ(without["MissingContextValues"], Json::array({"elasticache:CacheNodeType"}));
}

TEST_F(SimulationTest, EveryActionWithEveryResourceInPages) {
  Json actions = Json::array();
  for (int i = 0; i < 3; ++i) actions.push_back("iam:A" + std::to_string(i));
  Json request = {{"PolicyInputList", {Allow("*")}}, {"ActionNames", actions}, {"ResourceArns", {"arn:aws:iam::0:user/a", "arn:aws:iam::0:user/b"}},
                  {"MaxItems", 4}};
  Json reply = Ok("SimulateCustomPolicy", request);
  EXPECT_EQ(Results(reply).size(), 4u);
  EXPECT_EQ(reply["IsTruncated"], true);
  request["Marker"] = reply["Marker"];
  reply = Ok("SimulateCustomPolicy", request);
  EXPECT_EQ(Results(reply).size(), 2u);
  EXPECT_EQ(Results(reply)[1]["EvalActionName"], "iam:A2");
  EXPECT_EQ(Results(reply)[1]["EvalResourceName"], "arn:aws:iam::0:user/b");
  EXPECT_EQ(reply["IsTruncated"], false);
}

TEST_F(SimulationTest, BadInputIsRefused) {
  const auto custom = [&](const Json& more) {
    Json request = {{"PolicyInputList", {Allow("*")}}, {"ActionNames", {"iam:A"}}};
    request.update(more);
    return Fault("SimulateCustomPolicy", request);
  };
  EXPECT_EQ(custom({{"PolicyInputList", {"{}"}}}), "MalformedPolicyDocument");
  EXPECT_EQ(custom({{"ActionNames", {"iam:*"}}}), "ValidationError");
  EXPECT_EQ(custom({{"ActionNames", {"nothing"}}}), "ValidationError");
  EXPECT_EQ(custom({{"ResourcePolicy", Allow("*")}}), "InvalidInput");
  EXPECT_EQ(custom({{"PermissionsBoundaryPolicyInputList", {Allow("*"), Allow("*")}}}), "ValidationError");
}

TEST_F(SimulationTest, KeysThatPoliciesAskFor) {
  const std::string policy = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*",
      "Resource": "arn:aws:elasticache:*:*:cluster:${aws:username}", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}})";
  EXPECT_EQ(Ok("GetContextKeysForCustomPolicy", {{"PolicyInputList", {policy}}})["ContextKeyNames"],
            (Json{"aws:SecureTransport", "aws:username"}));
  MakeUser("alice", policy);
  EXPECT_EQ(Ok("GetContextKeysForPrincipalPolicy", {{"PolicySourceArn", UserArn("alice")}})["ContextKeyNames"].size(), 2u);
  EXPECT_EQ(Fault("GetContextKeysForPrincipalPolicy", {{"PolicySourceArn", UserArn("bob")}}), "NoSuchEntity");
}

TEST_F(SimulationTest, TheSummaryCounts) {
  MakeUser("alice");
  MakeUser("bob");
  MakePolicy("p", Allow("*"));
  std::map<std::string, std::string> summary;
  const Json reply = Ok("GetAccountSummary");
  for (const Json& entry : reply["SummaryMap"]) summary[entry["key"]] = entry["value"];
  EXPECT_EQ(summary["Users"], "2");
  EXPECT_EQ(summary["Policies"], "1");
  EXPECT_EQ(summary["PolicyVersionsInUse"], "1");
  EXPECT_EQ(summary["PolicySizeQuota"], "6144");
}

}  // namespace
}  // namespace elastilab
