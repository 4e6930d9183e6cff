#include "dataplane/wire/memcached_reply.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

TEST(MemcachedReplyTest, ReadsRepliesInPiecesOfAnySize) {
  const std::string stream = "VERSION 1.6.18\r\nSTAT pid 7\r\nSTAT version 1.6.18\r\nEND\r\nERROR\r\nEND\r\n";
  const std::vector<MemcachedReply> expected = {
      {"VERSION 1.6.18"}, {"STAT pid 7", "STAT version 1.6.18"}, {"ERROR"}, {}};
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    MemcachedReplyParser parser;
    std::vector<MemcachedReply> replies;
    for (size_t at = 0; at < stream.size(); at += piece) {
      ASSERT_TRUE(parser.Feed(std::string_view(stream).substr(at, piece), replies).ok());
    }
    ASSERT_EQ(replies, expected) << "in pieces of " << piece;
  }
}

TEST(MemcachedReplyTest, EndlessReplyIsBounded) {
  for (const char* piece : {"STAT x y\r\n", "no line end "}) {
    MemcachedReplyParser parser;
    std::vector<MemcachedReply> replies;
    Status status;
    for (int i = 0; i < 100'000 && status.ok(); ++i) status = parser.Feed(piece, replies);
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace elastilab
