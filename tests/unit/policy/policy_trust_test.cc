#include "controlplane/identity/policy/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/fault.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;

const TrustCaller kAlice{
    .account = "000000000000", .arn = "arn:aws:iam::000000000000:user/alice", .user_id = "AIDAALICE0000000"};
const TrustCaller kSession{.account = "000000000000",
                           .arn = "arn:aws:sts::000000000000:assumed-role/ops/s1",
                           .role_arn = "arn:aws:iam::000000000000:role/ops",
                           .user_id = "AROAOPS000000000:s1"};

CompiledPolicyPtr Trust(const std::string& principal, const std::string& more = "",
                        const std::string& effect = "Allow") {
  auto policy = CompilePolicy(R"({"Version":"2012-10-17","Statement":{"Effect":")" + effect +
                                  R"(","Action":"sts:AssumeRole",)" + principal + more + "}}",
                              PolicyKind::kTrust);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? *policy : nullptr;
}

TrustDecision Ask(const CompiledPolicyPtr& trust, const TrustCaller& caller, const ConditionContext& context = {}) {
  return EvaluateTrust(*trust, caller, "sts:AssumeRole", context);
}

TEST(PolicyTrustTest, WhoIsMeant) {
  struct Story {
    const char* principal;
    TrustCaller caller;
    bool allowed;
    bool names_caller;
    bool names_everyone = false;
  };
  const TrustCaller service{.service = "elasticache.amazonaws.com"};
  for (const Story& story : std::vector<Story>{
           {R"("Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"})", kAlice, true, true},
           {R"("Principal":{"AWS":"arn:aws:iam::000000000000:user/bob"})", kAlice, false, false},
           {R"("Principal":{"AWS":"AIDAALICE0000000"})", kAlice, true, true},
           {R"("Principal":{"AWS":"arn:aws:iam::000000000000:root"})", kAlice, true, false},
           {R"("Principal":{"AWS":"000000000000"})", kAlice, true, false},
           {R"("Principal":{"AWS":["111111111111","000000000000"]})", kAlice, true, false},
           {R"("Principal":{"AWS":"111111111111"})", kAlice, false, false},
           {R"("Principal":"*")", kAlice, true, false, true},
           {R"("Principal":{"AWS":"*"})", kAlice, true, false, true},
           {R"("Principal":{"AWS":["*","arn:aws:iam::000000000000:user/alice"]})", kAlice, true, true, true},
           {R"("Principal":"*")", kSession, true, false, true},
           {R"("NotPrincipal":{"AWS":"*"})", kAlice, false, false, false},
           {R"("Principal":{"AWS":"arn:aws:iam::000000000000:role/ops"})", kSession, true, true},
           {R"("Principal":{"AWS":"arn:aws:sts::000000000000:assumed-role/ops/s1"})", kSession, true, true},
           {R"("Principal":{"AWS":"arn:aws:sts::000000000000:assumed-role/ops/s2"})", kSession, false, false},
           {R"("Principal":{"AWS":"AROAOPS000000000"})", kSession, true, true},
           {R"("Principal":{"AWS":"arn:aws:iam::000000000000:role/ops"})", kAlice, false, false},
           {R"("Principal":{"Service":"elasticache.amazonaws.com"})", service, true, true},
           {R"("Principal":{"Service":"ec2.amazonaws.com"})", service, false, false},
           {R"("Principal":{"Service":"elasticache.amazonaws.com"})", kAlice, false, false},
           {R"("Principal":{"Federated":"cognito-identity.amazonaws.com"})", kAlice, false, false},
           {R"("NotPrincipal":{"AWS":"arn:aws:iam::000000000000:user/alice"})", kAlice, false, false},
           {R"("NotPrincipal":{"AWS":"arn:aws:iam::000000000000:user/bob"})", kAlice, true, false}}) {
    const TrustDecision decision = Ask(Trust(story.principal), story.caller);
    EXPECT_EQ(decision.allowed(), story.allowed) << story.principal;
    EXPECT_EQ(decision.names_caller, story.names_caller) << story.principal;
    EXPECT_EQ(decision.names_everyone, story.names_everyone) << story.principal;
  }
}

TEST(PolicyTrustTest, DenyActionsAndConditionsCount) {
  const std::string anyone = R"("Principal":"*")";
  EXPECT_EQ(Ask(Trust(anyone, "", "Deny"), kAlice).outcome, Outcome::kExplicitDeny);
  EXPECT_FALSE(Ask(Trust(anyone, "", "Deny"), kAlice).names_everyone);
  EXPECT_FALSE(EvaluateTrust(*Trust(anyone), kAlice, "sts:TagSession", {}).allowed());
  const auto with_id = Trust(anyone, R"(,"Condition":{"StringEquals":{"sts:ExternalId":"42"}})");
  const TrustDecision without = Ask(with_id, kAlice);
  EXPECT_FALSE(without.allowed());
  EXPECT_THAT(without.missing_keys, ElementsAre("sts:ExternalId"));
  ConditionContext context;
  context.Set("sts:ExternalId", "42");
  const TrustDecision with = Ask(with_id, kAlice, context);
  EXPECT_TRUE(with.allowed());
  ASSERT_EQ(with.statements.size(), 1u);
  EXPECT_EQ(with.statements[0].layer, PolicyLayer::kTrust);
}

TEST(PolicyTrustTest, ListsThePrincipalsThatMustExist) {
  const auto document = ParsePolicyDocument(
      R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":[
            "arn:aws:iam::000000000000:root","arn:aws:iam::000000000000:user/a","000000000000","*",
            "arn:aws:iam::000000000000:role/b","arn:aws:iam::000000000000:user/a"],"Service":"x.amazonaws.com"}}]})",
      PolicyKind::kTrust);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_THAT(NamedPrincipals(*document),
              ElementsAre("arn:aws:iam::000000000000:user/a", "arn:aws:iam::000000000000:role/b"));
  const Status status = InvalidPrincipal("arn:aws:iam::000000000000:user/a");
  EXPECT_EQ(FaultOf(status), elasticache::v1::MALFORMED_POLICY_DOCUMENT);
  EXPECT_THAT(std::string(status.message()),
              ::testing::StartsWith("Invalid principal in policy: \"AWS\":\"arn:aws:iam::000000000000:user/a\""));
}

}  // namespace
}  // namespace elastilab
