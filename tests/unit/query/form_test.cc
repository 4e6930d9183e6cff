#include "controlplane/faces/query/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "schema/fault.h"

namespace elastilab {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs Parsed(std::string_view query, std::string_view body = "") {
  const auto form = Form::Parse(query, body);
  if (!form.ok()) return {{"fault", std::string(FaultWire(*FaultOf(form.status())))}};
  Pairs pairs;
  for (const FormParameter& parameter : form->parameters()) pairs.emplace_back(parameter.key, parameter.value);
  return pairs;
}

TEST(FormTest, DecodesKeysAndValues) {
  EXPECT_EQ(Parsed("a=1&b=x+y%20z%2Bq&%63=%c3%A9"), (Pairs{{"a", "1"}, {"b", "x y z+q"}, {"c", "é"}}));
}

TEST(FormTest, PiecesMayLackTheirParts) {
  EXPECT_EQ(Parsed(""), Pairs{});
  EXPECT_EQ(Parsed("&&"), Pairs{});
  EXPECT_EQ(Parsed("a&b=&=c&d=e=f"), (Pairs{{"", "c"}, {"a", ""}, {"b", ""}, {"d", "e=f"}}));
}

TEST(FormTest, QueryAndBodyBothCount) {
  EXPECT_EQ(Parsed("Action=DescribeEvents", "Version=2015-02-02&Action=x"),
            (Pairs{{"Action", "DescribeEvents"}, {"Action", "x"}, {"Version", "2015-02-02"}}));
}

TEST(FormTest, MembersOfAStructureAreNeighbours) {
  EXPECT_EQ(Parsed("A!=5&A.B=2&AB=6&A=1&A.B.1=3&A.C=4"),
            (Pairs{{"A", "1"}, {"A.B", "2"}, {"A.B.1", "3"}, {"A.C", "4"}, {"A!", "5"}, {"AB", "6"}}));
}

TEST(FormTest, BrokenEscapesAreRefused) {
  for (const char* broken : {"a=%", "a=%4", "a=%4&b", "a=%zz", "a=%4g", "%=1", "a=%%41"}) {
    EXPECT_EQ(Parsed(broken), (Pairs{{"fault", "MalformedQueryString"}})) << broken;
  }
  EXPECT_THAT(std::string(Form::Parse("a=%\x01z", "").status().message()), testing::StartsWith("'%?z' is no percent escape"));
}

TEST(FormTest, BytesStayAsTheyAre) {
  EXPECT_EQ(Parsed("a=%00%ff&\xFE=1"), (Pairs{{"a", std::string("\0\xFF", 2)}, {"\xFE", "1"}}));
}

TEST(FormTest, FindsTheFirst) {
  const auto form = Form::Parse("b=2&a=1&b=3&b.c=4", "");
  ASSERT_TRUE(form.ok());
  EXPECT_EQ(form->Find("a"), "1");
  EXPECT_EQ(form->Find("b"), "2");
  EXPECT_EQ(form->Find("c"), std::nullopt);
  EXPECT_TRUE(form->HasDuplicate("b"));
  EXPECT_FALSE(form->HasDuplicate("a"));
  EXPECT_FALSE(form->HasDuplicate("c"));
}

TEST(FormTest, ViewsOutliveAMove) {
  auto form = Form::Parse("a=1", "");
  const Form moved = *std::move(form);
  EXPECT_EQ(moved.Find("a"), "1");
}

std::string Repeated(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(FormTest, WhatNobodyNeedsIsRefused) {
  const Pairs refused = {{"fault", "MalformedInput"}};
  EXPECT_EQ(Parsed(Repeated("a=1&", kMaxFormParameters)).size(), kMaxFormParameters);
  EXPECT_EQ(Parsed(Repeated("a=1&", kMaxFormParameters + 1)), refused);
  EXPECT_EQ(Parsed(Repeated("a.", kMaxFormDepth - 1) + "a=1").size(), 1u);
  EXPECT_EQ(Parsed(Repeated("a.", kMaxFormDepth) + "a=1"), refused);
  EXPECT_EQ(Parsed(Repeated("a", kMaxFormKeyBytes)).size(), 1u);
  EXPECT_EQ(Parsed(Repeated("a", kMaxFormKeyBytes + 1)), refused);
}

TEST(FormTest, QuotedKeysAreShortAndPlain) {
  EXPECT_EQ(QuoteKey("A.member.1"), "A.member.1");
  EXPECT_EQ(QuoteKey("a\nb\x80"), "a?b?");
  EXPECT_EQ(QuoteKey(std::string(500, 'x')), std::string(120, 'x') + "...");
}

}  // namespace
}  // namespace elastilab
