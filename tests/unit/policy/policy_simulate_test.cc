#include "controlplane/identity/policy/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/fault.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

AppliedPolicy Input(int number, const std::string& json, PolicyKind kind = PolicyKind::kIdentity) {
  auto policy = CompilePolicy(json, kind);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return {.id = "PolicyInputList." + std::to_string(number), .policy = policy.ok() ? *policy : nullptr};
}

// The two examples of `aws iam simulate-custom-policy help`, as AWS answers them.
TEST(PolicySimulateTest, AnswersTheAwsExamples) {
  const PolicySet set{
      .identity = {
          Input(1, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",)"
                   R"("Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}})")}};
  ConditionContext context;
  context.Set("aws:CurrentTime", "2019-04-25T11:00:00Z");
  auto results = Simulate(set, {"dynamodb:CreateBackup"}, {}, context);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 1u);
  const SimulationResult& allowed = results->front();
  EXPECT_EQ(allowed.action, "dynamodb:CreateBackup");
  EXPECT_EQ(allowed.resource, "*");
  EXPECT_EQ(SimulationWord(allowed.outcome), "allowed");
  ASSERT_EQ(allowed.matched_statements.size(), 1u);
  EXPECT_EQ(allowed.matched_statements[0].policy_id, "PolicyInputList.1");
  EXPECT_EQ(allowed.matched_statements[0].simulator_start, (TextPosition{1, 38}));
  EXPECT_EQ(allowed.matched_statements[0].simulator_end, (TextPosition{1, 167}));
  EXPECT_THAT(allowed.missing_context_values, IsEmpty());
  EXPECT_EQ(allowed.allowed_by_boundary, std::nullopt);

  context.Set("aws:CurrentTime", "2014-04-25T11:00:00Z");
  results = Simulate(set, {"dynamodb:CreateBackup"}, {}, context);
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(SimulationWord(results->front().outcome), "implicitDeny");
  EXPECT_THAT(results->front().matched_statements, IsEmpty());
  EXPECT_THAT(results->front().missing_context_values, IsEmpty());
}

TEST(PolicySimulateTest, OneResultForEachActionAndResource) {
  const PolicySet set{
      .identity = {Input(1, R"({"Statement":[{"Effect":"Allow","Action":"elasticache:*","Resource":"*"},
                                             {"Effect":"Deny","Action":"elasticache:Delete*","Resource":
                                              "arn:aws:elasticache:*:*:cluster:prod-*"}]})")},
      .boundary = {Input(1, R"({"Statement":{"Effect":"Allow","Action":["elasticache:Delete*","elasticache:Create*"],
                                             "Resource":"*","Condition":{"Null":{"aws:username":"false"}}}})",
                         PolicyKind::kBoundary)}};
  const std::string prod = "arn:aws:elasticache:us-east-1:0:cluster:prod-1";
  const std::string test = "arn:aws:elasticache:us-east-1:0:cluster:test-1";
  ConditionContext context;
  context.Set("aws:username", "bob");
  const auto results =
      Simulate(set, {"elasticache:DeleteCacheCluster", "elasticache:RebootCacheCluster"}, {prod, test}, context);
  ASSERT_TRUE(results.ok()) << results.status();
  std::vector<std::string> lines;
  for (const SimulationResult& result : *results) {
    lines.push_back(result.action.substr(12, 6) + " " + result.resource.substr(32) + " " +
                    std::string(SimulationWord(result.outcome)) + (*result.allowed_by_boundary ? " in" : " out"));
  }
  EXPECT_THAT(lines, ElementsAre("Delete cluster:prod-1 explicitDeny in", "Delete cluster:test-1 allowed in",
                                 "Reboot cluster:prod-1 implicitDeny out", "Reboot cluster:test-1 implicitDeny out"));
  ASSERT_EQ(results->at(0).matched_statements.size(), 1u);
  EXPECT_EQ(results->at(0).matched_statements[0].index, 2);
}

TEST(PolicySimulateTest, TellsMissingContextValues) {
  const PolicySet set{.identity = {Input(1, R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
                                     "StringEquals":{"elasticache:EngineType":"redis"},
                                     "Bool":{"aws:SecureTransport":"true"}}}})")}};
  const auto results = Simulate(set, {"elasticache:CreateCacheCluster"}, {}, {});
  ASSERT_TRUE(results.ok());
  EXPECT_THAT(results->front().missing_context_values, ElementsAre("aws:SecureTransport", "elasticache:EngineType"));
}

TEST(PolicySimulateTest, ActionsMustBeActions) {
  for (const char* wrong : {"", "elasticache", "elasticache:", ":x", "elasticache:Create*", "a:b:c", "a: b"}) {
    const auto results = Simulate({}, {wrong}, {}, {});
    EXPECT_EQ(FaultOf(results.status()), elasticache::v1::VALIDATION_ERROR) << wrong;
  }
}

TEST(PolicySimulateTest, OneCallAsksForSoMany) {
  const std::vector<std::string> actions(101, "elasticache:CreateCacheCluster");
  const std::vector<std::string> resources(100, "*");
  EXPECT_EQ(FaultOf(Simulate({}, actions, resources, {}).status()), elasticache::v1::VALIDATION_ERROR);
  const auto most = Simulate({}, {actions.begin(), actions.end() - 1}, resources, {});
  ASSERT_TRUE(most.ok());
  EXPECT_EQ(most->size(), 10'000u);
}

}  // namespace
}  // namespace elastilab
