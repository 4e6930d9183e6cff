// What expressions find. The table of several hundred more is in jmespath_oracle_test.py.
#include "cli/jmespath/jmespath.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elastilab::jmespath {
namespace {

using Json = nlohmann::ordered_json;

const char kClusters[] = R"({
  "CacheClusters": [
    {"CacheClusterId": "pages", "Engine": "memcached", "NumCacheNodes": 3, "Created": "2024-03-01",
     "CacheNodes": [{"Id": "0001", "Port": 11211}, {"Id": "0002", "Port": 11211}], "Tags": [{"Key": "env", "Value": "dev"}]},
    {"CacheClusterId": "demo-001", "Engine": "redis", "NumCacheNodes": 1, "Created": "2024-03-02", "CacheNodes": []},
    {"CacheClusterId": "demo-002", "Engine": "redis", "NumCacheNodes": 1, "Created": "2024-03-03"}]})";

std::string Find(const std::string& expression, const std::string& document = kClusters) {
  const auto parsed = Expression::Parse(expression);
  if (!parsed.ok()) return std::string(parsed.status().message());
  const auto found = parsed->Search(Json::parse(document));
  return found.ok() ? found->dump() : std::string(found.status().message());
}

struct Story {
  const char* expression;
  const char* finds;
};

TEST(JmesPathTest, WhatScriptsAskOfClusters) {
  for (const Story& story : {
           Story{"CacheClusters[0].CacheClusterId", R"("pages")"},
           Story{"CacheClusters[].CacheClusterId", R"(["pages","demo-001","demo-002"])"},
           Story{"CacheClusters[*].CacheNodes[].Port", "[11211,11211]"},
           Story{"CacheClusters[*].CacheNodes[*].Id", R"([["0001","0002"],[]])"},
           Story{"CacheClusters[-1].Engine", R"("redis")"},
           Story{"CacheClusters[:2].Engine", R"(["memcached","redis"])"},
           Story{"CacheClusters[::-1].CacheClusterId | [0]", R"("demo-002")"},
           Story{"CacheClusters[?Engine=='redis'].CacheClusterId", R"(["demo-001","demo-002"])"},
           Story{"CacheClusters[?NumCacheNodes > `1`].Engine | [0]", R"("memcached")"},
           Story{"CacheClusters[?Created >= '2024-03-02' && !CacheNodes].Engine", R"(["redis","redis"])"},
           Story{"CacheClusters[?Tags[?Key=='env' && Value=='dev']].CacheClusterId", R"(["pages"])"},
           Story{"CacheClusters[0].{Name: CacheClusterId, Nodes: length(CacheNodes)}", R"({"Name":"pages","Nodes":2})"},
           Story{"CacheClusters[].[CacheClusterId, NumCacheNodes]", R"([["pages",3],["demo-001",1],["demo-002",1]])"},
           Story{"sort_by(CacheClusters, &NumCacheNodes)[].CacheClusterId", R"(["demo-001","demo-002","pages"])"},
           Story{"max_by(CacheClusters, &NumCacheNodes).CacheClusterId", R"("pages")"},
           Story{"sum(CacheClusters[].NumCacheNodes)", "5"},
           Story{"join(', ', sort(CacheClusters[].Engine))", R"("memcached, redis, redis")"},
           Story{"CacheClusters[?starts_with(CacheClusterId, 'demo')] | length(@)", "2"},
           Story{"CacheClusters[?Engine==`redis`] | length(@)", "2"},
           Story{"Marker || 'none'", R"("none")"},
           Story{"Marker", "null"},
       }) {
    EXPECT_EQ(Find(story.expression), story.finds) << story.expression;
  }
}

TEST(JmesPathTest, MembersKeepTheirOrder) {
  EXPECT_EQ(Find("*", R"({"z":1,"a":2})"), "[1,2]");
  EXPECT_EQ(Find("keys(@)", R"({"z":1,"a":2})"), R"(["z","a"])");
  EXPECT_EQ(Find("{z: a, a: z}", R"({"z":1,"a":2})"), R"({"z":2,"a":1})");
  EXPECT_EQ(Find("merge(@, `{\"b\":3,\"z\":9}`)", R"({"z":1,"a":2})"), R"({"z":9,"a":2,"b":3})");
  EXPECT_EQ(Find("@ == `{\"a\":2,\"z\":1}`", R"({"z":1,"a":2})"), "true") << "but it makes no difference";
}

TEST(JmesPathTest, ZeroIsTrueAndWhatIsEmptyIsFalse) {
  for (const char* value : {"0", "0.0", "1", "\"x\"", "[0]", "{\"a\":null}", "true"}) {
    EXPECT_EQ(Find("!@", value), "false") << value;
  }
  for (const char* value : {"null", "\"\"", "[]", "{}", "false"}) EXPECT_EQ(Find("!@", value), "true") << value;
}

TEST(JmesPathTest, NumbersStayWhatTheyAre) {
  EXPECT_EQ(Find("sum(@)", "[1,2]"), "3");
  EXPECT_EQ(Find("sum(@)", "[1,2.0]"), "3.0");
  EXPECT_EQ(Find("sum(@)", "[9223372036854775807,1]"), "9.223372036854776e+18");
  EXPECT_EQ(Find("avg(@)", "[1,2]"), "1.5");
  EXPECT_EQ(Find("avg(@)", "[2,2]"), "2.0");
  EXPECT_EQ(Find("ceil(@)", "1.2"), "2");
  EXPECT_EQ(Find("floor(@)", "-1.2"), "-2");
  EXPECT_EQ(Find("floor(@)", "1e300"), "1e+300") << "beyond 64 bits";
  EXPECT_EQ(Find("abs(@)", "-9223372036854775808"), "9.223372036854776e+18");
  EXPECT_EQ(Find("abs(@)", "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(Find("@ == `1.0`", "1"), "true");
  EXPECT_EQ(Find("@ == `true`", "1"), "false");
  EXPECT_EQ(Find("to_number(@)", "\"1e999\""), "null") << "no number can hold it";
}

TEST(JmesPathTest, TextIsCountedInCharacters) {
  EXPECT_EQ(Find("length(@)", "\"zoë🙂\""), "4");
  EXPECT_EQ(Find("reverse(@)", "\"zoë🙂\""), "\"🙂ëoz\"");
  EXPECT_EQ(Find("sort(@)", R"(["b","ä","🙂","Z","a"])"), R"(["Z","a","b","ä","🙂"])");
  EXPECT_EQ(Find("\"ü\"", R"({"ü":1})"), "1");
}

TEST(JmesPathTest, SlicesAtTheEdgesOfNumbers) {
  EXPECT_EQ(Find("[9223372036854775807:]", "[1,2]"), "[]");
  EXPECT_EQ(Find("[-9223372036854775808:]", "[1,2]"), "[1,2]");
  EXPECT_EQ(Find("[::9223372036854775807]", "[1,2]"), "[1]");
  EXPECT_EQ(Find("[::-9223372036854775808]", "[1,2]"), "[2]");
  EXPECT_EQ(Find("[-9223372036854775808]", "[1,2]"), "null");
}

TEST(JmesPathTest, AnExpressionServesManyDocuments) {
  const auto expression = *Expression::Parse("a[0]");
  const auto copy = expression;
  EXPECT_EQ(expression.Search(Json::parse(R"({"a":[1]})"))->dump(), "1");
  EXPECT_EQ(copy.Search(Json::parse(R"({"a":[2]})"))->dump(), "2");
  EXPECT_EQ(copy.text(), "a[0]");
}

}  // namespace
}  // namespace elastilab::jmespath
