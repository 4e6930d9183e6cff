// Conditions as a table: one condition, one request, met or not. Through the whole way, JSON to decision.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/policy/operators.h"

namespace elastilab {
namespace {

using Keys = std::map<std::string, std::vector<std::string>>;

// What a single statement with this condition comes to.
Outcome OutcomeOf(const std::string& effect, const std::string& condition, const Keys& keys,
                  const std::string& version = "2012-10-17") {
  const auto policy = CompilePolicy(R"({"Version":")" + version + R"(","Statement":{"Effect":")" + effect +
                                        R"(","Action":"*","Resource":"*","Condition":)" + condition + "}}",
                                    PolicyKind::kIdentity);
  EXPECT_TRUE(policy.ok()) << policy.status();
  if (!policy.ok()) return Outcome::kImplicitDeny;
  ConditionContext context;
  for (const auto& [key, values] : keys) context.Set(key, values);
  return Evaluate({.identity = {{.id = "p", .owner = "", .policy = *policy}}}, "a:B", "*", context).outcome;
}

bool IsMet(const std::string& condition, const Keys& keys, const std::string& version = "2012-10-17") {
  return OutcomeOf("Allow", condition, keys, version) == Outcome::kAllowed;
}

bool Denies(const std::string& condition, const Keys& keys) {
  return OutcomeOf("Deny", condition, keys) == Outcome::kExplicitDeny;
}

struct Story {
  std::string condition;
  Keys keys;
  bool met;
};

void Tell(const std::vector<Story>& stories) {
  for (const Story& story : stories) {
    std::string keys;
    for (const auto& [key, values] : story.keys) keys += fmt::format(" {}=[{}]", key, fmt::join(values, ","));
    EXPECT_EQ(IsMet(story.condition, story.keys), story.met) << story.condition << " with" << keys;
  }
}

TEST(PolicyConditionTest, Strings) {
  Tell({{R"({"StringEquals":{"k":"Blue"}})", {{"k", {"Blue"}}}, true},
        {R"({"StringEquals":{"k":"Blue"}})", {{"k", {"blue"}}}, false},
        {R"({"StringEquals":{"k":"Blue"}})", {{"K", {"Blue"}}}, true},
        {R"({"StringEquals":{"k":"Bl*"}})", {{"k", {"Blue"}}}, false},
        {R"({"StringEquals":{"k":"Bl*"}})", {{"k", {"Bl*"}}}, true},
        {R"({"StringEquals":{"k":["Red","Blue"]}})", {{"k", {"Blue"}}}, true},
        {R"({"StringEquals":{"k":[]}})", {{"k", {"Blue"}}}, false},
        {R"({"StringEquals":{"k":5}})", {{"k", {"5"}}}, true},
        {R"({"StringNotEquals":{"k":["Red","Blue"]}})", {{"k", {"Blue"}}}, false},
        {R"({"StringNotEquals":{"k":["Red","Blue"]}})", {{"k", {"Green"}}}, true},
        {R"({"StringNotEquals":{"k":[]}})", {{"k", {"Blue"}}}, true},
        {R"({"StringEqualsIgnoreCase":{"k":"Blue"}})", {{"k", {"bLUE"}}}, true},
        {R"({"StringNotEqualsIgnoreCase":{"k":"Blue"}})", {{"k", {"bLUE"}}}, false},
        {R"({"StringNotEqualsIgnoreCase":{"k":"Blue"}})", {{"k", {"red"}}}, true},
        {R"({"StringLike":{"k":"cache.t?.*"}})", {{"k", {"cache.t3.micro"}}}, true},
        {R"({"StringLike":{"k":"cache.t?.*"}})", {{"k", {"cache.t3g.micro"}}}, false},
        {R"({"StringLike":{"k":"CACHE.*"}})", {{"k", {"cache.t3.micro"}}}, false},
        {R"({"StringLike":{"k":"caf?"}})", {{"k", {"café"}}}, true},
        {R"({"StringLike":{"k":""}})", {{"k", {""}}}, true},
        {R"({"StringNotLike":{"k":"cache.t*"}})", {{"k", {"cache.r6g.large"}}}, true},
        {R"({"StringNotLike":{"k":"cache.t*"}})", {{"k", {"cache.t4g.small"}}}, false}});
}

TEST(PolicyConditionTest, Numbers) {
  Tell({{R"({"NumericEquals":{"k":"3"}})", {{"k", {"3.0"}}}, true},
        {R"({"NumericEquals":{"k":3}})", {{"k", {"4"}}}, false},
        {R"({"NumericNotEquals":{"k":3}})", {{"k", {"4"}}}, true},
        {R"({"NumericNotEquals":{"k":3}})", {{"k", {"3"}}}, false},
        {R"({"NumericLessThan":{"k":10}})", {{"k", {"9"}}}, true},
        {R"({"NumericLessThan":{"k":10}})", {{"k", {"10"}}}, false},
        {R"({"NumericLessThanEquals":{"k":10}})", {{"k", {"10"}}}, true},
        {R"({"NumericGreaterThan":{"k":10}})", {{"k", {"100"}}}, true},
        {R"({"NumericGreaterThan":{"k":10}})", {{"k", {"9"}}}, false},
        {R"({"NumericGreaterThanEquals":{"k":-1.5}})", {{"k", {"-1.5"}}}, true},
        {R"({"NumericLessThan":{"k":["1","100"]}})", {{"k", {"50"}}}, true},
        {R"({"NumericEquals":{"k":"9007199254740993"}})", {{"k", {"9007199254740992"}}}, false},
        {R"({"NumericLessThan":{"k":10}})", {{"k", {"many"}}}, false},
        {R"({"NumericLessThan":{"k":10}})", {{"k", {"-inf"}}}, false},
        {R"({"NumericLessThan":{"k":10}})", {{"k", {"0x1"}}}, false},
        {R"({"NumericLessThan":{"k":10}})", {{"k", {""}}}, false},
        {R"({"NumericNotEquals":{"k":10}})", {{"k", {"many"}}}, true}});
}

TEST(PolicyConditionTest, Dates) {
  const Keys noon = {{"aws:CurrentTime", {"2026-11-23T12:00:00Z"}}, {"aws:EpochTime", {"1795435200"}}};
  Tell({{R"({"DateEquals":{"aws:CurrentTime":"2026-11-23T12:00:00Z"}})", noon, true},
        {R"({"DateEquals":{"aws:CurrentTime":"2026-11-23T13:00:00+01:00"}})", noon, true},
        {R"({"DateEquals":{"aws:CurrentTime":"2026-11-23T06:30-05:30"}})", noon, true},
        {R"({"DateEquals":{"aws:CurrentTime":"1795435200"}})", noon, true},
        {R"({"DateEquals":{"aws:EpochTime":"2026-11-23T12:00:00Z"}})", noon, true},
        {R"({"DateNotEquals":{"aws:CurrentTime":"2026-11-23T12:00:00.001Z"}})", noon, true},
        {R"({"DateLessThan":{"aws:CurrentTime":"2026-11-23T12:00:00.001Z"}})", noon, true},
        {R"({"DateLessThan":{"aws:CurrentTime":"2026-11-23T12:00:00Z"}})", noon, false},
        {R"({"DateLessThanEquals":{"aws:CurrentTime":"2026-11-23T12:00:00Z"}})", noon, true},
        {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-23"}})", noon, true},
        {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-12"}})", noon, false},
        {R"({"DateGreaterThan":{"aws:CurrentTime":"2026"}})", noon, true},
        {R"({"DateGreaterThanEquals":{"aws:CurrentTime":"2027"}})", noon, false},
        {R"({"DateGreaterThan":{"aws:CurrentTime":"2024-02-29T23:59:60Z"}})", noon, true},
        {R"({"DateGreaterThan":{"aws:CurrentTime":-1}})", noon, true},
        {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"}})", {{"aws:CurrentTime", {"soon"}}}, false}});
}

TEST(PolicyConditionTest, BoolsAndBytes) {
  Tell({{R"({"Bool":{"k":"true"}})", {{"k", {"true"}}}, true},
        {R"({"Bool":{"k":true}})", {{"k", {"True"}}}, true},
        {R"({"Bool":{"k":"FALSE"}})", {{"k", {"false"}}}, true},
        {R"({"Bool":{"k":"false"}})", {{"k", {"true"}}}, false},
        {R"({"Bool":{"k":"false"}})", {}, false},
        {R"({"BoolIfExists":{"k":"false"}})", {}, true},
        {R"({"BoolIfExists":{"k":"false"}})", {{"k", {"true"}}}, false},
        {R"({"BinaryEquals":{"k":"QmluYXJ5"}})", {{"k", {"QmluYXJ5"}}}, true},
        {R"({"BinaryEquals":{"k":"QmluYXJ5"}})", {{"k", {"QmluYXJ6"}}}, false},
        {R"({"BinaryEquals":{"k":"QQ=="}})", {{"k", {"QR=="}}}, true},  // the same byte
        {R"({"BinaryEquals":{"k":"QQ=="}})", {{"k", {"A"}}}, false}});
}

TEST(PolicyConditionTest, Addresses) {
  const auto from = [](const std::string& ip) { return Keys{{"aws:SourceIp", {ip}}}; };
  Tell({{R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", from("203.0.113.77"), true},
        {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", from("203.0.114.1"), false},
        {R"({"IpAddress":{"aws:SourceIp":"203.0.113.9"}})", from("203.0.113.9"), true},
        {R"({"IpAddress":{"aws:SourceIp":"203.0.113.9"}})", from("203.0.113.8"), false},
        {R"({"IpAddress":{"aws:SourceIp":"10.128.0.0/9"}})", from("10.200.1.1"), true},
        {R"({"IpAddress":{"aws:SourceIp":"10.128.0.0/9"}})", from("10.127.255.255"), false},
        {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", from("8.8.8.8"), true},
        {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", from("2001:db8::1"), false},
        {R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}})",
         from("2001:db8:1234:5678::9"), true},
        {R"({"IpAddress":{"aws:SourceIp":"2001:db8::/33"}})", from("2001:db8:8000::1"), false},
        {R"({"IpAddress":{"aws:SourceIp":"::/0"}})", from("::1"), true},
        {R"({"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}})", from("::ffff:127.0.0.1"), true},
        {R"({"IpAddress":{"aws:SourceIp":"::ffff:10.0.0.0/104"}})", from("10.9.9.9"), true},
        {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", from("203.0.113.77"), false},
        {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", from("198.51.100.1"), true},
        {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", {}, true},
        {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", {}, false},
        {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", from("not an address"), false}});
}

TEST(PolicyConditionTest, ArnsFieldByField) {
  const std::string finance = R"({"ArnLike":{"k":"arn:aws:someservice:*:111122223333:finance/*"}})";
  const std::string tricky = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
  Tell({{finance, {{"k", {"arn:aws:someservice:us-east-2:111122223333:finance/a/b:c"}}}, true},
        // AWS's own example of what ArnLike refuses and StringLike takes.
        {finance, {{"k", {tricky}}}, false},
        {R"({"StringLike":{"k":"arn:aws:someservice:*:111122223333:finance/*"}})", {{"k", {tricky}}}, true},
        {R"({"ArnEquals":{"k":"arn:aws:sns:*:1:t"}})", {{"k", {"arn:aws:sns:eu-west-1:1:t"}}}, true},
        {R"({"ArnEquals":{"k":"arn:aws:sns:eu-west-?:1:t"}})", {{"k", {"arn:aws:sns:eu-west-1:1:t"}}}, true},
        {R"({"ArnEquals":{"k":"arn:aws:SNS:*:1:t"}})", {{"k", {"arn:aws:sns:eu-west-1:1:t"}}}, false},
        {R"({"ArnNotEquals":{"k":"arn:aws:sns:*:1:t"}})", {{"k", {"arn:aws:sns:eu-west-1:1:t"}}}, false},
        {R"({"ArnNotLike":{"k":"arn:aws:sns:*:1:t"}})", {{"k", {"arn:aws:sns:eu-west-1:2:t"}}}, true},
        {R"({"ArnNotLike":{"k":"arn:aws:sns:*:1:t"}})", {}, true},
        {R"({"ArnLike":{"k":"arn:aws:sns:*:1:t"}})", {{"k", {"not:an:arn"}}}, false},
        {R"({"ArnLike":{"k":"*"}})", {{"k", {"arn:aws:sns:eu-west-1:1:t"}}}, true},
        {R"({"ArnLike":{"k":"*"}})", {{"k", {"text"}}}, false},
        {R"({"ArnLike":{"k":"arn:aws:iam::1:role/${aws:username}"}})",
         {{"k", {"arn:aws:iam::1:role/bob"}}, {"aws:username", {"bob"}}},
         true}});
}

TEST(PolicyConditionTest, AbsentKeysAndKeysWithoutValues) {
  const Keys absent;
  const Keys empty = {{"k", {}}};
  Tell({{R"({"StringEquals":{"k":"a"}})", absent, false},
        {R"({"StringEquals":{"k":"a"}})", empty, false},
        {R"({"StringNotEquals":{"k":"a"}})", absent, true},
        {R"({"StringNotEquals":{"k":"a"}})", empty, true},
        {R"({"StringNotLike":{"k":"a"}})", absent, true},
        {R"({"NumericNotEquals":{"k":1}})", absent, true},
        {R"({"DateNotEquals":{"k":1}})", absent, true},
        {R"({"StringEqualsIfExists":{"k":"a"}})", absent, true},
        {R"({"StringEqualsIfExists":{"k":"a"}})", empty, false},
        {R"({"StringNotEqualsIfExists":{"k":"a"}})", absent, true},
        {R"({"StringNotEqualsIfExists":{"k":"a"}})", {{"k", {"a"}}}, false},
        {R"({"NumericLessThanIfExists":{"k":1}})", absent, true},
        {R"({"DateLessThanIfExists":{"k":1}})", absent, true},
        {R"({"IpAddressIfExists":{"k":"10.0.0.1"}})", absent, true},
        {R"({"ArnLikeIfExists":{"k":"*"}})", absent, true},
        {R"({"BinaryEqualsIfExists":{"k":"QQ=="}})", absent, true},
        {R"({"Null":{"k":"true"}})", absent, true},
        {R"({"Null":{"k":"true"}})", empty, true},
        {R"({"Null":{"k":"true"}})", {{"k", {"a"}}}, false},
        {R"({"Null":{"k":false}})", {{"k", {"a"}}}, true},
        {R"({"Null":{"k":"false"}})", absent, false},
        {R"({"Null":{"k":["true","false"]}})", absent, true}});
}

TEST(PolicyConditionTest, SetsOfValues) {
  const Keys absent;
  const Keys empty = {{"aws:TagKeys", {}}};
  const Keys blank = {{"aws:TagKeys", {""}}};
  const auto tags = [](std::vector<std::string> keys) { return Keys{{"aws:TagKeys", std::move(keys)}}; };
  const std::string all = R"({"ForAllValues:StringEquals":{"aws:TagKeys":["env","team"]}})";
  const std::string all_not = R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":["env","team"]}})";
  const std::string any = R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["env","team"]}})";
  const std::string any_not = R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":["env","team"]}})";
  Tell({{all, tags({"env"}), true},
        {all, tags({"env", "team"}), true},
        {all, tags({"env", "cost"}), false},
        {all, absent, true},
        {all, empty, true},
        {all, blank, true},
        {all_not, tags({"cost"}), true},
        {all_not, tags({"cost", "env"}), false},
        {all_not, absent, true},
        {all_not, empty, true},
        {any, tags({"cost", "env"}), true},
        {any, tags({"cost"}), false},
        {any, absent, false},
        {any, empty, false},
        {any, blank, false},
        {any_not, tags({"cost", "env"}), true},
        {any_not, tags({"env", "team"}), false},
        {any_not, absent, false},
        {any_not, empty, false},
        {R"({"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"env"}})", absent, false},
        {R"({"ForAllValues:StringEqualsIfExists":{"aws:TagKeys":"env"}})", absent, true},
        {R"({"ForAllValues:StringLike":{"aws:TagKeys":["e*"]}})", tags({"env", "eco"}), true},
        {R"({"ForAllValues:StringLike":{"aws:TagKeys":["e*"]}})", tags({"env", "team"}), false},
        {R"({"ForAnyValue:IpAddress":{"k":"10.0.0.0/8"}})", {{"k", {"192.168.0.1", "10.1.1.1"}}}, true},
        {R"({"ForAllValues:NumericLessThan":{"k":10}})", {{"k", {"1", "11"}}}, false},
        // Without a set operator: some value for a positive comparison, none for a negated one.
        {R"({"StringEquals":{"aws:TagKeys":"env"}})", tags({"team", "env"}), true},
        {R"({"StringNotEquals":{"aws:TagKeys":"env"}})", tags({"team", "env"}), false}});
}

TEST(PolicyConditionTest, AllOperatorsAndKeysMustHold) {
  const std::string both = R"({"StringEquals":{"a":"1","b":"2"},"NumericLessThan":{"n":5}})";
  Tell({{both, {{"a", {"1"}}, {"b", {"2"}}, {"n", {"4"}}}, true},
        {both, {{"a", {"1"}}, {"b", {"3"}}, {"n", {"4"}}}, false},
        {both, {{"a", {"1"}}, {"b", {"2"}}, {"n", {"6"}}}, false},
        {both, {{"a", {"1"}}, {"n", {"4"}}}, false},
        {"{}", {}, true},
        {R"({"StringEquals":{}})", {}, true}});
}

TEST(PolicyConditionTest, Variables) {
  const Keys bob = {{"aws:username", {"bob"}}, {"k", {"bob"}}};
  Tell({{R"({"StringEquals":{"k":"${aws:username}"}})", bob, true},
        {R"({"StringEquals":{"k":"${AWS:UserName}"}})", bob, true},
        {R"({"StringEquals":{"k":"x-${aws:username}-y"}})", {{"aws:username", {"bob"}}, {"k", {"x-bob-y"}}}, true},
        {R"({"StringEquals":{"k":"${aws:username}"}})", {{"k", {"bob"}}}, false},
        {R"({"StringEquals":{"k":["${aws:username}","bob"]}})", {{"k", {"bob"}}}, true},
        {R"({"StringEquals":{"k":"${aws:username, 'bob'}"}})", {{"k", {"bob"}}}, true},
        {R"({"StringEquals":{"k":"${aws:username,'bob'}"}})", {{"k", {"bob"}}}, true},
        {R"({"StringEquals":{"k":"${aws:username, 'x'}"}})", bob, true},
        {R"({"StringEquals":{"k":"${aws:username, ''}"}})", {{"k", {""}}}, true},
        {R"({"StringEquals":{"k":"${aws:username, 'a}b'}"}})", {{"k", {"a}b"}}}, true},
        // Of a key with several values no single one can be meant.
        {R"({"StringEquals":{"k":"${t}"}})", {{"t", {"a", "b"}}, {"k", {"a"}}}, false},
        {R"({"StringEquals":{"k":"${t, 'd'}"}})", {{"t", {"a", "b"}}, {"k", {"d"}}}, true},
        {R"({"StringLike":{"k":"${aws:username}*"}})", {{"aws:username", {"bob"}}, {"k", {"bobby"}}}, true},
        {R"({"StringEqualsIgnoreCase":{"k":"${aws:username}"}})", {{"aws:username", {"BOB"}}, {"k", {"bob"}}}, true},
        {R"({"Bool":{"k":"${aws:SecureTransport}"}})", {{"aws:SecureTransport", {"true"}}, {"k", {"true"}}}, true},
        // A wildcard in a value is just a character.
        {R"({"StringLike":{"k":"${aws:username}"}})", {{"aws:username", {"*"}}, {"k", {"bob"}}}, false},
        {R"({"StringLike":{"k":"${aws:username}"}})", {{"aws:username", {"*"}}, {"k", {"*"}}}, true},
        {R"({"StringLike":{"k":"a${*}b${?}${$}*"}})", {{"k", {"a*b?$c"}}}, true},
        {R"({"StringLike":{"k":"a${*}b"}})", {{"k", {"axb"}}}, false},
        {R"({"StringEquals":{"k":"$5"}})", {{"k", {"$5"}}}, true}});
}

// AWS's text: "inverted condition operators … do match against a null value".
TEST(PolicyConditionTest, ANegatedOperatorMatchesAVariableWithoutValue) {
  const std::string other_team = R"({"StringNotEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}})";
  const Keys gone_only = {{"k", {"blue"}}};
  Tell({{other_team, {{"aws:ResourceTag/team", {"red"}}, {"aws:PrincipalTag/team", {"blue"}}}, true},
        {other_team, {{"aws:ResourceTag/team", {"red"}}, {"aws:PrincipalTag/team", {"red"}}}, false},
        {other_team, {{"aws:ResourceTag/team", {"red"}}}, true},
        {other_team, {}, true},
        {R"({"StringNotEquals":{"k":["${gone}","red"]}})", gone_only, true},
        {R"({"StringNotEquals":{"k":["${gone}","blue"]}})", gone_only, false},
        {R"({"StringNotEquals":{"k":["blue","${gone}"]}})", gone_only, false},
        {R"({"StringNotEqualsIgnoreCase":{"k":"${gone}"}})", gone_only, true},
        {R"({"StringNotLike":{"k":"b${gone}*"}})", gone_only, true},
        {R"({"StringNotEqualsIfExists":{"k":"${gone}"}})", gone_only, true},
        {R"({"ArnNotEquals":{"k":"arn:aws:iam::1:role/${gone}"}})", {{"k", {"arn:aws:iam::1:role/a"}}}, true},
        {R"({"ArnNotLike":{"k":"arn:aws:iam::${gone}:role/*"}})", {{"k", {"arn:aws:iam::1:role/a"}}}, true},
        {R"({"ForAnyValue:StringNotEquals":{"k":"${gone}"}})", gone_only, true},
        {R"({"ForAllValues:StringNotEquals":{"k":"${gone}"}})", gone_only, true},
        // A positive operator does not, whatever else is in the request.
        {R"({"StringEquals":{"k":"${gone}"}})", gone_only, false},
        {R"({"ForAllValues:StringEquals":{"k":"${gone}"}})", gone_only, false}});
}

TEST(PolicyConditionTest, ADenyHoldsForANegatedOperatorWithoutValues) {
  const Keys absent;
  const Keys empty = {{"k", {}}};
  for (const char* negated : {R"("StringNotEquals":{"k":"a"})", R"("StringNotEqualsIgnoreCase":{"k":"a"})",
                              R"("StringNotLike":{"k":"a*"})", R"("ArnNotEquals":{"k":"arn:aws:iam::1:role/a"})",
                              R"("ArnNotLike":{"k":"arn:aws:iam::1:*"})", R"("NumericNotEquals":{"k":1})",
                              R"("DateNotEquals":{"k":"2027"})", R"("NotIpAddress":{"k":"10.0.0.0/8"})"}) {
    const std::string condition = "{" + std::string(negated) + "}";
    EXPECT_TRUE(Denies(condition, absent)) << condition;
    EXPECT_TRUE(Denies(condition, empty)) << condition;
  }
  EXPECT_TRUE(Denies(R"({"StringNotEquals":{"k":"${aws:PrincipalTag/team}"}})", {{"k", {"red"}}}));
  EXPECT_TRUE(Denies(R"({"ArnNotLike":{"k":"arn:aws:iam::1:role/${gone}"}})", {{"k", {"arn:aws:iam::1:role/a"}}}));
  EXPECT_FALSE(Denies(R"({"StringEquals":{"k":"${aws:PrincipalTag/team}"}})", {{"k", {"red"}}}));
}

// AWS says of IfExists that it is true without the key, and of ForAnyValue that it is false.
TEST(PolicyConditionTest, ForAnyValueIfExistsOnAnAbsentKeyFailsClosed) {
  for (const char* name : {"ForAnyValue:StringEqualsIfExists", "ForAnyValue:StringNotLikeIfExists"}) {
    const std::string condition = fmt::format(R"({{"{}":{{"aws:TagKeys":"env"}}}})", name);
    EXPECT_FALSE(IsMet(condition, {})) << condition;
    EXPECT_TRUE(Denies(condition, {})) << condition;
  }
  const std::string env = R"({"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"env"}})";
  EXPECT_TRUE(IsMet(env, {{"aws:TagKeys", {"cost", "env"}}}));
  EXPECT_FALSE(Denies(env, {{"aws:TagKeys", {"cost"}}})) << "with the key IfExists changes nothing";
  EXPECT_FALSE(Denies(env, {{"aws:TagKeys", {}}}));
  EXPECT_FALSE(Denies(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"env"}})", {}));
  EXPECT_FALSE(Denies(R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"env"}})", {}));
}

TEST(PolicyConditionTest, TheOldVersionHasNoVariables) {
  const std::string condition = R"({"StringEquals":{"k":"${aws:username}"}})";
  const Keys bob = {{"aws:username", {"bob"}}, {"k", {"bob"}}};
  EXPECT_FALSE(IsMet(condition, bob, "2008-10-17"));
  EXPECT_TRUE(IsMet(condition, {{"k", {"${aws:username}"}}}, "2008-10-17"));
}

TEST(PolicyConditionTest, EveryOperatorIsReadWithAllItsForms) {
  const std::vector<std::string> names = {"StringEquals",
                                          "StringNotEquals",
                                          "StringEqualsIgnoreCase",
                                          "StringNotEqualsIgnoreCase",
                                          "StringLike",
                                          "StringNotLike",
                                          "NumericEquals",
                                          "NumericNotEquals",
                                          "NumericLessThan",
                                          "NumericLessThanEquals",
                                          "NumericGreaterThan",
                                          "NumericGreaterThanEquals",
                                          "DateEquals",
                                          "DateNotEquals",
                                          "DateLessThan",
                                          "DateLessThanEquals",
                                          "DateGreaterThan",
                                          "DateGreaterThanEquals",
                                          "Bool",
                                          "BinaryEquals",
                                          "IpAddress",
                                          "NotIpAddress",
                                          "ArnEquals",
                                          "ArnLike",
                                          "ArnNotEquals",
                                          "ArnNotLike"};
  for (const std::string& name : names) {
    const auto plain = ParseConditionOperator(name);
    ASSERT_TRUE(plain.has_value()) << name;
    for (const auto& [prefix, quantifier] :
         std::map<std::string, SetQuantifier>{{"", SetQuantifier::kNone},
                                              {"ForAllValues:", SetQuantifier::kForAllValues},
                                              {"ForAnyValue:", SetQuantifier::kForAnyValue}}) {
      ConditionOperator expected = *plain;
      expected.quantifier = quantifier;
      EXPECT_EQ(ParseConditionOperator(prefix + name), expected) << prefix << name;
      expected.if_exists = true;
      EXPECT_EQ(ParseConditionOperator(prefix + name + "IfExists"), expected) << prefix << name;
    }
    EXPECT_EQ(plain->negated, name.find("Not") != std::string::npos) << name;
  }
  EXPECT_TRUE(ParseConditionOperator("Null").has_value());
  for (const char* no : {"", "Nulls", "NullIfExists", "ForAnyValue:Null", "ForAllValues:ForAnyValue:Bool", "IfExists",
                         "StringEqualsIfExists ", "BoolNot"}) {
    EXPECT_FALSE(ParseConditionOperator(no).has_value()) << no;
  }
}

}  // namespace
}  // namespace elastilab
