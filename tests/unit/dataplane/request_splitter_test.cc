#include "dataplane/discovery/request_splitter.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

using Kind = ClientRequest::Kind;

// What comes of `input`, fed in pieces: forwarded bytes as they are, own answers as a letter in brackets.
std::string Split(const std::string& input, size_t piece) {
  RequestSplitter splitter;
  std::string out;
  for (size_t at = 0; at < input.size(); at += piece) {
    std::string_view bytes = std::string_view(input).substr(at, piece);
    ClientRequest request;
    for (auto found = splitter.Next(bytes, request); found.ok() && *found; found = splitter.Next(bytes, request)) {
      switch (request.kind) {
        case Kind::kForward:
          out += request.bytes;
          break;
        case Kind::kConfigGet:
          out += "[config]";
          break;
        case Kind::kLegacyGet:
          out += "[legacy]";
          break;
        case Kind::kUnknownConfig:
          out += "[unknown]";
          break;
        case Kind::kRefused:
          out += "[refused]";
          break;
      }
    }
    EXPECT_TRUE(bytes.empty());
  }
  return out;
}

TEST(RequestSplitterTest, TellsOwnRequestsFromOthers) {
  const std::string trap = "config get cluster\r\n";
  const std::string long_key(251, 'k');
  struct {
    const char* name;
    std::string input;
    std::string output;
  } kCases[] = {
      {"own", trap, "[config]"},
      {"without carriage return", "config get cluster\n", "[config]"},
      {"spaces", " config  get   cluster \r\n", "[config]"},
      {"legacy", "get AmazonElastiCache:cluster\r\n", "[legacy]"},
      {"legacy among other keys is a plain get", "get AmazonElastiCache:cluster k\r\n",
       "get AmazonElastiCache:cluster k\r\n"},
      {"other configuration", "config get other\r\n", "[unknown]"},
      {"config delete", "config delete cluster\r\n", "[refused]"},
      {"config set swallows its data", "config set cluster 0 20\r\n" + trap + "\r\nget k\r\n", "[refused]get k\r\n"},
      {"config alone", "config\r\n", "[refused]"},
      {"case matters", "CONFIG get cluster\r\n", "CONFIG get cluster\r\n"},
      {"empty line", "\r\n", "\r\n"},
      {"value that looks like a request", "set k 0 0 20\r\n" + trap + "\r\n" + trap,
       "set k 0 0 20\r\n" + trap + "\r\n[config]"},
      {"noreply", "add k 0 0 20 noreply\r\n" + trap + "\r\n" + trap,
       "add k 0 0 20 noreply\r\n" + trap + "\r\n[config]"},
      {"cas", "cas k 0 0 20 7\r\n" + trap + "\r\n" + trap, "cas k 0 0 20 7\r\n" + trap + "\r\n[config]"},
      {"meta set", "ms k 20 T0\r\n" + trap + "\r\n" + trap, "ms k 20 T0\r\n" + trap + "\r\n[config]"},
      {"empty value", "set k 0 0 0\r\n\r\n" + trap, "set k 0 0 0\r\n\r\n[config]"},
      {"wrong number of words has no data", "set k 0 0\r\n" + trap, "set k 0 0\r\n[config]"},
      {"no number has no data", "set k 0 0 x\r\n" + trap, "set k 0 0 x\r\n[config]"},
      {"negative length has no data", "set k 0 0 -5\r\n" + trap, "set k 0 0 -5\r\n[config]"},
      {"key too long has no data", "set " + long_key + " 0 0 5\r\n" + trap, "set " + long_key + " 0 0 5\r\n[config]"},
      {"retrieval", "get set\r\ngets a b\r\nmg k v\r\n" + trap, "get set\r\ngets a b\r\nmg k v\r\n[config]"},
      {"data block without a proper end", "set k 0 0 3\r\nabcdconfig get cluster\r\n",
       "set k 0 0 3\r\nabcdconfig get cluster\r\n"},
      {"binary protocol passes as it is", "\x80" + trap + trap, "\x80" + trap + trap},
  };
  for (const auto& c : kCases) {
    for (size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, c.input.size()}) {
      EXPECT_EQ(Split(c.input, piece), c.output) << c.name << " in pieces of " << piece;
    }
  }
}

TEST(RequestSplitterTest, SaysWhenACommandIsWhole) {
  RequestSplitter splitter;
  std::string_view bytes = "set k 0 0 4\r\nab";
  ClientRequest request;
  ASSERT_TRUE(*splitter.Next(bytes, request));
  EXPECT_FALSE(request.whole);
  ASSERT_TRUE(*splitter.Next(bytes, request));
  EXPECT_FALSE(request.whole);
  EXPECT_FALSE(*splitter.Next(bytes, request));
  bytes = "cd\r\n";
  ASSERT_TRUE(*splitter.Next(bytes, request));
  EXPECT_TRUE(request.whole);
}

TEST(RequestSplitterTest, EndlessLineIsRefused) {
  RequestSplitter splitter;
  const std::string piece(1000, 'x');
  ClientRequest request;
  StatusOr<bool> found = false;
  for (int i = 0; i < 100 && found.ok(); ++i) {
    std::string_view bytes = piece;
    found = splitter.Next(bytes, request);
  }
  EXPECT_FALSE(found.ok());
}

}  // namespace
}  // namespace elastilab
