#include "controlplane/region/endpoints/dns_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/endpoints/dns_client.h"

namespace elastilab {
namespace {

constexpr std::string_view kDomain = "cache.amazonaws.com";
constexpr const char* kName = "g.abc123.ng.0001.use1.cache.amazonaws.com";

// Knows one name, and another with three addresses.
std::vector<std::string> Resolve(std::string_view name) {
  if (name == kName) return {"127.30.0.1"};
  if (name == "many.cache.amazonaws.com") return {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
  return {};
}

std::string Ask(const Question& question, size_t rotation = 0) {
  return AnswerDns(question.Bytes(), kDomain, Resolve, rotation).value_or("");
}

TEST(AnswerDnsTest, GivesTheAddressForFiveSeconds) {
  const Question question{.name = kName};
  const std::string reply = Ask(question);
  std::string expected = Short(0x1234) + Short(0x8500) + Short(1) + Short(1) + Short(0) + Short(0);
  expected += question.Bytes().substr(12);
  expected += Short(0xC00C) + Short(1) + Short(1) + Short(0) + Short(5) + Short(4) + std::string("\x7F\x1E\0\x01", 4);
  EXPECT_EQ(reply, expected);
}

TEST(AnswerDnsTest, AnyCaseIsUnderstoodAndEchoedAsAsked) {
  const Question question{.name = "G.aBc123.NG.0001.use1.CACHE.amazonaws.com"};
  const std::string reply = Ask(question);
  EXPECT_EQ(AnswersOf(reply), 1);
  EXPECT_EQ(reply.substr(12, question.Bytes().size() - 12), question.Bytes().substr(12));
}

TEST(AnswerDnsTest, OtherTypesOfKnownNamesHaveNoData) {
  for (int type : {28, 16, 65, 5}) {
    const std::string reply = Ask({.name = kName, .type = type});
    EXPECT_EQ(CodeOf(reply), 0) << type;
    EXPECT_EQ(AnswersOf(reply), 0) << type;
  }
  EXPECT_EQ(AnswersOf(Ask({.name = kName, .type = 255})), 1);
}

TEST(AnswerDnsTest, UnknownNamesOfOursDoNotExistOthersAreRefused) {
  EXPECT_EQ(CodeOf(Ask({.name = "x.cache.amazonaws.com"})), 3);
  EXPECT_EQ(CodeOf(Ask({.name = "x.cache.amazonaws.com", .type = 28})), 3);
  EXPECT_EQ(CodeOf(Ask({.name = "cache.amazonaws.com"})), 0);
  EXPECT_EQ(CodeOf(Ask({.name = "xcache.amazonaws.com"})), 5);
  EXPECT_EQ(CodeOf(Ask({.name = "example.org"})), 5);
  EXPECT_EQ(CodeOf(Ask({.name = ""})), 5);
  EXPECT_EQ(CodeOf(Ask({.name = kName, .klass = 3})), 5);
}

TEST(AnswerDnsTest, AddressesTakeTurns) {
  const Question question{.name = "many.cache.amazonaws.com"};
  const size_t first = question.Bytes().size() + 15;  // last byte of the first address
  for (size_t i = 0; i < 6; ++i) {
    const std::string reply = Ask(question, i);
    EXPECT_EQ(AnswersOf(reply), 3);
    EXPECT_EQ(reply.at(first), static_cast<char>(i % 3 + 1));
  }
}

TEST(AnswerDnsTest, RepliesFitOnePacket) {
  const auto many = [](std::string_view) { return std::vector<std::string>(100, "127.0.0.1"); };
  const std::string label(63, 'a');
  const Question question{
      .name = label + "." + label + "." + label + "." + std::string(38, 'b') + ".cache.amazonaws.com", .edns = true};
  const auto reply = AnswerDns(question.Bytes(), kDomain, many, 0);
  ASSERT_TRUE(reply.has_value());
  EXPECT_LE(reply->size(), kMaxDnsReply);
  EXPECT_EQ(AnswersOf(*reply), static_cast<int>(kMaxDnsAnswers));
}

TEST(AnswerDnsTest, WhatIsNoAddressIsLeftOut) {
  const auto odd = [](std::string_view) { return std::vector<std::string>{"::1", "127.0.0.1", ""}; };
  EXPECT_EQ(AnswersOf(AnswerDns(Question{.name = "x.cache.amazonaws.com"}.Bytes(), kDomain, odd, 0).value_or("")), 1);
}

TEST(AnswerDnsTest, EdnsIsAnsweredInKind) {
  const std::string reply = Ask({.name = kName, .edns = true});
  EXPECT_EQ(AnswersOf(reply), 1);
  EXPECT_EQ(ShortAt(reply, 10), 1);
  EXPECT_EQ(reply.substr(reply.size() - 11), std::string("\0\0\x29\x04\xD0\0\0\0\0\0\0", 11));
  const std::string newer = Ask({.name = kName, .edns = true, .edns_version = 1});
  EXPECT_EQ(AnswersOf(newer), 0);
  EXPECT_EQ(newer.substr(newer.size() - 6, 1), "\x01");  // BADVERS
}

TEST(AnswerDnsTest, OtherOperationsAreNotImplemented) {
  EXPECT_EQ(CodeOf(Ask({.name = kName, .flags = 0x2800})), 4);
  std::string two = Question{.name = kName}.Bytes();
  two[5] = 2;
  EXPECT_EQ(CodeOf(AnswerDns(two, kDomain, Resolve, 0).value_or("")), 1);
}

TEST(AnswerDnsTest, NamesWithOddBytesAreNotMistakenForOurs) {
  // One label "g.abc123" is not two.
  std::string bytes = Short(1) + Short(0) + Short(1) + Short(0) + Short(0) + Short(0);
  bytes += std::string("\x08") + "g.abc123" + NameBytes("ng.0001.use1.cache.amazonaws.com") + Short(1) + Short(1);
  EXPECT_EQ(CodeOf(AnswerDns(bytes, kDomain, Resolve, 0).value_or("")), 3);
}

TEST(AnswerDnsTest, HostileBytesAreDropped) {
  const std::string header = Short(1) + Short(0) + Short(1) + Short(0) + Short(0) + Short(0);
  const std::string long_name = NameBytes(std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                                          std::string(63, 'c') + "." + std::string(63, 'd'));
  for (const std::string& bytes :
       {std::string(), std::string("\0", 1), header, header + "\xC0\x0C", header + "\xC0", header + "\x05" + "ab",
        header + "\x40" + std::string(70, 'a'), header + NameBytes("a.b") + Short(1),
        header + long_name + Short(1) + Short(1), Question{.name = kName, .flags = 0x8180}.Bytes()}) {
    EXPECT_FALSE(AnswerDns(bytes, kDomain, Resolve, 0).has_value());
  }
}

TEST(AnswerDnsTest, EveryPrefixAndAnyNoiseIsSurvived) {
  const std::string whole = Question{.name = kName, .edns = true}.Bytes();
  for (size_t n = 0; n < whole.size(); ++n) AnswerDns(whole.substr(0, n), kDomain, Resolve, n);
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = whole;
    for (int j = 0; j < 4; ++j) bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 20));
    const auto reply = AnswerDns(bytes, kDomain, Resolve, random());
    EXPECT_LE(reply.value_or("").size(), kMaxDnsReply);
  }
}

TEST(ParseDnsQueryTest, FindsEdnsBehindOtherRecords) {
  std::string bytes =
      Short(1) + Short(0) + Short(1) + Short(1) + Short(0) + Short(1) + NameBytes("a.b") + Short(1) + Short(1);
  bytes += Short(0xC00C) + Short(1) + Short(1) + Short(0) + Short(0) + Short(4) + "abcd";
  bytes += std::string(1, '\0') + Short(41) + Short(512) + Short(0) + Short(0) + Short(0);
  const auto query = ParseDnsQuery(bytes);
  ASSERT_TRUE(query.has_value());
  EXPECT_TRUE(query->edns);
  EXPECT_EQ(query->name, "a.b");
}

}  // namespace
}  // namespace elastilab
