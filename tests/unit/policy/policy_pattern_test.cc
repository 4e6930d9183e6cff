#include "controlplane/identity/policy/pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace elastilab {
namespace {

bool ResourceMatches(std::string_view pattern, std::string_view arn) {
  return Pattern::Resource(pattern, true).Matches(arn, ConditionContext(), nullptr) == Match::kYes;
}

bool Like(std::string_view pattern, std::string_view text) {
  const Pattern compiled(pattern, {.wildcards = true, .variables = false, .ignore_case = false});
  return compiled.Matches(text, ConditionContext(), nullptr) == Match::kYes;
}

TEST(PolicyPatternTest, ResourcesMatchByField) {
  struct Story {
    const char* pattern;
    const char* arn;
    bool matches;
  };
  const char* cluster = "arn:aws:elasticache:us-east-1:000000000000:cluster:prod-1";
  for (const Story& story :
       std::vector<Story>{{"*", cluster, true},
                          {"*", "*", true},
                          {"arn:aws:elasticache:us-east-1:000000000000:cluster:prod-1", cluster, true},
                          {"arn:aws:elasticache:us-east-1:000000000000:cluster:PROD-1", cluster, false},
                          {"arn:aws:elasticache:*:*:cluster:prod-*", cluster, true},
                          {"arn:aws:elasticache:*:*:cluster:test-*", cluster, false},
                          {"arn:aws:elasticache:*:*:*", cluster, true},
                          {"arn:aws:elasticache:*", cluster, true},
                          {"arn:aws:elasticache", cluster, true},
                          {"arn:aws:elasticache:us-east-1:000000000000", cluster, true},
                          {"arn:aws:elasticache:us-west-2:000000000000", cluster, false},
                          {"arn:aws:s3:*", cluster, false},
                          {"arn:*:elasticache:*:*:cluster:*", cluster, true},
                          {"arn:aws:elasticache:us-?a?t-1:*:cluster:*", cluster, true},
                          {"arn:aws:elasticache:us-east-1:00000000000?:cluster:prod-?", cluster, true},
                          {"arn:aws:elasticache:*:*:cluster:prod-?",
                           "arn:aws:elasticache:us-east-1:000000000000:cluster:prod-12", false},
                          {"arn:aws:elasticache:*:*:c*-1", cluster, true},
                          // A '*' that ends a field may go over colons, one inside a field may not.
                          {"arn:aws:elasticache:us-*:cluster:prod-1", cluster, true},
                          {"arn:aws:elasticache:us-*t-1:*:*:prod-1", cluster, true},
                          {"arn:aws:elasticache:u*0:cluster:prod-1:*", cluster, false},
                          {"arn:aws:elasticache:u*1:000000000000:cluster:prod-1", cluster, true},
                          {"arn:aws:elasticache:u*0:cluster:x", "arn:aws:elasticache:us-east-1:0:cluster:x", false},
                          {"arn:aws:elasticache:us?east-1:000000000000:*", cluster, true},
                          {"arn:aws:elasticache:us-east-1?000000000000:cluster:*", cluster, false},
                          // In the last field both go over anything.
                          {"arn:aws:s3:::bucket/*/end", "arn:aws:s3:::bucket/a:b/c/end", true},
                          {"arn:aws:elasticache:*:*:cluster?prod-1", cluster, true},
                          {"arn:aws:elasticache::000000000000:globalreplicationgroup:*",
                           "arn:aws:elasticache::000000000000:globalreplicationgroup:ldgnf-x", true},
                          {"arn:aws:elasticache:*:*:cluster:prod-1", "*", false}}) {
    EXPECT_EQ(ResourceMatches(story.pattern, story.arn), story.matches) << story.pattern << " and " << story.arn;
  }
}

TEST(PolicyPatternTest, ResourcesWithVariables) {
  ConditionContext context;
  context.Set("aws:username", "bob");
  context.Set("aws:PrincipalTag/team", "*");
  MissingKeys missing;
  const auto match = [&](std::string_view pattern, std::string_view arn) {
    return Pattern::Resource(pattern, true).Matches(arn, context, &missing);
  };
  EXPECT_EQ(match("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/bob/x"), Match::kYes);
  EXPECT_EQ(match("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/eve/x"), Match::kNo);
  EXPECT_EQ(match("arn:aws:s3:::home/${aws:PrincipalTag/team}", "arn:aws:s3:::home/red"), Match::kNo);
  EXPECT_EQ(match("arn:aws:s3:::home/${aws:PrincipalTag/team}", "arn:aws:s3:::home/*"), Match::kYes);
  EXPECT_EQ(match("arn:aws:s3:::home/${aws:PrincipalTag/cost, 'none'}", "arn:aws:s3:::home/none"), Match::kYes);
  EXPECT_EQ(missing.size(), 1u);
  const Pattern unknown = Pattern::Resource("arn:aws:s3:::home/${aws:PrincipalTag/cost}", true);
  missing.clear();
  EXPECT_EQ(unknown.Matches("arn:aws:s3:::home/x", context, &missing), Match::kUnresolved);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(*missing.front(), "aws:PrincipalTag/cost");
  EXPECT_EQ(Pattern::Resource("arn:aws:s3:::${aws:username}", false)
                .Matches("arn:aws:s3:::${aws:username}", context, nullptr),
            Match::kYes);
}

// A plain, slow matcher to compare with.
bool SlowLike(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (SlowLike(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && SlowLike(pattern.substr(1), text.substr(1));
}

// Fields of AWS ARNs as the guide words it, slowly: a '*' inside one of the first five fields stops at colons.
bool SlowResource(std::string_view pattern, std::string_view text, int field) {
  if (pattern.empty()) return text.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern[0] == '*') {
    const size_t next = pattern.find_first_not_of('*');
    const bool spans = field >= 5 || next == std::string_view::npos || pattern[next] == ':';
    for (size_t i = 0; i <= text.size(); ++i) {
      if (SlowResource(rest, text.substr(i), field)) return true;
      if (i < text.size() && text[i] == ':' && !spans) return false;
    }
    return false;
  }
  if (text.empty()) return false;
  const bool same = pattern[0] == '?' ? field >= 5 || text[0] != ':' : pattern[0] == text[0];
  return same && SlowResource(rest, text.substr(1), field + (pattern[0] == ':' ? 1 : 0));
}

TEST(PolicyPatternTest, AgreesWithAPlainMatcherOnRandomTexts) {
  std::mt19937 random(20261123);
  const auto word = [&](const char* letters, size_t count, size_t most) {
    std::string text;
    for (size_t n = random() % (most + 1); n > 0; --n) text += letters[random() % count];
    return text;
  };
  int matched = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string pattern = word("ab*?", 4, 7);
    const std::string text = word("ab", 2, 7);
    const bool like = Like(pattern, text);
    ASSERT_EQ(like, SlowLike(pattern, text)) << pattern << " and " << text;
    matched += like ? 1 : 0;
  }
  for (int i = 0; i < 50'000; ++i) {
    std::string pattern = word("ab*?", 4, 3);
    std::string text = word("ab", 2, 3);
    for (int field = 0; field < 5; ++field) {
      pattern += ":" + word("ab*?", 4, 3);
      text += ":" + word("ab", 2, 3);
    }
    text += word(":ab", 3, 3);
    const bool matches = ResourceMatches(pattern, text);
    ASSERT_EQ(matches, SlowResource(pattern, text, 0)) << pattern << " and " << text;
    matched += matches ? 1 : 0;
  }
  EXPECT_GT(matched, 5'000);
}

TEST(PolicyPatternTest, CharactersOfSeveralBytes) {
  EXPECT_TRUE(Like("?", "é"));
  EXPECT_TRUE(Like("??", "日本"));
  EXPECT_FALSE(Like("??", "é"));
  EXPECT_TRUE(Like("*?", "aé"));
  EXPECT_TRUE(Like("*é*", "caféteria"));
  EXPECT_FALSE(Like("?", "\xA9"));  // half a character
}

TEST(PolicyPatternTest, HostilePatternsTakeBoundedTime) {
  std::string stars;
  for (int i = 0; i < 1'500; ++i) stars += "*a";
  const std::string text(20'000, 'a');
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(Like(stars + "b", text));
  EXPECT_FALSE(ResourceMatches("arn:aws:elasticache:a" + stars + "b:*",
                               "arn:aws:elasticache:" + text.substr(0, 2'000) + ":1:x"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3));
}

TEST(PolicyPatternTest, HostileVariablesTakeBoundedMemory) {
  ConditionContext context;
  context.Set("v", std::string(1'000'000, 'x'));
  std::string pattern;
  for (int i = 0; i < 2'000; ++i) pattern += "${v}";
  const Pattern compiled(pattern, {.wildcards = true, .variables = true, .ignore_case = false});
  EXPECT_EQ(compiled.Matches("xxx", context, nullptr), Match::kNo);
}

TEST(PolicyPatternTest, SplitsArnsAtTheFirstFiveColons) {
  EXPECT_EQ(SplitArn("arn:aws:sns:eu:1:a:b", false).back(), "a:b");
  EXPECT_EQ(SplitArn("arn:aws:sns", false).size(), 3u);
  EXPECT_EQ(SplitArn("", false).size(), 1u);
  const auto fields = SplitArn("a:${b:c, 'd}:e'}:f", true);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[1], "${b:c, 'd}:e'}");
}

}  // namespace
}  // namespace elastilab
