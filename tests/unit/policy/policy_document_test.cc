#include "controlplane/identity/policy/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>

#include "schema/fault.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A policy around one statement's elements.
std::string Policy(const std::string& elements, const std::string& version = "2012-10-17") {
  return R"({"Version":")" + version + R"(","Statement":{)" + elements + "}}";
}

const std::string kAllow = R"("Effect":"Allow")";
const std::string kAction = R"("Action":"elasticache:*")";
const std::string kResource = R"("Resource":"*")";
const std::string kCore = kAllow + "," + kAction + "," + kResource;

std::string RefusalOf(const std::string& text, PolicyKind kind = PolicyKind::kIdentity) {
  const auto document = ParsePolicyDocument(text, kind);
  if (document.ok()) return "accepted";
  EXPECT_EQ(FaultOf(document.status()), elasticache::v1::MALFORMED_POLICY_DOCUMENT) << text;
  return std::string(document.status().message());
}

TEST(DocumentTest, ReadsEveryElement) {
  const auto document = ParsePolicyDocument(R"({
    "Version": "2012-10-17", "Id": "small",
    "Statement": [
      {"Sid": "Small1", "Effect": "Allow", "Action": ["elasticache:Create*", "elasticache:Describe*"],
       "Resource": "arn:aws:elasticache:*:*:cluster:*",
       "Condition": {"StringEquals": {"elasticache:CacheNodeType": ["cache.t3.micro", "cache.t3.small"]},
                     "NumericLessThanEquals": {"elasticache:NumNodeGroups": 3},
                     "Bool": {"elasticache:TransitEncryptionEnabled": true}}},
      {"Effect": "Deny", "NotAction": "elasticache:*", "NotResource": ["*"]}
    ]})",
                                            PolicyKind::kIdentity);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->version, "2012-10-17");
  EXPECT_EQ(document->id, "small");
  ASSERT_EQ(document->statements.size(), 2u);
  const PolicyStatement& small = document->statements[0];
  EXPECT_EQ(small.sid, "Small1");
  EXPECT_EQ(small.effect, PolicyEffect::kAllow);
  EXPECT_FALSE(small.not_action);
  EXPECT_THAT(small.actions, ElementsAre("elasticache:Create*", "elasticache:Describe*"));
  EXPECT_THAT(small.resources, ElementsAre("arn:aws:elasticache:*:*:cluster:*"));
  ASSERT_EQ(small.conditions.size(), 3u);
  EXPECT_EQ(small.conditions[0].key, "elasticache:CacheNodeType");
  EXPECT_THAT(small.conditions[0].values, ElementsAre("cache.t3.micro", "cache.t3.small"));
  EXPECT_THAT(small.conditions[1].values, ElementsAre("3"));
  EXPECT_THAT(small.conditions[2].values, ElementsAre("true"));
  const PolicyStatement& rest = document->statements[1];
  EXPECT_EQ(rest.effect, PolicyEffect::kDeny);
  EXPECT_TRUE(rest.not_action);
  EXPECT_TRUE(rest.not_resource);
}

TEST(DocumentTest, WithoutAVersionItIsTheOldOne) {
  const auto document = ParsePolicyDocument(R"({"Statement":[{)" + kCore + "}]}", PolicyKind::kIdentity);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->version, "2008-10-17");
  EXPECT_FALSE(document->HasVariables());
}

struct Story {
  std::string text;
  std::string sentence;  // how the message begins
  std::string what;      // and what it contains
  PolicyKind kind = PolicyKind::kIdentity;
};

void ExpectRefusals(const std::vector<Story>& stories) {
  for (const Story& story : stories) {
    const std::string refusal = RefusalOf(story.text, story.kind);
    EXPECT_THAT(refusal, StartsWith(story.sentence)) << story.text;
    EXPECT_THAT(refusal, HasSubstr(story.what)) << story.text;
  }
}

TEST(DocumentTest, BrokenJsonIsASyntaxError) {
  ExpectRefusals({
      {"", "Syntax errors in policy.", "(line 1, column 1)"},
      {"This is not a json document", "Syntax errors in policy.", "not JSON"},
      {"[]", "Syntax errors in policy.", "The policy is a list"},
      {"\"x\"", "Syntax errors in policy.", "The policy is a string"},
      {"{}", "Syntax errors in policy.", "no Statement"},
      {Policy(kCore) + "x", "Syntax errors in policy.", "not JSON"},
      {Policy(kCore + ","), "Syntax errors in policy.", "not JSON"},
      {"{\"Version\":\"2012-10-17\",\n  \"Statement\":[{\"Effect\":\"Allow\",}]}", "Syntax errors in policy.",
       "(line 2,"},
      {std::string("{\"Id\":\"a\0b\"}", 12), "Syntax errors in policy.", "not JSON"},
      {"{\"Id\":\"\xFF\xFE\"}", "Syntax errors in policy.", "not JSON"},
      {"{\"Id\":1e99999}", "Syntax errors in policy.", "not JSON"},
  });
}

TEST(DocumentTest, StructureIsAwsGrammar) {
  ExpectRefusals({
      {Policy(kCore, "2013-10-17"), "Syntax errors in policy.", "Version: \"2013-10-17\" is not a version"},
      {R"({"Version":2012,"Statement":{}})", "Syntax errors in policy.", "Version: this is a number"},
      {R"({"Version":"2012-10-17","Statement":[]})", "Syntax errors in policy.", "the list is empty"},
      {R"({"Version":"2012-10-17","Statement":["afd"]})", "Syntax errors in policy.", "Statement 1: this is a string"},
      {R"({"Version":"2012-10-17","Statement":{},"Extra":1})", "Syntax errors in policy.",
       "\"Extra\" is not an element of a policy, there are Version, Id and Statement"},
      {R"({"version":"2012-10-17","Statement":{}})", "Syntax errors in policy.", "write it \"Version\""},
      {R"({"Version":"2012-10-17","Id":[],"Statement":{}})", "Syntax errors in policy.", "Id: this is a list"},
      {Policy(kCore + R"(,"Extra field":"value")"), "Syntax errors in policy.", "not an element of a statement"},
      {Policy(kCore + R"(,"effect":"Deny")"), "Syntax errors in policy.", "write it \"Effect\""},
      {Policy(kCore + R"(,"Effect":"Deny")"), "Syntax errors in policy.", "\"Effect\" appears twice"},
      {R"({"Statement":{},"Statement":{}})", "Syntax errors in policy.", "\"Statement\" appears twice"},
      {Policy(kAction + "," + kResource), "Syntax errors in policy.", "Effect is missing"},
      {Policy(R"("Effect":"allow",)" + kAction + "," + kResource), "Syntax errors in policy.",
       "\"allow\" is no effect"},
      {Policy(R"("Effect":["Allow"],)" + kAction + "," + kResource), "Syntax errors in policy.",
       "Effect: this is a list"},
      {Policy(kCore + R"(,"Sid":{})"), "Syntax errors in policy.", "Sid: this is an object"},
      {Policy(kCore + R"(,"Sid":"a b")"), "Syntax errors in policy.", "A-Z, a-z and 0-9"},
      {Policy(kCore + R"(,"NotAction":"a:b")"), "Syntax errors in policy.", "Action and NotAction exclude each other"},
      {Policy(kCore + R"(,"NotResource":[])"), "Syntax errors in policy.", "Resource and NotResource exclude"},
      {Policy(kAllow + "," + kResource), "Policy statement must contain actions.", "Statement 1"},
      {Policy(kAllow + "," + kResource + R"(,"Action":[])"), "Policy statement must contain actions.", ""},
      {Policy(kAllow + "," + kAction), "Policy statement must contain resources.", "Statement 1"},
      {Policy(kAllow + "," + kAction + R"(,"Resource":[])"), "Policy statement must contain resources.", ""},
      {Policy(kAllow + "," + kResource + R"(,"Action":{})"), "Syntax errors in policy.",
       "a string or a list of strings"},
      {Policy(kAllow + "," + kResource + R"(,"Action":[[]])"), "Syntax errors in policy.", "Action: this is a list"},
      {Policy(kAllow + "," + kResource + R"(,"Action":null)"), "Syntax errors in policy.", "Action: this is null"},
      {Policy(kAllow + "," + kAction + R"(,"Resource":["*",{}])"), "Syntax errors in policy.",
       "Resource: this is an object"},
      {Policy(kCore + R"(,"Principal":"*")"), "Policy document should not specify a principal.", "Statement 1"},
      {Policy(kCore + R"(,"NotPrincipal":{"AWS":"*"})"), "Policy document should not specify a principal.", ""},
  });
}

TEST(DocumentTest, SidsAreUniqueButMayBeEmpty) {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"Version":"2012-10-17","Statement":[{"Sid":")" + a + "\"," + kCore + R"(},{"Sid":")" + b + "\"," +
           kCore + "}]}";
  };
  EXPECT_THAT(RefusalOf(two("sdf", "sdf")),
              StartsWith("Statement IDs (SID) in a single policy must be unique. Statement 2"));
  EXPECT_EQ(RefusalOf(two("sdf", "Sdf")), "accepted");
  EXPECT_EQ(RefusalOf(two("", "")), "accepted");
}

TEST(DocumentTest, ActionsNeedAServiceAndOneColon) {
  const auto with = [](const std::string& action) {
    return Policy(kAllow + "," + kResource + R"(,"Action":")" + action + "\"");
  };
  const std::string vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  ExpectRefusals({{with("invalid"), vendor, "\"invalid\" has none"},
                  {with(""), vendor, ""},
                  {with("**"), vendor, ""},
                  {with("a a:ListBucket"), "Vendor \"a a\" is not valid.", ""},
                  {with("*:*"), "Vendor \"*\" is not valid.", "all actions of all services are \"*\""},
                  {with("elasti*:Describe"), "Vendor \"elasti*\" is not valid.", ""},
                  {with(":Describe"), "Vendor \"\" is not valid.", ""},
                  {with("elasticache:"), "Syntax errors in policy.", "write elasticache:* for all"},
                  {with("s3:List:Bucket"), "Actions/Condition can contain only one colon.", "has 2"}});
  for (const char* fine : {"*", "elasticache:*", "elasticache:?reate*", "ELASTICACHE:createcachecluster", "s3-s.x:A"}) {
    EXPECT_EQ(RefusalOf(with(fine)), "accepted") << fine;
  }
}

TEST(DocumentTest, ResourcesAreArns) {
  const auto with = [](const std::string& arn) {
    return Policy(kAllow + "," + kAction + R"(,"Resource":")" + arn + "\"");
  };
  ExpectRefusals({
      {with("invalid resource"), "Resource invalid resource must be in ARN format or \"*\".", ""},
      {with(""), "Resource  must be in ARN format or \"*\".", ""},
      {with("**"), "Resource ** must be in ARN format", ""},
      {with("arn::elasticache:us-east-1:1:cluster:x"),
       "Partition \"\" is not valid for resource \"arn::elasticache:us-east-1:1:cluster:x\".", ""},
      {with("arn:error:s3:::example_bucket"),
       "Partition \"error\" is not valid for resource \"arn:error:s3:::example_bucket\".", ""},
      {with("aws:s3:::example_bucket:x"), "Partition \"s3\" is not valid for resource \"arn:s3:::example_bucket:x\".",
       ""},
      {with("arn:aws::::example_bucket"), "The policy failed legacy parsing.", "no service"},
      {with("arn:aws:s3::example_bucket"), "The policy failed legacy parsing.", "5 fields of 6"},
      {with("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes.", ""},
      {with("arn:aws:*:us-east-1:1:x"), "Resource vendor must be fully qualified and cannot contain regexes.", ""},
      {with("arn:aws:iam:us-east-1::user/x"),
       "IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.", ""},
      {with("arn:aws:iam:::example"), "IAM resource path must either be \"*\" or start with user/, federated-user/,",
       ""},
      {with("arn:aws:s3:us-east-1::b"), "Resource arn:aws:s3:us-east-1::b can not contain region information.", ""},
      {with("arn:aws:s3:::b/${aws:username"), "Syntax errors in policy.", "no closing brace"},
      {with("arn:aws:s3:::b/${}"), "Syntax errors in policy.", "no name"},
      {with("arn:aws:s3:::b/${aws: username}"), "Syntax errors in policy.", "is not a name of a variable"},
      {with("arn:aws:s3:::b/${aws:username, none}"), "Syntax errors in policy.", "without single quotes"},
      {with("arn:aws:s3:::b/${aws:username, 'x}"), "Syntax errors in policy.", "without single quotes"},
      {with("arn:aws:elasticache:${aws:RequestedRegion}:1:cluster:x"), "Syntax errors in policy.",
       "before the fifth colon"},
  });
  for (const char* fine :
       {"*", "arn:aws:elasticache:us-east-1:000000000000:cluster:*", "arn:*:elasticache:*:*:*", "arn:aws:elasticache:*",
        "arn:aws-cn:s3:::b", "arn:aws:iam::123456789012:user/${aws:username}", "arn:aws:iam::*:root",
        "arn:aws:elasticache:us-east-1:1:cluster:${aws:PrincipalTag/team, 'none'}-*", "arn:aws:s3:::b/${*}${?}${$}"}) {
    EXPECT_EQ(RefusalOf(with(fine)), "accepted") << fine;
  }
}

TEST(DocumentTest, TheOldVersionTakesVariablesAsText) {
  const std::string open = kAllow + "," + kAction + R"(,"Resource":"arn:aws:s3:::b/${aws:username")";
  EXPECT_EQ(RefusalOf(Policy(open, "2008-10-17")), "accepted");
  // The version counts wherever it stands.
  EXPECT_THAT(RefusalOf(R"({"Statement":{)" + open + R"(},"Version":"2012-10-17"})"), HasSubstr("no closing brace"));
}

TEST(DocumentTest, ConditionsAreChecked) {
  const auto with = [](const std::string& condition) { return Policy(kCore + R"(,"Condition":)" + condition); };
  const std::string syntax = "Syntax errors in policy. Statement 1, Condition";
  ExpectRefusals({
      {with("[]"), syntax, "this is a list"},
      {with(R"("a")"), syntax, "this is a string"},
      {with(R"({"a":"b"})"), syntax, "\"a\" is not a condition operator, such as"},
      {with(R"({"StringEqual":{"a":"b"}})"), syntax, "did you mean \"StringEquals\"?"},
      {with(R"({"ForAnyValue:StringLikes":{"a":"b"}})"), syntax, "did you mean \"ForAnyValue:StringLike\"?"},
      {with(R"({"NumericGreatThanIfExists":{"a":"1"}})"), syntax, "did you mean \"NumericGreaterThanIfExists\"?"},
      {with(R"({"ForAnyValue::StringEqualsIfExists":{"a":"b"}})"), syntax, "is not a condition operator"},
      {with(R"({"NullIfExists":{"a":"true"}})"), syntax, "did you mean \"Null\"?"},
      {with(R"({"StringEqualsIfExistsIfExists":{"a":"true"}})"), syntax, "is not a condition operator"},
      {with(R"({"StringEquals":"b"})"), syntax, "StringEquals: this is a string"},
      {with(R"({"StringEquals":{"a":{}}})"), syntax, "StringEquals a: this is an object"},
      {with(R"({"StringEquals":{"a":[["b"]]}})"), syntax, "StringEquals a: this is a list"},
      {with(R"({"StringEquals":{"a":null}})"), syntax, "this is null"},
      {with(R"({"StringEquals":{"":"x"}})"), syntax, "no name"},
      {with(R"({"StringEquals":{"aws:x":"1","AWS:X":"2"}})"), syntax, "case does not count"},
      {with(R"({"StringEquals":{"aws:x":"1","aws:x":"2"}})"), "Syntax errors in policy.", "\"aws:x\" appears twice"},
      {with(R"({"StringEquals":{"a":"${b"}})"), syntax, "no closing brace"},
      {with(R"({"NumericEquals":{"a":"five"}})"), syntax, "\"five\" is not a number"},
      {with(R"({"NumericEquals":{"a":"${aws:x}"}})"), syntax, "is not a number"},
      {with(R"({"DateGreaterThan":{"a":"sdfdsf"}})"), syntax, "is not a date"},
      {with(R"({"DateLessThan":{"a":"9223372036854775808"}})"), syntax, "is not a date"},
      {with(R"({"DateLessThan":{"a":"2026-02-30"}})"), syntax, "is not a date"},
      {with(R"({"Bool":{"a":"yes"}})"), syntax, "is not \"true\" or \"false\""},
      {with(R"({"Null":{"a":"maybe"}})"), syntax, "(the key is absent)"},
      {with(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}})"), syntax, "is not an address or range"},
      {with(R"({"IpAddress":{"aws:SourceIp":"10.0.0"}})"), syntax, "is not an address or range"},
      {with(R"({"BinaryEquals":{"a":"???"}})"), syntax, "is not base64"},
      {with(R"({"ArnLike":{"a":"arn:aws:sns"}})"), syntax, "is not an ARN, it needs six fields"},
  });
  for (const char* fine :
       {"{}", R"({"StringEquals":{}})", R"({"StringEquals":{"a":[]}})", R"({"IPAddress":{"aws:SourceIp":"10.0.0.1"}})",
        R"({"ForAllValues:StringEqualsIfExists":{"a":"x"}})", R"({"Bool":{"a":["true",false]}})",
        R"({"StringEquals":{"a":["${aws:username}",1,true,-1.5]}})", R"({"Null":{"a":true}})"}) {
    EXPECT_EQ(RefusalOf(with(fine)), "accepted") << fine;
  }
}

TEST(DocumentTest, TrustPoliciesNamePrincipalsAndNoResources) {
  const auto with = [](const std::string& elements) { return Policy(kAllow + "," + elements); };
  const std::string assume = R"("Action":"sts:AssumeRole")";
  const std::string alice = R"("Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"})";
  const PolicyKind trust = PolicyKind::kTrust;
  ExpectRefusals({
      {with(assume), "Missing required field Principal.", "", trust},
      {with(assume + R"(,"Principal":{})"), "Missing required field Principal.", "names nobody", trust},
      {with(assume + "," + alice + R"(,"Resource":"*")"), "Has prohibited field Resource.", "", trust},
      {with(assume + "," + alice + R"(,"NotResource":"*")"), "Has prohibited field NotResource.", "", trust},
      {with(R"("Action":"*",)" + alice), "AssumeRole policy may only specify STS AssumeRole actions.", "", trust},
      {with(R"("Action":"s3:GetObject",)" + alice), "AssumeRole policy may only specify STS AssumeRole actions.", "",
       trust},
      {with(R"("Action":"sts:GetCallerIdentity",)" + alice), "AssumeRole policy may only", "", trust},
      {with(alice), "Policy statement must contain actions.", "", trust},
      {with(assume + R"(,"Principal":"arn:aws:iam::000000000000:root")"), "Syntax errors in policy.", "", trust},
      {with(assume + R"(,"Principal":["*"])"), "Syntax errors in policy.", "this is a list", trust},
      {with(assume + R"(,"Principal":{"aws":"*"})"), "Syntax errors in policy.", "no type of principal", trust},
      {with(assume + R"(,"Principal":{"AWS":1})"), "Syntax errors in policy.", "this is a number", trust},
      {with(assume + R"(,"Principal":{"AWS":"alice"})"), "Invalid principal in policy: \"AWS\":\"alice\"", "", trust},
      {with(assume + R"(,"Principal":{"AWS":"arn:aws:iam::000000000000:user/*"})"), "Invalid principal in policy",
       "a name cannot have wildcards", trust},
      {with(assume + R"(,"Principal":{"AWS":"arn:aws:iam::000000000000:group/devs"})"), "Invalid principal in policy",
       "", trust},
      {with(assume + R"(,"Principal":{"AWS":"arn:aws:iam::1:root"})"), "Invalid principal in policy", "", trust},
      {with(assume + R"(,"Principal":{"Service":"redis"})"), "Invalid principal in policy: \"SERVICE\":\"redis\"", "",
       trust},
      {with(assume + R"(,"Principal":{"CanonicalUser":"x"})"), "Invalid principal in policy", "", trust},
  });
  for (const std::string& fine :
       {assume + "," + alice, assume + R"(,"Principal":"*")", assume + R"(,"Principal":{"AWS":["*","000000000000"]})",
        assume + R"(,"Principal":{"Service":"elasticache.amazonaws.com"})",
        assume + R"(,"NotPrincipal":{"AWS":"arn:aws:sts::000000000000:assumed-role/ops/s1"})",
        R"("Action":["sts:AssumeRole*","STS:TagSession"],)" + alice}) {
    EXPECT_EQ(RefusalOf(with(fine), trust), "accepted") << fine;
  }
}

TEST(DocumentTest, OtherKindsHaveTheGrammarOfIdentityPolicies) {
  for (PolicyKind kind : {PolicyKind::kSession, PolicyKind::kBoundary}) {
    EXPECT_EQ(RefusalOf(Policy(kCore), kind), "accepted");
    EXPECT_THAT(RefusalOf(Policy(kAllow + "," + kAction), kind),
                StartsWith("Policy statement must contain resources."));
    EXPECT_THAT(RefusalOf(Policy(kCore + R"(,"Principal":"*")"), kind), StartsWith("Policy document should not"));
  }
}

TEST(DocumentTest, TellsTheLineAndColumn) {
  const std::string text =
      "{\n"
      "  \"Version\": \"2012-10-17\",\n"
      "  \"Statement\": [\n"
      "    {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},\n"
      "    {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\",\n"
      "     \"Condition\": {\"StringEquals\": {\"ä\": \"é\"}, \"StringSame\": {}}}\n"
      "  ]\n"
      "}\n";
  EXPECT_EQ(RefusalOf(text),
            "Syntax errors in policy. Statement 2, Condition: \"StringSame\" is not a condition operator, did you mean "
            "\"StringLike\"? (line 6, column 48)");
}

TEST(DocumentTest, KnowsWhereStatementsStand) {
  const auto document = ParsePolicyDocument(
      "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {" + kCore + "},\n    {" + kCore + "}\n  ]\n}",
      PolicyKind::kIdentity);
  ASSERT_TRUE(document.ok()) << document.status();
  const int width = static_cast<int>(kCore.size()) + 2;
  EXPECT_EQ(document->statements[0].start, (TextPosition{4, 5}));
  EXPECT_EQ(document->statements[0].end, (TextPosition{4, 4 + width}));
  EXPECT_EQ(document->statements[1].start, (TextPosition{5, 5}));
  // AWS's simulator: behind the '[', and for the next behind the statement before.
  EXPECT_EQ(document->statements[0].simulator_start, (TextPosition{3, 17}));
  EXPECT_EQ(document->statements[0].simulator_end, (TextPosition{4, 5 + width}));
  EXPECT_EQ(document->statements[1].simulator_start, (TextPosition{4, 5 + width}));
}

// The one position that AWS's documentation shows in full (aws iam simulate-custom-policy help).
TEST(DocumentTest, SimulatorPositionsAreThoseOfTheAwsExample) {
  const auto document = ParsePolicyDocument(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",)"
      R"("Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}})",
      PolicyKind::kIdentity);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->statements[0].simulator_start, (TextPosition{1, 38}));
  EXPECT_EQ(document->statements[0].simulator_end, (TextPosition{1, 167}));
}

TEST(DocumentTest, HugeAndDeepTextsAreRefusedQuickly) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(RefusalOf(std::string(200'000, ' ')), HasSubstr("200000 bytes"));
  EXPECT_THAT(RefusalOf(std::string(100'000, '[')), HasSubstr("nested deeper than 8"));
  std::string many = R"({"Id":[)";
  for (int i = 0; i < 40'000; ++i) many += "1,";
  EXPECT_THAT(RefusalOf(many + "1]}"), HasSubstr("more than 20000 values"));
  std::string keys = "{";
  for (int i = 0; i < 12'000; ++i) keys += fmt::format("\"{}\":0,", i);
  EXPECT_THAT(RefusalOf(keys + "\"a\":0}"), HasSubstr("not an element"));
  EXPECT_THAT(RefusalOf(R"({"Version":")" + std::string(100'000, 'x') + "\"}"), HasSubstr("xxx…\""));
  EXPECT_LT(RefusalOf(R"({"Version":")" + std::string(100'000, 'x') + "\"}").size(), 400u);
  EXPECT_LT(RefusalOf("{\"" + std::string(100'000, 'x')).size(), 400u);
  EXPECT_LT(RefusalOf(Policy(kAllow + "," + kAction + R"(,"Resource":")" + std::string(100'000, 'x') + "\"")).size(),
            600u);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(DocumentTest, ManyStatementsOnOneLineCostNoSquare) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (int i = 0; i < 1'500; ++i) text += "{" + kCore + "},";
  text += "{" + kCore + "}]}";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(RefusalOf(text), "accepted");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(DocumentTest, ListsTheContextKeysThatPoliciesUse) {
  const auto a = ParsePolicyDocument(
      Policy(kAllow + "," + kAction +
             R"(,"Resource":["arn:aws:elasticache:*:*:cluster:${aws:username}-${aws:PrincipalTag/team, 'none'}${*}"],)"
             R"("Condition":{"StringLike":{"elasticache:CacheNodeType":["cache.t3.*","${aws:userid}"]},)"
             R"("NumericLessThan":{"elasticache:NumNodeGroups":"3"}})"),
      PolicyKind::kIdentity);
  const auto old = ParsePolicyDocument(
      Policy(kAllow + "," + kAction +
                 R"(,"Resource":"arn:aws:s3:::${aws:ignored}","Condition":{"Bool":{"AWS:UserName":"true"}})",
             "2008-10-17"),
      PolicyKind::kIdentity);
  ASSERT_TRUE(a.ok() && old.ok());
  EXPECT_THAT(ContextKeysOf({&*a, &*old}), ElementsAre("aws:PrincipalTag/team", "aws:userid", "aws:username",
                                                       "elasticache:CacheNodeType", "elasticache:NumNodeGroups"));
}

}  // namespace
}  // namespace elastilab
