// The client against a server that behaves as each story says, in the same io_context.
#include "dataplane/wire/resp_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <optional>

namespace elastilab {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Unix = asio::local::stream_protocol;
using Result = std::optional<StatusOr<std::vector<RespValue>>>;

class RespClientTest : public testing::Test {
 protected:
  RespClientTest() : path_("/tmp/el-resp-client-test-" + std::to_string(getpid())) {
    unlink(path_.c_str());
    acceptor_.emplace(io_, Unix::endpoint(path_));
  }
  ~RespClientTest() override { unlink(path_.c_str()); }

  RespClient::Replies Into(Result& result) {
    return [&result](StatusOr<std::vector<RespValue>> replies) { result = std::move(replies); };
  }
  void Run(const std::function<bool()>& finished) {
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    io_.restart();
    while (!finished() && std::chrono::steady_clock::now() < deadline) io_.run_one_until(deadline);
  }
  // Accepts one connection and reads `size` bytes from it.
  std::string Accept(size_t size) {
    bool ready = false;
    std::string bytes(size, '\0');
    peer_.emplace(io_);
    acceptor_->async_accept(*peer_, [&](const boost::system::error_code&) {
      asio::async_read(*peer_, asio::buffer(bytes), [&](const boost::system::error_code&, size_t) { ready = true; });
    });
    Run([&] { return ready; });
    return bytes;
  }
  void Answer(const std::string& bytes) { asio::write(*peer_, asio::buffer(bytes)); }

  asio::io_context io_;
  std::string path_;
  std::optional<Unix::acceptor> acceptor_;
  std::optional<Unix::socket> peer_;
};

const std::string kAuth = "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$6\r\nsecret\r\n";
const std::string kPing = "*1\r\n$4\r\nPING\r\n";

TEST_F(RespClientTest, LogsInAndPipelinesInOneGo) {
  RespClient client(io_, Peer::Unix(path_), {"u", Secret("secret")});
  Result first;
  Result second;
  client.Call({{"PING"}, {"PING"}}, 1s, Into(first));
  client.Call({{"PING"}}, 1s, Into(second));
  EXPECT_FALSE(first.has_value());
  EXPECT_EQ(Accept(kAuth.size() + 3 * kPing.size()), kAuth + kPing + kPing + kPing);
  Answer("+OK\r\n+1\r\n-2\r\n+3\r\n");
  Run([&] { return second.has_value(); });
  ASSERT_TRUE(first->ok());
  EXPECT_EQ((**first)[0].text, "1");
  EXPECT_TRUE((**first)[1].IsError());
  EXPECT_EQ((**second)[0].text, "3");
}

TEST_F(RespClientTest, RefusedLoginEndsAllCallsAndTheNextOneTriesAgain) {
  RespClient client(io_, Peer::Unix(path_), {"u", Secret("secret")});
  Result result;
  client.Call({{"PING"}}, 1s, Into(result));
  Accept(kAuth.size() + kPing.size());
  Answer("-WRONGPASS no\r\n-NOAUTH no\r\n");
  Run([&] { return result.has_value(); });
  EXPECT_EQ(result->status().code(), absl::StatusCode::kPermissionDenied);
  Result again;
  client.Call({{"PING"}}, 1s, Into(again));
  EXPECT_EQ(Accept(kAuth.size() + kPing.size()), kAuth + kPing);
  Answer("+OK\r\n+PONG\r\n");
  Run([&] { return again.has_value(); });
  EXPECT_TRUE(again->ok());
}

TEST_F(RespClientTest, NobodyThereIsUnavailableButNeverFromInsideTheCall) {
  RespClient client(io_, Peer::Unix(path_ + "-nobody"), {});
  Result result;
  client.Call({{"PING"}}, 1s, Into(result));
  EXPECT_FALSE(result.has_value());
  Run([&] { return result.has_value(); });
  EXPECT_EQ(result->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(RespClientTest, LateReplyIsDroppedAndTheConnectionKept) {
  RespClient client(io_, Peer::Unix(path_), {});
  Result late;
  client.Call({{"PING"}}, 10ms, Into(late));
  Accept(kPing.size());
  Run([&] { return late.has_value(); });
  EXPECT_EQ(late->status().code(), absl::StatusCode::kDeadlineExceeded);
  Result next;
  client.Call({{"PING"}}, 1s, Into(next));
  Answer("+late\r\n+next\r\n");
  Run([&] { return next.has_value(); });
  ASSERT_TRUE(next->ok());
  EXPECT_EQ((**next)[0].text, "next");
}

TEST_F(RespClientTest, LostConnectionIsAborted) {
  RespClient client(io_, Peer::Unix(path_), {});
  Result result;
  client.Call({{"PING"}}, 1s, Into(result));
  Accept(kPing.size());
  peer_.reset();
  Run([&] { return result.has_value(); });
  EXPECT_EQ(result->status().code(), absl::StatusCode::kAborted);
}

TEST_F(RespClientTest, NonsenseFromTheServerIsAborted) {
  for (const char* nonsense : {"what?\r\n", "*1\r\n*-5\r\n"}) {
    RespClient client(io_, Peer::Unix(path_), {});
    Result result;
    client.Call({{"PING"}}, 1s, Into(result));
    Accept(kPing.size());
    Answer(nonsense);
    Run([&] { return result.has_value(); });
    EXPECT_EQ(result->status().code(), absl::StatusCode::kAborted);
  }
}

TEST_F(RespClientTest, ReplyThatNobodyAskedForEndsTheConnection) {
  RespClient client(io_, Peer::Unix(path_), {});
  Result first;
  client.Call({{"PING"}}, 1s, Into(first));
  Accept(kPing.size());
  Answer("+1\r\n+2\r\n");
  Run([&] { return first.has_value(); });
  EXPECT_TRUE(first->ok());
  Result second;
  client.Call({{"PING"}}, 1s, Into(second));
  EXPECT_EQ(Accept(kPing.size()), kPing) << "on a new connection";
}

TEST_F(RespClientTest, TooManyUnansweredCallsAreRefused) {
  RespClient client(io_, Peer::Unix(path_), {});
  Result ignored;
  for (int i = 0; i < 128; ++i) client.Call({{"PING"}}, 1ms, Into(ignored));
  Result refused;
  client.Call({{"PING"}}, 1s, Into(refused));
  Run([&] { return refused.has_value(); });
  EXPECT_EQ(refused->status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(RespClientTest, DestructionDropsCallsAlsoFromInsideACallback) {
  auto client = std::make_unique<RespClient>(io_, Peer::Unix(path_), RespLogin{});
  int called = 0;
  for (int i = 0; i < 3; ++i) {
    client->Call({{"PING"}}, 1s, [&](const StatusOr<std::vector<RespValue>>&) {
      ++called;
      client.reset();
    });
  }
  Accept(3 * kPing.size());
  Answer("+1\r\n+2\r\n+3\r\n");
  Run([&] { return called > 0; });
  io_.restart();
  io_.run_for(10ms);
  EXPECT_EQ(called, 1);
}

TEST_F(RespClientTest, CallbackMayCallAgainAfterAFailure) {
  RespClient client(io_, Peer::Unix(path_ + "-nobody"), {});
  int failures = 0;
  std::function<void(const StatusOr<std::vector<RespValue>>&)> again = [&](const auto& replies) {
    EXPECT_FALSE(replies.ok());
    if (++failures < 3) client.Call({{"PING"}}, 1s, again);
  };
  client.Call({{"PING"}}, 1s, again);
  Run([&] { return failures == 3; });
  EXPECT_EQ(failures, 3);
}

}  // namespace
}  // namespace elastilab
