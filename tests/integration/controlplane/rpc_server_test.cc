// The gRPC face as its callers meet it: it outlives a lack of descriptors, bounds what it is made to hold, and survives
// handlers that throw.
#include "controlplane/faces/rpc/rpc_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// A connection without a word of HTTP/2.
class RawClient {
 public:
  RawClient() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~RawClient() {
    if (fd_ >= 0) close(fd_);
  }
  bool Connect(const std::string& path) const {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    return connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0;
  }
  // The server has hung up; waits for it for as long.
  bool IsClosed(milliseconds patience) const {
    const timeval limit{patience.count() / 1000, patience.count() % 1000 * 1000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    char bytes[256];
    ssize_t got = 0;
    do {
      got = recv(fd_, bytes, sizeof(bytes), 0);  // settings of HTTP/2 may come first
    } while (got > 0);
    return got == 0 || errno == ECONNRESET;
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

template <typename Fact>
bool Eventually(Fact fact, milliseconds patience = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!fact()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

class RpcServerTest : public testing::Test {
 protected:
  RpcServerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "elastilab-rpc-XXXXXX").string();
    dir_ = mkdtemp(name.data());
    options_.control_socket = dir_ + "/control.sock";
    getrlimit(RLIMIT_NOFILE, &limit_);
  }
  ~RpcServerTest() override {
    setrlimit(RLIMIT_NOFILE, &limit_);
    AnswerAll();
    if (server_) server_->Stop();
    std::filesystem::remove_all(dir_);
  }

  // Serves the lab's own API with one handler for all of it.
  void Serve(RpcHandler handler) {
    const auto* file = admin::v1::GetLabRequest::descriptor()->file();
    auto started = RpcServer::Start(options_, {{file->service(0), std::move(handler)}}, nullptr);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    server_->SetServing(true);
  }
  // Answers by itself.
  void ServeQuickly() {
    Serve([](const RpcCall&, const RpcDone& done) { done(absl::OkStatus()); });
  }
  // Leaves calls open until AnswerAll.
  void ServeSlowly() {
    Serve([this](const RpcCall&, const RpcDone& done) {
      std::lock_guard lock(mu_);
      open_.push_back(done);
    });
  }
  size_t OpenCalls() {
    std::lock_guard lock(mu_);
    return open_.size();
  }
  void AnswerAll() {
    std::deque<RpcDone> open;
    {
      std::lock_guard lock(mu_);
      open.swap(open_);
    }
    for (RpcDone& done : open) done(absl::OkStatus());
  }

  // A channel of its own, with a connection of its own.
  std::shared_ptr<grpc::Channel> Channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("unix:" + options_.control_socket, grpc::InsecureChannelCredentials(), arguments);
  }
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel, size_t payload = 0) {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const std::string bytes = payload == 0 ? "" : std::string("\x0a") + std::string(payload, 'x');
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1), response;
    std::promise<grpc::Status> answered;
    stub.UnaryCall(&context, "/elastilab.admin.v1.Admin/Shutdown", {}, &request, &response,
                   [&](grpc::Status status) { answered.set_value(std::move(status)); });
    return answered.get_future().get();
  }

  std::string dir_;
  rlimit limit_{};
  RpcServerOptions options_;
  std::mutex mu_;
  std::deque<RpcDone> open_;
  std::unique_ptr<RpcServer> server_;
};

// gRPC's own listener would be deaf from here on.
TEST_F(RpcServerTest, HearsAgainWhenThereAreDescriptorsAgain) {
  ServeQuickly();
  ASSERT_TRUE(Call(Channel()).ok());
  EXPECT_TRUE(server_->Accepting().ok()) << server_->Accepting();
  {
    std::vector<RawClient> crowd(50);
    rlimit few = limit_;
    few.rlim_cur = static_cast<rlim_t>(crowd.back().fd()) + 1;
    // Fills the holes below.
    std::vector<int> holes;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) holes.push_back(fd);
    for (const RawClient& client : crowd) EXPECT_TRUE(client.Connect(options_.control_socket));
    EXPECT_TRUE(Eventually([&] { return !server_->Accepting().ok(); }));
    EXPECT_THAT(std::string(server_->Accepting().message()), HasSubstr("the control socket: newcomers wait: Too many open files"));
    for (int fd : holes) close(fd);
  }
  EXPECT_TRUE(Eventually([&] { return server_->Accepting().ok(); })) << server_->Accepting();
  setrlimit(RLIMIT_NOFILE, &limit_);
  EXPECT_TRUE(Call(Channel()).ok());
}

TEST_F(RpcServerTest, TurnsNewcomersAwayWhenItIsFullAndSaysSo) {
  options_.max_connections = 4;
  ServeQuickly();
  {
    std::vector<RawClient> crowd(4);
    for (const RawClient& client : crowd) ASSERT_TRUE(client.Connect(options_.control_socket));
    RawClient late;
    ASSERT_TRUE(late.Connect(options_.control_socket));
    EXPECT_TRUE(late.IsClosed(std::chrono::seconds(20)));
    EXPECT_TRUE(Eventually([&] { return !server_->Accepting().ok(); }));
    EXPECT_THAT(std::string(server_->Accepting().message()), HasSubstr("all of its 4 connections are taken"));
  }
  EXPECT_TRUE(Eventually([&] { return server_->Accepting().ok(); }));
  EXPECT_TRUE(Call(Channel()).ok());
}

TEST_F(RpcServerTest, AConnectionThatSaysNothingIsClosed) {
  options_.idle_time = milliseconds(200);
  ServeQuickly();
  RawClient silent;
  ASSERT_TRUE(silent.Connect(options_.control_socket));
  EXPECT_TRUE(silent.IsClosed(std::chrono::seconds(30)));
}

TEST_F(RpcServerTest, CallsBeyondTheBoundAreRefusedAtOnce) {
  options_.max_calls = 8;
  ServeSlowly();
  const auto channel = Channel();
  std::vector<std::thread> callers;
  std::atomic<int> refused = 0, answered = 0;
  for (int i = 0; i < 20; ++i) {
    callers.emplace_back([&] {
      const grpc::Status status = Call(channel);
      refused += status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ? 1 : 0;
      answered += status.ok() ? 1 : 0;
    });
  }
  EXPECT_TRUE(Eventually([&] { return refused == 12 && OpenCalls() == 8; }));
  AnswerAll();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 8);
  // There is room again.
  std::thread later([&] { EXPECT_TRUE(Call(channel).ok()); });
  EXPECT_TRUE(Eventually([&] { return OpenCalls() == 1; }));
  AnswerAll();
  later.join();
}

TEST_F(RpcServerTest, MessagesAreBounded) {
  options_.max_message_bytes = 1000;
  ServeQuickly();
  EXPECT_EQ(Call(Channel(), 5000).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Call(Channel()).ok());
}

TEST_F(RpcServerTest, AHandlerThatThrowsFailsItsCallOnly) {
  bool well = false;
  Serve([&](const RpcCall&, const RpcDone& done) {
    if (!well) throw std::out_of_range("map::at");
    done(absl::OkStatus());
    throw std::out_of_range("afterwards");
  });
  const grpc::Status status = Call(Channel());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), HasSubstr("log"));
  well = true;
  EXPECT_TRUE(Call(Channel()).ok());
}

TEST_F(RpcServerTest, WhoCallsFollowsFromTheSocket) {
  options_.tcp_address = "127.0.0.1:0";
  std::mutex mu;
  std::vector<RpcPeer> peers;
  Serve([&](const RpcCall& call, const RpcDone& done) {
    std::lock_guard lock(mu);
    peers.push_back(call.peer);
    done(absl::OkStatus());
  });
  ASSERT_TRUE(Call(Channel()).ok());
  EXPECT_TRUE(peers.back().owner);
  EXPECT_EQ(peers.back().ip, "");
  const auto tcp = grpc::CreateChannel(fmt::format("127.0.0.1:{}", server_->tcp_port()), grpc::InsecureChannelCredentials());
  ASSERT_TRUE(Call(tcp).ok());
  EXPECT_FALSE(peers.back().owner);
  EXPECT_EQ(peers.back().ip, "127.0.0.1");
}

}  // namespace
}  // namespace elastilab
