#include "controlplane/identity/signature/sigv4_canonical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controlplane/identity/signature/sigv4_time.h"
#include "schema/fault.h"
#include "tests/unit/iam/sigv4_request.h"

namespace elastilab {
namespace {

std::string Path(std::string_view path) {
  std::string out;
  AppendCanonicalPath(path, &out);
  return out;
}

std::string Query(std::string_view query) {
  const auto parameters = DecodeQuery(query);
  if (!parameters.ok()) return std::string(FaultWire(*FaultOf(parameters.status())));
  std::string out;
  AppendCanonicalQuery(*parameters, &out);
  return out;
}

std::string Trimmed(std::string_view value) {
  std::string out;
  AppendTrimmed(value, &out);
  return out;
}

TEST(SigV4CanonicalTest, PathsAreNormalisedThenEncodedOnceMore) {
  for (const auto& [path, canonical] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"", "/"},
           {"/", "/"},
           {"//", "/"},
           {"/./", "/"},
           {"/../..", "/"},
           {"/a/../", "/"},
           {"/a//b/./c/../d/", "/a/b/d/"},
           {"/a/..b/...", "/a/..b/..."},
           {"/a%20b", "/a%2520b"},
           {"/a b", "/a%20b"},
           {"/-._~!$&'()*+,;=:@", "/-._~%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40"},
           {"/\xc3\xa9", "/%C3%A9"},
           {"/%2F%2e%2E", "/%252F%252e%252E"},
       }) {
    EXPECT_EQ(Path(path), canonical) << path;
  }
}

TEST(SigV4CanonicalTest, QueriesAreDecodedEncodedOneWayAndSorted) {
  for (const auto& [query, canonical] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"", ""},
           {"b=2&a=1", "a=1&b=2"},
           {"a=2&a=1&a", "a=&a=1&a=2"},
           {"a+b=c+d", "a%20b=c%20d"},
           {"a=%2b%2B+", "a=%2B%2B%20"},
           {"a=%7E%41~", "a=~A~"},
           {"a=b=c", "a=b%3Dc"},
           {"A=1&a=1&_=1&-=1", "-=1&A=1&_=1&a=1"},
           // Sorted as encoded text: '%' before letters.
           {"%C3%A9=1&a=1", "%C3%A9=1&a=1"},
           // The name alone decides before the value: "a-" after "a", although '=' comes after '-'.
           {"a-=1&a=2", "a=2&a-=1"},
           {"&", "=&="},
           {"a=\xff", "a=%FF"},
           {"x=1&X-Amz-Signature=abc&a=1", "a=1&x=1"},
           {"a=%", "MalformedQueryString"},
           {"a=%1", "MalformedQueryString"},
           {"a=%g1", "MalformedQueryString"},
           {"%1=1", "MalformedQueryString"},
       }) {
    EXPECT_EQ(Query(query), canonical) << query;
  }
}

TEST(SigV4CanonicalTest, BlanksAreTrimmedAndSqueezed) {
  EXPECT_EQ(Trimmed("  a \t  b\r\n c  "), "a b c");
  EXPECT_EQ(Trimmed("\"a  b\""), "\"a b\"");
  EXPECT_EQ(Trimmed(" \t "), "");
  EXPECT_EQ(Trimmed(""), "");
}

TEST(SigV4CanonicalTest, TargetsInAllForms) {
  const auto split = [](std::string_view target) {
    const TargetParts parts = SplitTarget(target);
    return std::pair(std::string(parts.path), std::string(parts.query));
  };
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(split("/a?b?c"), Pair("/a", "b?c"));
  EXPECT_EQ(split("/?"), Pair("/", ""));
  EXPECT_EQ(split("http://lab:4566/a?b"), Pair("/a", "b"));
  EXPECT_EQ(split("HTTPS://lab?b"), Pair("", "b"));
  EXPECT_EQ(split("http://lab"), Pair("", ""));
  EXPECT_EQ(split("*"), Pair("*", ""));
  EXPECT_EQ(split(""), Pair("", ""));
}

TEST(SigV4CanonicalTest, WholeRequest) {
  TestRequest request{.method = "POST", .target = "/x/../?b=1&a=2", .headers = {{"HOST", "lab"}}};
  request.With("Z", "9").With("My-Header", " 1 ").With("a", "0").With("my-header", "2  3");
  EXPECT_EQ(*CanonicalRequest(request.View(), {"host", "my-header", "z"}, "<hash>"),
            "POST\n/\na=2&b=1\nhost:lab\nmy-header:1,2 3\nz:9\n\nhost;my-header;z\n<hash>");
}

TEST(SigV4TimeTest, BasicFormat) {
  EXPECT_EQ(ParseSigningTime("20150830T123600Z"), kNow);
  EXPECT_EQ(FormatSigningTime(kNow), "20150830T123600Z");
  EXPECT_EQ(FormatSigningTime(*ParseSigningTime("20000229T235959Z")), "20000229T235959Z");
  for (const std::string_view bad :
       {"", "20150830", "20150830T123600", "20150830t123600Z", "2015083xT123600Z", "20150230T123600Z",
        "20151330T123600Z", "20150830T243600Z", "20150830T126000Z", "20150830T123660Z", "20150830T123600Z ",
        "+0150830T123600Z", "2015-08-30T12:36:00Z"}) {
    EXPECT_EQ(ParseSigningTime(bad), std::nullopt) << bad;
  }
}

TEST(SigV4TimeTest, DateHeaders) {
  for (const std::string_view good :
       {"Sun, 30 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 -0000", "30 aug 2015 12:36:00 UTC",
        "Sun,  30 Aug 2015  14:06:00 +0130 ", "Sun, 30 Aug 2015 11:36:00 -0100", "20150830T123600Z"}) {
    EXPECT_EQ(ParseDateHeader(good), kNow) << good;
  }
  for (const std::string_view bad :
       {"", "Sun,", "Sun, 30 Aug 2015", "Sun, 30 Aug 2015 12:36:00", "Sun, 30 Aug 15 12:36:00 GMT",
        "Sun, 31 Sep 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36 GMT", "Sun, 30 Aug 2015 12:36:00 CET",
        "Sun, 30 Aug 2015 12:36:00 GMT x", "Sun, 30 Foo 2015 12:36:00 GMT", "Sun, -1 Aug 2015 12:36:00 GMT",
        "Sun, 30 Aug 2015 12:36:00 +2500", "Sun, 30 Aug 2015 12-36-00 GMT"}) {
    EXPECT_EQ(ParseDateHeader(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace elastilab
