#include "dataplane/wire/resp.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using Kind = RespValue::Kind;

RespValue Text(Kind kind, std::string text) {
  RespValue value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}
RespValue Integer(int64_t number) {
  RespValue value;
  value.kind = Kind::kInteger;
  value.integer = number;
  return value;
}
RespValue Array(std::vector<RespValue> items) {
  RespValue value;
  value.kind = Kind::kArray;
  value.items = std::move(items);
  return value;
}

TEST(RespTest, EncodesCommandsWithBinaryWords) {
  EXPECT_EQ(EncodeRespCommand({"SET", "k", std::string("a\r\n\0", 4)}),
            std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\n\0\r\n", 30));
}

TEST(RespTest, ReadsEveryKindInPiecesOfAnySize) {
  const std::string stream =
      "+OK\r\n-ERR "
      "no\r\n:-42\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*2\r\n+x\r\n$1\r\ny\r\n$-1\r\n";
  const std::vector<RespValue> expected = {
      Text(Kind::kSimple, "OK"),
      Text(Kind::kError, "ERR no"),
      Integer(-42),
      Text(Kind::kBulk, "a\r\nbc"),
      Text(Kind::kBulk, ""),
      RespValue{},
      RespValue{},
      Array({}),
      Array({Integer(1), Array({Text(Kind::kSimple, "x"), Text(Kind::kBulk, "y")}), RespValue{}})};
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    RespParser parser;
    std::vector<RespValue> replies;
    for (size_t at = 0; at < stream.size(); at += piece) {
      ASSERT_TRUE(parser.Feed(std::string_view(stream).substr(at, piece), replies).ok());
    }
    ASSERT_EQ(replies, expected) << "in pieces of " << piece;
  }
}

TEST(RespTest, HostileInputIsAClearAndFinalError) {
  struct {
    const char* input;
    const char* message;
  } kCases[] = {
      {"?what\r\n", "unknown type byte 0x3f"},
      {"\r\n", "an empty line"},
      {"+OK\n", "without \\r"},
      {":12x\r\n", "a number was expected"},
      {":\r\n", "a number was expected"},
      {"$-2\r\n", "a negative length"},
      {"*-7\r\n", "a negative length"},
      {"$99999999999999999999\r\n", "a number was expected"},
      {"$2000\r\n", "larger than 1000 bytes"},
      {"*9223372036854775807\r\n", "larger than 1000 bytes"},
      {"*900\r\n", "larger than 1000 bytes"},
      {"$2\r\nabcd\r\n", "longer than announced"},
      {"*1\r\n*1\r\n*1\r\n*1\r\n", "nested deeper than 3"},
  };
  for (const auto& c : kCases) {
    RespParser parser({.reply_bytes = 1000, .depth = 3});
    std::vector<RespValue> replies;
    const Status status = parser.Feed(c.input, replies);
    ASSERT_FALSE(status.ok()) << c.input;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(c.message)) << c.input;
    EXPECT_TRUE(replies.empty());
    EXPECT_EQ(parser.Feed("+OK\r\n", replies), status) << "the first error is final";
  }
}

TEST(RespTest, LineWithoutEndIsBounded) {
  RespParser parser({.reply_bytes = 1000, .depth = 3});
  std::vector<RespValue> replies;
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) status = parser.Feed(std::string(100, '+'), replies);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

TEST(RespTest, LimitIsPerReply) {
  RespParser parser({.reply_bytes = 1000, .depth = 3});
  std::vector<RespValue> replies;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(parser.Feed(fmt::format("${}\r\n{}\r\n", 500, std::string(500, 'x')), replies).ok());
  }
  EXPECT_EQ(replies.size(), 50u);
}

}  // namespace
}  // namespace elastilab
