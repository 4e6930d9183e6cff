// What is wrong with an expression, and where; and what is too much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/jmespath/jmespath.h"

namespace elastilab::jmespath {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::ordered_json;

Status Fails(const std::string& expression, const Json& document = Json::object()) {
  const auto parsed = Expression::Parse(expression);
  if (!parsed.ok()) return parsed.status();
  return parsed->Search(document, 100'000).status();
}

std::string Says(const std::string& expression, const Json& document = Json::object()) {
  const Status status = Fails(expression, document);
  return ErrorKind(status) + ": " + std::string(status.message());
}

std::string Times(size_t count, const std::string& text) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(JmesPathErrorTest, ACaretShowsThePlace) {
  EXPECT_EQ(Says("Clusters[?Engine=='redis'"),
            "syntax: Clusters[?Engine=='redis'\n"
            "                         ^ expected ']', but the expression ends here");
  EXPECT_EQ(Says("a.b c"), "syntax: a.b c\n    ^ expected the end or an operator, not 'c'");
  EXPECT_EQ(Says("a[?b = 'c']"), "syntax: a[?b = 'c']\n     ^ '=' means nothing here; equality is '=='");
  EXPECT_EQ(Says("'zoë' +"), "syntax: 'zoë' +\n      ^ unexpected character '+'") << "columns are characters";
  EXPECT_EQ(Says("a ?ü"), "syntax: a ?ü\n  ^ unexpected character '?'");
  EXPECT_EQ(Says(""), "syntax: \n^ the expression is empty");
  EXPECT_THAT(Says("a[?b == 1]"), HasSubstr("numbers stand between backticks: `1`"));
  EXPECT_THAT(Says("cache-cluster"), HasSubstr("quote names that contain it"));
}

TEST(JmesPathErrorTest, OnlyTheLineAndItsSurroundingsAreShown) {
  EXPECT_EQ(Says("{a: b,\n c: d e}"), "syntax:  c: d e}\n      ^ expected ',' or '}', not 'e'");
  EXPECT_EQ(Says("a\t%"), "syntax: a %\n  ^ unexpected character '%'") << "a tab would move the caret";
  EXPECT_EQ(Says("'\x1b[31m' %"), "syntax: ' [31m' %\n        ^ unexpected character '%'") << "or do worse";
  const Status status = Fails(Times(500, "long.") + "%" + Times(500, ".long"));
  EXPECT_THAT(std::string(status.message()), StartsWith("…long."));
  EXPECT_LT(status.message().size(), 300u);
}

TEST(JmesPathErrorTest, FunctionsAreCheckedBeforeAnythingIsSearched) {
  EXPECT_THAT(Says("nothing[].lenght(@)"), StartsWith("unknown-function: nothing[].lenght(@)\n          ^ there is no "
                                                      "function lenght(); there are abs, avg, "));
  EXPECT_EQ(Says("nothing[].length()"),
            "invalid-arity: nothing[].length()\n          ^ length() takes 1 argument, not 0");
  EXPECT_THAT(Says("not_null()"), HasSubstr("not_null() takes at least 1 argument, not 0"));
  EXPECT_EQ(Says("sort_by(a, Name)"),
            "invalid-type: sort_by(a, Name)\n           ^ sort_by() takes here: expression reference, such as &Name; "
            "this is: a value (references begin with '&')");
  EXPECT_THAT(Says("length(&a)"), StartsWith("invalid-type: "));
  EXPECT_THAT(Says("nothing[::0]"), StartsWith("invalid-value: nothing[::0]\n          ^ a step of 0"));
}

TEST(JmesPathErrorTest, ValuesOfTheWrongType) {
  EXPECT_EQ(Says("length(a)", {{"a", 1}}),
            "invalid-type: length(a)\n       ^ length() takes here: string or array or object; this is: number");
  EXPECT_THAT(Says("sum(a)", {{"a", {1, "x"}}}),
              HasSubstr("takes here: array of numbers; this is: array of other elements"));
  EXPECT_THAT(Says("sort_by(a, &b)", {{"a", {{{"b", 1}}, {{"b", "x"}}}}}),
              HasSubstr("a reference that finds a number in every element; this is: string"));
  EXPECT_THAT(Says("max_by(a, &b)", {{"a", {{{"b", nullptr}}}}}), HasSubstr("number or string in every element"));
}

TEST(JmesPathErrorTest, NestingIsBounded) {
  for (const char* opening :
       {"(", "[", "{a:", "!", "a[?", "length(", "*.[", "a.{b:", "[*][?", "not_null(a,", "map(&"}) {
    EXPECT_EQ(ErrorKind(Fails(Times(5'000, opening) + "a")), "limit") << opening;
  }
  for (const char* more : {"[]", "[*]", ".*", "[:]", "[?a]", " == a"}) {
    EXPECT_EQ(ErrorKind(Fails("a" + Times(5'000, more))), "limit") << more;
  }
  EXPECT_EQ(ErrorKind(Fails("`" + Times(5'000, "[") + Times(5'000, "]") + "`")), "limit");
  for (const char* more : {".a", "[0]", " | a", " || a", " && a"}) {
    EXPECT_TRUE(Fails("a" + Times(5'000, more)).ok()) << "long, not deep: " << more;
  }
}

TEST(JmesPathErrorTest, SizeAndWorkAreBounded) {
  EXPECT_EQ(ErrorKind(Fails("'" + Times(70'000, "x") + "'")), "limit");
  EXPECT_EQ(ErrorKind(Fails("[@,@]" + Times(60, "|[@,@]"))), "limit") << "doubles at every stage";
  EXPECT_EQ(ErrorKind(Fails("'x'" + Times(60, "|join('',[@,@])"))), "limit");
  EXPECT_EQ(ErrorKind(Fails("[@,@]|{a:@,b:@}" + Times(60, "|{a:@,b:@}"))), "limit");
  Json list = Json::array();
  for (int i = 0; i < 5'000; ++i) list.push_back(Json::array({i}));
  EXPECT_EQ(ErrorKind(Fails("map(&[1], [@, @])|[0] || @[*].[@]", list)), "");
  EXPECT_EQ(ErrorKind(Fails("{l: @, m: @}.map(&length(l), l)", list)), "invalid-type");
  EXPECT_EQ(ErrorKind(Fails("@[*].[`" + list.dump() + "`]", list)), "limit") << "a large value for each element";
}

TEST(JmesPathErrorTest, InvalidUtf8IsRefused) {
  EXPECT_THAT(Says("'\xff'"), StartsWith("syntax: "));
  EXPECT_EQ(ErrorKind(Fails("\"\xed\xa0\x80\"")), "syntax");
  EXPECT_EQ(ErrorKind(absl::NotFoundError("of other origin")), "");
}

}  // namespace
}  // namespace elastilab::jmespath
