// Who may do what: stories about policies of several layers, and what a refusal says.
#include "controlplane/identity/policy/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCluster[] = "arn:aws:elasticache:us-east-1:000000000000:cluster:c1";
constexpr char kGroup[] = "arn:aws:elasticache:us-east-1:000000000000:replicationgroup:prod-1";
constexpr char kCreate[] = "elasticache:CreateCacheCluster";

AppliedPolicy Named(const std::string& id, const std::string& statements, PolicyKind kind = PolicyKind::kIdentity,
                    const std::string& owner = "") {
  auto policy = CompilePolicy(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", kind);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return {.id = id, .owner = owner, .policy = policy.ok() ? *policy : nullptr};
}

const std::string kAllowAll = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
const std::string kDenyCreate = R"({"Sid":"NoCreate","Effect":"Deny","Action":"elasticache:Create*","Resource":"*"})";
const std::string kAllowDescribe = R"({"Effect":"Allow","Action":"elasticache:Describe*","Resource":"*"})";

Outcome OutcomeOf(const std::string& statements, const std::string& action, const std::string& resource,
                  const ConditionContext& context = {}) {
  return Evaluate({.identity = {Named("p", statements)}}, action, resource, context).outcome;
}

TEST(PolicyEvaluateTest, NothingIsAllowedByDefault) {
  const Decision decision = Evaluate({}, kCreate, kCluster, {});
  EXPECT_EQ(decision.outcome, Outcome::kImplicitDeny);
  EXPECT_EQ(decision.layer, PolicyLayer::kIdentity);
  EXPECT_THAT(decision.statements, IsEmpty());
  EXPECT_EQ(
      RefusalMessage("arn:aws:iam::000000000000:user/alice", kCreate, kCluster, decision),
      "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: elasticache:CreateCacheCluster on "
      "resource: arn:aws:elasticache:us-east-1:000000000000:cluster:c1 because no identity-based policy allows the "
      "elasticache:CreateCacheCluster action");
}

TEST(PolicyEvaluateTest, AnAllowSaysWhichStatementGaveIt) {
  const Decision decision = Evaluate(
      {.identity = {Named("readers", kAllowDescribe, PolicyKind::kIdentity, "group devs"), Named("admin", kAllowAll)}},
      kCreate, kCluster, {});
  EXPECT_TRUE(decision.allowed());
  ASSERT_EQ(decision.statements.size(), 1u);
  EXPECT_EQ(ToString(decision.statements[0]), "Statement 1 of admin");
  EXPECT_EQ(decision.statements[0].start, (TextPosition{1, 38}));
  EXPECT_EQ(RefusalReason(decision, kCreate), "");
}

TEST(PolicyEvaluateTest, AnExplicitDenyBeatsEveryAllow) {
  for (bool deny_first : {true, false}) {
    PolicySet set{
        .identity = {Named("admin", kAllowAll), Named("limits", kDenyCreate, PolicyKind::kIdentity, "group devs")}};
    if (deny_first) std::swap(set.identity[0], set.identity[1]);
    const Decision decision = Evaluate(set, kCreate, kCluster, {});
    EXPECT_EQ(decision.outcome, Outcome::kExplicitDeny);
    ASSERT_EQ(decision.statements.size(), 1u);
    EXPECT_EQ(ToString(decision.statements[0]), "Statement 1 (Sid NoCreate) of limits (group devs)");
    EXPECT_EQ(RefusalReason(decision, kCreate), "with an explicit deny in an identity-based policy");
    EXPECT_TRUE(Evaluate(set, "elasticache:DeleteCacheCluster", kCluster, {}).allowed());
  }
}

TEST(PolicyEvaluateTest, ABoundaryLimitsButGivesNothing) {
  const AppliedPolicy boundary = Named("arn:aws:iam::000000000000:policy/limit", kAllowDescribe, PolicyKind::kBoundary);
  const PolicySet set{.identity = {Named("admin", kAllowAll)}, .boundary = {boundary}};
  EXPECT_TRUE(Evaluate(set, "elasticache:DescribeCacheClusters", kCluster, {}).allowed());
  const Decision refused = Evaluate(set, kCreate, kCluster, {});
  EXPECT_EQ(refused.outcome, Outcome::kImplicitDeny);
  EXPECT_TRUE(refused.identity_allows);
  EXPECT_FALSE(refused.boundary_allows);
  EXPECT_EQ(RefusalReason(refused, kCreate),
            "because no permissions boundary allows the elasticache:CreateCacheCluster action");
  const PolicySet only_boundary{.boundary = {Named("b", kAllowAll, PolicyKind::kBoundary)}};
  EXPECT_EQ(RefusalReason(Evaluate(only_boundary, kCreate, kCluster, {}), kCreate),
            "because no identity-based policy allows the elasticache:CreateCacheCluster action");
  const PolicySet denying{.identity = {Named("admin", kAllowAll)},
                          .boundary = {Named("b", kAllowAll + "," + kDenyCreate, PolicyKind::kBoundary)}};
  const Decision denied = Evaluate(denying, kCreate, kCluster, {});
  EXPECT_FALSE(denied.boundary_allows);
  EXPECT_EQ(RefusalReason(denied, kCreate), "with an explicit deny in a permissions boundary");
}

TEST(PolicyEvaluateTest, ASessionIsTheMeetingOfRoleAndSessionPolicies) {
  const auto session = [](const std::string& statements) { return Named("session", statements, PolicyKind::kSession); };
  PolicySet set{.identity = {Named("admin", kAllowAll)}, .session = {session(kAllowDescribe)}};
  EXPECT_TRUE(Evaluate(set, "elasticache:DescribeEvents", "*", {}).allowed());
  EXPECT_EQ(RefusalReason(Evaluate(set, kCreate, kCluster, {}), kCreate),
            "because no session policy allows the elasticache:CreateCacheCluster action");
  // Of several, one has to allow.
  set.session.push_back(session(R"({"Effect":"Allow","Action":"elasticache:CreateCacheCluster","Resource":"*"})"));
  EXPECT_TRUE(Evaluate(set, kCreate, kCluster, {}).allowed());
  set.session.push_back(session(kDenyCreate));
  EXPECT_EQ(RefusalReason(Evaluate(set, kCreate, kCluster, {}), kCreate), "with an explicit deny in a session policy");
  // It gives nothing that the role has not.
  set = {.identity = {Named("readers", kAllowDescribe)}, .session = {session(kAllowAll)}};
  EXPECT_FALSE(Evaluate(set, kCreate, kCluster, {}).allowed());
}

TEST(PolicyEvaluateTest, AllThreeLayersMustAllow) {
  for (int layers = 0; layers < 8; ++layers) {
    const auto statements = [&](int layer) { return (layers >> layer & 1) != 0 ? kAllowAll : kAllowDescribe; };
    const PolicySet set{.identity = {Named("i", statements(0))},
                        .boundary = {Named("b", statements(1), PolicyKind::kBoundary)},
                        .session = {Named("s", statements(2), PolicyKind::kSession)}};
    EXPECT_EQ(Evaluate(set, kCreate, kCluster, {}).allowed(), layers == 7) << layers;
  }
}

TEST(PolicyEvaluateTest, TheRootMayDoAnything) {
  PolicySet set{.root = true, .identity = {Named("d", kDenyCreate)}, .boundary = {Named("b", kAllowDescribe)}};
  const Decision decision = Evaluate(set, kCreate, kCluster, {});
  EXPECT_TRUE(decision.allowed());
  EXPECT_THAT(decision.statements, IsEmpty());
  // But a session of the root that was narrowed stays narrow.
  set.session = {Named("s", kAllowDescribe, PolicyKind::kSession)};
  EXPECT_FALSE(Evaluate(set, kCreate, kCluster, {}).allowed());
}

TEST(PolicyEvaluateTest, ActionsIgnoreCaseAndHaveWildcards) {
  const auto allows = [](const std::string& action, const std::string& asked) {
    return OutcomeOf(R"({"Effect":"Allow","Resource":"*","Action":")" + action + "\"}", asked, kCluster) ==
           Outcome::kAllowed;
  };
  EXPECT_TRUE(allows("ElastiCache:createCACHEcluster", kCreate));
  EXPECT_TRUE(allows("elasticache:*Cluster", kCreate));
  EXPECT_TRUE(allows("elasticache:?reateCacheCluster", kCreate));
  EXPECT_TRUE(allows("*", kCreate));
  EXPECT_TRUE(allows("elasticache:*", "ELASTICACHE:X"));
  EXPECT_FALSE(allows("elasticache:CreateCacheCluste", kCreate));
  EXPECT_FALSE(allows("elasticache:CreateCacheCluster?", kCreate));
  EXPECT_FALSE(allows("elasticache:createreplication*", kCreate));
  EXPECT_FALSE(allows("iam:*", kCreate));
}

TEST(PolicyEvaluateTest, NotActionAndNotResource) {
  const std::string all_but_iam = R"({"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"})";
  EXPECT_EQ(OutcomeOf(all_but_iam, kCreate, kCluster), Outcome::kAllowed);
  EXPECT_EQ(OutcomeOf(all_but_iam, "IAM:CreateUser", "*"), Outcome::kImplicitDeny);
  const std::string read_only =
      kAllowAll + R"(,{"Effect":"Deny","NotAction":["elasticache:Describe*","elasticache:List*"],"Resource":"*"})";
  EXPECT_EQ(OutcomeOf(read_only, kCreate, kCluster), Outcome::kExplicitDeny);
  EXPECT_EQ(OutcomeOf(read_only, "elasticache:DescribeEvents", "*"), Outcome::kAllowed);
  const std::string not_prod =
      R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:elasticache:*:*:replicationgroup:prod-*"})";
  EXPECT_EQ(OutcomeOf(not_prod, "elasticache:DeleteReplicationGroup", kGroup), Outcome::kImplicitDeny);
  EXPECT_EQ(OutcomeOf(not_prod, kCreate, kCluster), Outcome::kAllowed);
}

TEST(PolicyEvaluateTest, ResourcesWithVariables) {
  const std::string own =
      R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:*:*:cluster:${aws:username}-*"})";
  ConditionContext bob;
  bob.Set("aws:username", "bob");
  const std::string of_bob = "arn:aws:elasticache:us-east-1:000000000000:cluster:bob-1";
  EXPECT_EQ(OutcomeOf(own, kCreate, of_bob, bob), Outcome::kAllowed);
  EXPECT_EQ(OutcomeOf(own, kCreate, kCluster, bob), Outcome::kImplicitDeny);
  const Decision role = Evaluate({.identity = {Named("own", own)}}, kCreate, of_bob, {});
  EXPECT_FALSE(role.allowed());
  EXPECT_THAT(role.missing_keys, ElementsAre("aws:username"));
  // A NotResource that cannot be told fails closed.
  const std::string others =
      R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:elasticache:*:*:cluster:${aws:username}-*"})";
  EXPECT_EQ(OutcomeOf(others, kCreate, kCluster, bob), Outcome::kAllowed);
  EXPECT_EQ(OutcomeOf(others, kCreate, of_bob, bob), Outcome::kImplicitDeny);
  EXPECT_EQ(OutcomeOf(others, kCreate, kCluster), Outcome::kImplicitDeny);
  const std::string but_own =
      R"({"Effect":"Deny","Action":"*","NotResource":"arn:aws:elasticache:*:*:cluster:${aws:username}-*"})";
  EXPECT_EQ(OutcomeOf(but_own, kCreate, of_bob, bob), Outcome::kImplicitDeny);
  EXPECT_EQ(OutcomeOf(but_own, kCreate, kCluster, bob), Outcome::kExplicitDeny);
  EXPECT_EQ(OutcomeOf(but_own, kCreate, kCluster), Outcome::kExplicitDeny);
}

TEST(PolicyEvaluateTest, MissingKeysAreThoseOfStatementsInQuestion) {
  const std::string statements =
      R"({"Effect":"Allow","Action":"elasticache:Create*","Resource":"*","Condition":{
           "StringEquals":{"elasticache:CacheNodeType":"cache.t3.micro","aws:RequestTag/Env":"dev"},
           "Null":{"elasticache:KmsKeyId":"true"}}},
         {"Effect":"Deny","Action":"elasticache:Create*","Resource":"*","Condition":{
           "BoolIfExists":{"AWS:MultiFactorAuthPresent":"false"},"StringLike":{"aws:requesttag/env":"x"}}},
         {"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}})";
  ConditionContext context;
  context.Set("elasticache:cachenodetype", "cache.t3.micro");
  const Decision decision = Evaluate({.identity = {Named("p", statements)}}, kCreate, kCluster, context);
  EXPECT_THAT(decision.missing_keys, ElementsAre("AWS:MultiFactorAuthPresent", "aws:RequestTag/Env"));
}

// The policies of shared/reference/iam.md section 8.
TEST(PolicyEvaluateTest, OnlySmallEncryptedTaggedClusters) {
  const std::string policy =
      R"({"Sid":"Small","Effect":"Allow","Action":"elasticache:CreateReplicationGroup","Resource":"*",
          "Condition":{"StringLikeIfExists":{"elasticache:CacheNodeType":"cache.t*"}}},
         {"Sid":"Tag","Effect":"Allow","Action":"elasticache:AddTagsToResource","Resource":"*",
          "Condition":{"StringEquals":{"aws:RequestTag/env":["dev","test"]},
                       "ForAllValues:StringEquals":{"aws:TagKeys":["env"]}}},
         {"Sid":"Encrypted","Effect":"Deny","Action":"elasticache:CreateReplicationGroup","Resource":"*",
          "Condition":{"Bool":{"elasticache:TransitEncryptionEnabled":"false"}}},
         {"Sid":"Shards","Effect":"Deny","Action":"elasticache:*","Resource":"*",
          "Condition":{"NumericGreaterThan":{"elasticache:NumNodeGroups":"5"}}})";
  const auto ask = [&](const std::string& node_type, bool encrypted, int shards) {
    ConditionContext context;
    context.Set("elasticache:CacheNodeType", node_type);
    context.SetBool("elasticache:TransitEncryptionEnabled", encrypted);
    context.Set("elasticache:NumNodeGroups", std::to_string(shards));
    return OutcomeOf(policy, "elasticache:CreateReplicationGroup", kGroup, context);
  };
  EXPECT_EQ(ask("cache.t3.micro", true, 2), Outcome::kAllowed);
  EXPECT_EQ(ask("cache.r6g.large", true, 2), Outcome::kImplicitDeny);
  EXPECT_EQ(ask("cache.t3.micro", false, 2), Outcome::kExplicitDeny);
  EXPECT_EQ(ask("cache.t3.micro", true, 6), Outcome::kExplicitDeny);
  // The dependent check on the parameter group carries none of these keys.
  EXPECT_EQ(OutcomeOf(policy, "elasticache:CreateReplicationGroup",
                      "arn:aws:elasticache:us-east-1:000000000000:parametergroup:default.redis7"),
            Outcome::kAllowed);
  const auto tag = [&](const std::vector<std::pair<std::string, std::string>>& tags) {
    ConditionContext context;
    for (const auto& [key, value] : tags) {
      context.Set("aws:RequestTag/" + key, value);
      context.Add("aws:TagKeys", key);
    }
    return OutcomeOf(policy, "elasticache:AddTagsToResource", kGroup, context);
  };
  EXPECT_EQ(tag({{"env", "dev"}}), Outcome::kAllowed);
  EXPECT_EQ(tag({{"env", "prod"}}), Outcome::kImplicitDeny);
  EXPECT_EQ(tag({{"env", "dev"}, {"cost", "1"}}), Outcome::kImplicitDeny);
  EXPECT_EQ(tag({}), Outcome::kImplicitDeny);
}

TEST(PolicyEvaluateTest, TeamsWorkOnTheirOwn) {
  const std::string policy =
      R"({"Effect":"Allow","Action":"elasticache:*","Resource":"*",
          "Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}})";
  const auto ask = [&](const char* mine, const char* its) {
    ConditionContext context;
    if (mine != nullptr) context.Set("aws:PrincipalTag/team", mine);
    if (its != nullptr) context.Set("aws:ResourceTag/team", its);
    return OutcomeOf(policy, "elasticache:DeleteCacheCluster", kCluster, context) == Outcome::kAllowed;
  };
  EXPECT_TRUE(ask("red", "red"));
  EXPECT_FALSE(ask("red", "blue"));
  EXPECT_FALSE(ask("red", nullptr));
  EXPECT_FALSE(ask(nullptr, "red"));
  EXPECT_FALSE(ask(nullptr, nullptr));
}

TEST(PolicyEvaluateTest, BackupsKeptSevenDays) {
  const std::string policy = kAllowAll +
                             R"(,{"Effect":"Deny","Action":["elasticache:Create*","elasticache:Modify*"],"Resource":"*",
                                  "Condition":{"NumericLessThan":{"elasticache:SnapshotRetentionLimit":7}}})";
  ConditionContext context;
  EXPECT_EQ(OutcomeOf(policy, kCreate, kCluster, context), Outcome::kAllowed);
  context.Set("elasticache:SnapshotRetentionLimit", "6");
  EXPECT_EQ(OutcomeOf(policy, kCreate, kCluster, context), Outcome::kExplicitDeny);
  context.Set("elasticache:SnapshotRetentionLimit", "7");
  EXPECT_EQ(OutcomeOf(policy, kCreate, kCluster, context), Outcome::kAllowed);
}

TEST(PolicyEvaluateTest, SeveralDeniesAreAllNamed) {
  const PolicySet set{.identity = {Named("a", kDenyCreate)},
                      .boundary = {Named("b", kDenyCreate)},
                      .session = {Named("s", kDenyCreate)}};
  const Decision decision = Evaluate(set, kCreate, kCluster, {});
  EXPECT_EQ(decision.layer, PolicyLayer::kIdentity);
  ASSERT_EQ(decision.statements.size(), 3u);
  EXPECT_EQ(decision.statements[2].layer, PolicyLayer::kSession);
}

TEST(PolicyEvaluateTest, ExplainsEveryStatement) {
  const std::string statements = kAllowDescribe +
                                 R"(,{"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:*:*:user:*"},
          {"Effect":"Allow","NotAction":"elasticache:*","Resource":"*"},
          {"Sid":"Small","Effect":"Allow","Action":"*","Resource":"*","Condition":{
             "StringEquals":{"elasticache:CacheNodeType":["cache.t3.micro","cache.t3.small"],
                             "aws:RequestTag/env":"dev"}}},
          {"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:*:*:cluster:${aws:username}"},
          {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:TagKeys":"true"}}})";
  ConditionContext context;
  context.Set("elasticache:CacheNodeType", "cache.r6g.large");
  const auto traces = Explain({.identity = {Named("p", statements)}}, kCreate, kCluster, context);
  ASSERT_EQ(traces.size(), 6u);
  EXPECT_EQ(traces[0].verdict, Verdict::kOtherAction);
  EXPECT_EQ(traces[0].why, "Action \"elasticache:Describe*\" does not cover elasticache:CreateCacheCluster.");
  EXPECT_EQ(traces[1].verdict, Verdict::kOtherResource);
  EXPECT_THAT(traces[1].why, HasSubstr("does not cover arn:aws:elasticache:us-east-1:000000000000:cluster:c1."));
  EXPECT_EQ(traces[2].why, "NotAction \"elasticache:*\" excludes elasticache:CreateCacheCluster.");
  EXPECT_EQ(traces[3].verdict, Verdict::kConditionNotMet);
  EXPECT_EQ(traces[3].why,
            "StringEquals elasticache:CacheNodeType: the request has \"cache.r6g.large\", the policy lists "
            "\"cache.t3.micro\", \"cache.t3.small\". StringEquals aws:RequestTag/env: the request has no such key, the "
            "policy lists \"dev\".");
  EXPECT_EQ(ToString(traces[3].statement), "Statement 4 (Sid Small) of p");
  EXPECT_EQ(traces[4].verdict, Verdict::kVariableUnresolved);
  EXPECT_EQ(traces[4].why, "The request has no single value for the variable \"aws:username\".");
  EXPECT_EQ(traces[5].verdict, Verdict::kMatches);
  EXPECT_EQ(traces[5].effect, PolicyEffect::kDeny);
}

TEST(PolicyEvaluateTest, AContextKnowsAbsentFromEmptyAndFillsOnlyGaps) {
  ConditionContext context;
  context.Set("aws:TagKeys", std::vector<std::string>{});
  ASSERT_NE(context.Find("AWS:TAGKEYS"), nullptr);
  EXPECT_THAT(*context.Find("AWS:TAGKEYS"), IsEmpty());
  EXPECT_EQ(context.Find("aws:username"), nullptr);
  context.Set("aws:Username", "bob");
  ConditionContext more;
  more.Set("AWS:username", "eve");
  more.Set("aws:userid", "AIDA");
  context.Fill(more);
  EXPECT_THAT(*context.Find("aws:username"), ElementsAre("bob"));
  EXPECT_THAT(*context.Find("aws:userid"), ElementsAre("AIDA"));
  EXPECT_EQ(context.Sorted().size(), 3u);
  EXPECT_EQ(context.Sorted()[1].key, "aws:Username");
}

}  // namespace
}  // namespace elastilab
