// The discovery program before two real memcached: a session as clients have it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

#include "common/os/files.h"
#include "dataplane/engine/memcached_driver.h"
#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr char kAddress[] = "127.45.5.100";
constexpr int kPort = 11211;

constexpr char kView[] =
    "CONFIG cluster 0 60\r\n"
    "7\nm.0001.test|127.45.5.1|11211 m.0002.test|127.45.5.2|11211\n"
    "\r\nEND\r\n";

// A blocking client; a test that hangs is ended by its time limit.
class Client {
 public:
  Client() {
    const tcp::endpoint where(boost::asio::ip::make_address(kAddress), kPort);
    boost::system::error_code error = boost::asio::error::try_again;
    for (int i = 0; error && i < 1000; ++i) {  // until the server listens
      socket_.close();
      socket_.connect(where, error);
      if (error) poll(nullptr, 0, 2);
    }
  }
  void Send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
  // Exactly as many bytes as `expected` has.
  std::string Read(const std::string& expected) {
    std::string bytes(expected.size(), '\0');
    boost::system::error_code error;
    bytes.resize(boost::asio::read(socket_, boost::asio::buffer(bytes), error));
    return bytes;
  }
  std::string Ask(const std::string& request, const std::string& expected) {
    Send(request);
    return Read(expected);
  }
  std::string ReadToEnd() {
    std::string bytes;
    boost::system::error_code error;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(bytes), error);
    return bytes;
  }
  void FinishSending() { socket_.shutdown(tcp::socket::shutdown_send); }

 private:
  boost::asio::io_context io_;
  tcp::socket socket_{io_};
};

class DiscoveryTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(first_.Start({}), absl::OkStatus());
    ASSERT_EQ(second_.Start({}), absl::OkStatus());
    WriteState(
        "listen 127.45.5.100 11211\nversion 7\n"
        "node m.0002.test 127.45.5.2 11211\nnode m.0001.test 127.45.5.1 11211\n");
    ASSERT_EQ(server_.Start(ServerCommand()), absl::OkStatus());
  }
  Command ServerCommand() const {
    Command command;
    command.program = ELASTILAB_DISCOVERY;
    command.args = {"--state", state_file_};
    command.log_file = directory_.path() + "/log";
    return command;
  }
  void WriteState(const std::string& text) {
    std::ofstream(state_file_ + ".new") << text;
    rename((state_file_ + ".new").c_str(), state_file_.c_str());
  }
  static LaunchSpec Spec(int number) {
    return {.name = "m/" + std::to_string(number),
            .family = EngineFamily::kMemcached,
            .version = "1.6",
            .address = "127.45.5." + std::to_string(number),
            .port = kPort,
            .shared_address = {},
            .threads = 1,
            .max_memory_bytes = 64 << 20,
            .parameters = {},
            .withheld_commands = {},
            .control_password = {},
            .replication_password = {}};
  }

  boost::asio::io_context io_;
  std::unique_ptr<EngineDriver> driver_ = MakeMemcachedDriver(io_);
  LabNode first_{io_, *driver_, Spec(1)};
  LabNode second_{io_, *driver_, Spec(2)};
  TemporaryDirectory directory_;
  std::string state_file_ = directory_.path() + "/state";
  EngineProcess server_;
};

TEST_F(DiscoveryTest, AnswersWithTheNodesInHostOrder) {
  Client client;
  EXPECT_EQ(client.Ask("config get cluster\r\n", kView), kView);
  std::string legacy = kView;
  legacy.replace(0, 14, "VALUE AmazonElastiCache:cluster");
  EXPECT_EQ(client.Ask("get AmazonElastiCache:cluster\r\n", legacy), legacy);
}

TEST_F(DiscoveryTest, AnswersComeInTurnWhenTheClientPipelines) {
  const std::string big(300'000, 'x');
  const std::string trap = "config get cluster";
  std::string request;
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    request += "set trap 5 0 18\r\n" + trap + "\r\nget trap\r\nconfig get cluster\r\nset big 0 0 300000 noreply\r\n" +
               big + "\r\nget big\r\nget AmazonElastiCache:cluster nothing\r\nconfig delete cluster\r\n";
    expected += "STORED\r\nVALUE trap 5 18\r\n" + trap + "\r\nEND\r\n" + kView + "VALUE big 0 300000\r\n" + big +
                "\r\nEND\r\nEND\r\nCLIENT_ERROR the cluster's configuration cannot be changed by clients\r\n";
  }
  Client client;
  std::thread sender([&] { client.Send(request); });
  const std::string got = client.Read(expected);
  sender.join();
  EXPECT_TRUE(got == expected) << got.size() << " of " << expected.size() << " bytes";
}

TEST_F(DiscoveryTest, HalfClosedClientStillGetsItsAnswers) {
  Client client;
  client.Send("set k 0 0 1\r\nv\r\nget k\r\nconfig get cluster\r\nversion\r\n");
  client.FinishSending();
  const std::string all = client.ReadToEnd();
  EXPECT_THAT(all, testing::StartsWith("STORED\r\nVALUE k 0 1\r\nv\r\nEND\r\nCONFIG cluster 0 60\r\n"));
  EXPECT_THAT(all, HasSubstr("VERSION 1.6"));
}

TEST_F(DiscoveryTest, NewStateIsReadOnSignal) {
  Client client;
  ASSERT_EQ(client.Ask("config get cluster\r\n", kView), kView);
  WriteState("listen 127.45.5.100 11211\nversion 8\nnode m.0002.test 127.45.5.2 11211\n");
  server_.Signal(SIGHUP);
  const std::string expected = "CONFIG cluster 0 31\r\n8\nm.0002.test|127.45.5.2|11211\n\r\nEND\r\n";
  std::string got;
  for (int i = 0; i < 500 && got.find("\n8\n") == std::string::npos; ++i) {
    Client fresh;
    fresh.Send("config get cluster\r\n");
    fresh.FinishSending();
    got = fresh.ReadToEnd();
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(client.Ask("config get cluster\r\n", expected), expected);
}

TEST_F(DiscoveryTest, PassesOnToTheNextNodeWhenOneIsGone) {
  first_.process().Kill();
  Client client;
  EXPECT_EQ(client.Ask("set k 0 0 1\r\nv\r\n", "STORED\r\n"), "STORED\r\n");
  second_.process().Kill();
  EXPECT_EQ(client.ReadToEnd(), "");  // the node is gone, and so is its connection
  Client later;
  EXPECT_EQ(later.Ask("config get cluster\r\n", kView), kView);
  later.Send("get k\r\n");
  EXPECT_EQ(later.ReadToEnd(), "SERVER_ERROR no node of the cluster can be reached\r\n");
}

TEST_F(DiscoveryTest, BinaryProtocolIsPassedOnAsItIs) {
  std::string version(24, '\0');
  version[0] = static_cast<char>(0x80);
  version[1] = 0x0b;
  Client client;
  const std::string reply = client.Ask(version, std::string(24, ' ') + "1.6.18");
  ASSERT_GE(reply.size(), 24u);
  EXPECT_EQ(static_cast<unsigned char>(reply[0]), 0x81);
  EXPECT_EQ(reply[1], 0x0b);
}

TEST_F(DiscoveryTest, TwoServersShareTheAddressAndOneLeavesInOrder) {
  EngineProcess other;
  ASSERT_EQ(other.Start(ServerCommand()), absl::OkStatus());
  {
    Client client;
    EXPECT_EQ(client.Ask("config get cluster\r\n", kView), kView);
  }
  std::vector<Client> many(40);
  for (Client& client : many) EXPECT_EQ(client.Ask("config get cluster\r\nget k\r\n", kView), kView);
  server_.Signal(SIGTERM);
  EXPECT_EQ(server_.WaitExit(milliseconds(5000)), "exit code 0");
  Client client;
  EXPECT_EQ(client.Ask("config get cluster\r\n", kView), kView);
}

TEST_F(DiscoveryTest, StaysSmall) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's shadow is not small";
#endif
  std::vector<Client> many(200);
  for (Client& client : many) EXPECT_EQ(client.Ask("config get cluster\r\n", kView), kView);
  const std::string status = *ReadWholeFile("/proc/" + std::to_string(server_.pid()) + "/status");
  const size_t at = status.find("VmRSS:");
  ASSERT_NE(at, std::string::npos);
  const int kilobytes = std::stoi(status.substr(at + 6));
  printf("discovery server with 200 clients: %d kB\n", kilobytes);
  EXPECT_LT(kilobytes, 6 * 1024);
}

}  // namespace
}  // namespace elastilab
