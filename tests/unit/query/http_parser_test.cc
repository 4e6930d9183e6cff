#include "controlplane/faces/query/http_parser.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace elastilab {
namespace {

using Progress = HttpParser::Progress;

constexpr HttpLimits kLimits{.head_bytes = 512, .headers = 10, .body_bytes = 1000};

struct Seen {
  Progress progress = Progress::kNeedsMore;
  HttpRefusal refusal;
  std::string method, target, body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool keep_alive = false;
  std::string rest;  // behind the request
};

// Feeds the bytes `piece` at a time, as a connection does.
Seen Read(std::string_view bytes, size_t piece = std::string::npos, HttpLimits limits = kLimits) {
  HttpParser parser(limits);
  std::string waiting;
  while (parser.progress() == Progress::kNeedsMore && !bytes.empty()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    waiting.erase(0, parser.Consume(waiting));
  }
  Seen seen{parser.progress(), parser.refusal(), "", "", "", {}, false, waiting + std::string(bytes)};
  if (seen.progress != Progress::kDone) return seen;
  const HttpRequestView request = parser.request();
  seen.method = request.method;
  seen.target = request.target;
  seen.body = request.body;
  for (const auto& header : request.headers) seen.headers.emplace_back(header.name, header.value);
  seen.keep_alive = parser.keep_alive();
  return seen;
}

int Refused(std::string_view bytes) {
  const Seen seen = Read(bytes);
  return seen.progress == Progress::kRefused ? seen.refusal.status : 0;
}

constexpr char kPost[] = "POST /?a=%20b HTTP/1.1\r\nHost: x\r\nX-List: 1\r\nx-list:  2 \r\nContent-Length: 5\r\n\r\nA=b&cGET / HT";

TEST(HttpParserTest, RequestsComeWholeAndInPieces) {
  for (size_t piece : {1u, 2u, 3u, 7u, 1000u}) {
    const Seen seen = Read(kPost, piece);
    ASSERT_EQ(seen.progress, Progress::kDone) << piece;
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.target, "/?a=%20b");
    EXPECT_EQ(seen.body, "A=b&c");
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"Host", "x"}, {"X-List", "1"}, {"x-list", "2"}, {"Content-Length", "5"}};
    EXPECT_EQ(seen.headers, headers);
    EXPECT_TRUE(seen.keep_alive);
    EXPECT_EQ(seen.rest, "GET / HT") << piece;
  }
}

TEST(HttpParserTest, ChunkedBodies) {
  for (size_t piece : {1u, 4u, 1000u}) {
    const Seen seen = Read(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;name=v\r\nA=b&c\r\n3\r\n=d&\r\n0\r\nTrailer: ignored\r\n\r\nnext",
        piece);
    ASSERT_EQ(seen.progress, Progress::kDone) << piece;
    EXPECT_EQ(seen.body, "A=b&c=d&");
    EXPECT_EQ(seen.headers.size(), 2u);
    EXPECT_EQ(seen.rest, "next");
  }
}

TEST(HttpParserTest, ABodyOfNoChunksComesInPieces) {
  for (size_t piece : {1u, 2u, 3u, 4u, 1000u}) {
    const Seen seen = Read("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET", piece);
    ASSERT_EQ(seen.progress, Progress::kDone) << piece;
    EXPECT_EQ(seen.body, "");
    EXPECT_EQ(seen.rest, "GET");
  }
}

TEST(HttpParserTest, WhoKeepsTheConnection) {
  EXPECT_TRUE(Read("GET / HTTP/1.1\r\nHost: x\r\n\r\n").keep_alive);
  EXPECT_FALSE(Read("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(Read("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(Read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(HttpParserTest, ContinueIsAskedForBeforeTheBody) {
  HttpParser parser(kLimits);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n";
  EXPECT_EQ(parser.Consume(head), head.size());
  EXPECT_TRUE(parser.head_done());
  EXPECT_TRUE(parser.wants_continue());
  EXPECT_EQ(parser.progress(), Progress::kNeedsMore);
  EXPECT_EQ(parser.body_bytes(), 0u);
  EXPECT_EQ(parser.Consume("a=b"), 3u);
  EXPECT_EQ(parser.progress(), Progress::kDone);
}

TEST(HttpParserTest, OneParserReadsManyRequests) {
  HttpParser parser(kLimits);
  std::string bytes;
  for (int i = 0; i < 3; ++i) bytes += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n" + std::to_string(i);
  for (int i = 0; i < 3; ++i) {
    bytes.erase(0, parser.Consume(bytes));
    ASSERT_EQ(parser.progress(), Progress::kDone);
    EXPECT_EQ(parser.request().target, "/" + std::to_string(i));
    EXPECT_EQ(parser.request().body, std::to_string(i));
    parser.Reset();
    EXPECT_FALSE(parser.started());
  }
}

TEST(HttpParserTest, NoHttpAtAll) {
  EXPECT_EQ(Refused("hello\r\n\r\n"), 400);
  EXPECT_EQ(Refused(std::string_view("\0\0\0\0", 4)), 400);
  EXPECT_EQ(Refused("\x16\x03\x01\x02\x00\x01\x00\x01"), 400);  // TLS
  EXPECT_EQ(Refused("GET / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(Refused("GET / HTTP/1.1\nHost: x\n\n"), 505);  // bare newlines: the version does not end
  EXPECT_EQ(Refused("GET  / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(Refused("GET /a b HTTP/1.1\r\n\r\n"), 505);
  EXPECT_EQ(Refused(std::string_view("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 29)), 400);
}

TEST(HttpParserTest, HeadersThatAreNone) {
  for (std::string_view line : {std::string_view("no colon"), std::string_view(" folded: 1"), std::string_view("a b: 1"),
                                std::string_view("a: \0", 4), std::string_view("a: \x01"), std::string_view("a : 1"), std::string_view(": 1")}) {
    EXPECT_EQ(Refused("GET / HTTP/1.1\r\n" + std::string(line) + "\r\nHost: x\r\n\r\n"), 400) << line;
  }
}

TEST(HttpParserTest, NobodyMayDisagreeWhereARequestEnds) {
  const auto post = [](std::string_view lines) { return Refused("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(lines) + "\r\n\r\n"); };
  EXPECT_EQ(post("Accept: */*"), 411);
  EXPECT_EQ(post("Content-Length: 1\r\nContent-Length: 2"), 400);
  EXPECT_EQ(post("Content-Length: -1"), 400);
  EXPECT_EQ(post("Content-Length: 1x"), 400);
  EXPECT_EQ(post("Content-Length: 99999999999999999999999"), 400);
  EXPECT_EQ(post("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400);
  EXPECT_EQ(post("Transfer-Encoding: gzip"), 501);
  EXPECT_EQ(post("Transfer-Encoding: gzip, chunked"), 501);
  EXPECT_EQ(post("Transfer-Encoding: identity\r\nContent-Length: 0"), 501);
  EXPECT_EQ(post("Expect: something\r\nContent-Length: 1"), 417);
  EXPECT_EQ(Refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\n\r\n"), 400);                          // no Host
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);  // two
}

TEST(HttpParserTest, BadChunks) {
  const auto chunks = [](std::string_view text) {
    return Refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(text));
  };
  EXPECT_EQ(chunks("zz\r\n"), 400);
  EXPECT_EQ(chunks("\r\n"), 400);
  EXPECT_EQ(chunks("-1\r\n"), 400);
  EXPECT_EQ(chunks("1\r\nab\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(chunks("11111111111111111\r\n"), 400);
  EXPECT_EQ(chunks("3e9\r\n"), 413);
  EXPECT_EQ(chunks("fffffffffffffff0\r\n"), 413);
  EXPECT_EQ(chunks("1;" + std::string(600, 'x')), 413);
}

TEST(HttpParserTest, Limits) {
  EXPECT_EQ(Refused("GET /" + std::string(600, 'x')), 431);
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\nA: " + std::string(600, 'x')), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 10; ++i) many += "A: 1\r\n";
  EXPECT_EQ(Refused(many + "\r\n"), 431);
  EXPECT_EQ(Refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(Read("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')).body.size(), 1000u);
}

// Beast's own limit is for what waits in the buffer: a head that comes line by line never waits.
TEST(HttpParserTest, HeadsAreBoundedHoweverTheyCome) {
  for (size_t piece = 1; piece < 60; ++piece) {
    HttpParser parser({.head_bytes = 4096, .headers = 1'000'000, .body_bytes = 10});
    std::string endless = "GET / HTTP/1.1\r\n";
    while (endless.size() < 50'000) endless += "Some-Header: some value\r\n";
    std::string waiting;
    size_t sent = 0;
    for (; parser.progress() == Progress::kNeedsMore && sent < endless.size(); sent += piece) {
      waiting += endless.substr(sent, piece);
      waiting.erase(0, parser.Consume(waiting));
    }
    EXPECT_EQ(parser.refusal().status, 431) << piece;
    EXPECT_LT(sent, 10'000u) << piece;
  }
}

TEST(HttpParserTest, ChunkFramingIsBounded) {
  HttpParser parser({.head_bytes = 1024, .headers = 10, .body_bytes = 10'000});
  parser.Consume("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  size_t sent = 0;
  const std::string chunk = "1;" + std::string(200, 'x') + "\r\nA\r\n";
  std::string waiting;
  for (; parser.progress() == Progress::kNeedsMore && sent < 1'000'000; sent += chunk.size()) {
    waiting += chunk;
    waiting.erase(0, parser.Consume(waiting));
  }
  EXPECT_EQ(parser.refusal().status, 413);
  EXPECT_LT(sent, 25'000u);
}

}  // namespace
}  // namespace elastilab
