// The server over real sockets, on a free port of 127.0.0.1.
#include "controlplane/region/endpoints/dns_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/unit/endpoints/dns_client.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Resolve(std::string_view name) {
  if (name == "g.cache.amazonaws.com") return {"127.30.0.1"};
  if (name == "throws.cache.amazonaws.com") throw std::out_of_range("map::at");
  return {};
}

class Client {
 public:
  Client(int type, int port) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<uint16_t>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 2, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(const std::string& bytes) {
    EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // Up to `n` bytes; fewer when the other side closes.
  std::string Receive(size_t n) {
    std::string out(n, '\0');
    size_t have = 0;
    while (have < n) {
      const ssize_t got = recv(fd_, out.data() + have, n - have, 0);
      if (got <= 0) break;
      have += static_cast<size_t>(got);
    }
    out.resize(have);
    return out;
  }
  std::string ReceivePacket() {
    char buffer[2048];
    const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    return {buffer, got > 0 ? static_cast<size_t>(got) : 0};
  }
  std::string ReceiveFramed() {
    const int length = ShortAt(Receive(2), 0);
    return length < 0 ? "" : Receive(static_cast<size_t>(length));
  }

 private:
  int fd_;
};

std::string Framed(const std::string& packet) { return Short(static_cast<int>(packet.size())) + packet; }

class DnsServerTest : public ::testing::Test {
 protected:
  DnsServerTest() : server_(*DnsServer::Start("127.0.0.1", 0, Resolve)) {}

  std::unique_ptr<DnsServer> server_;
};

TEST_F(DnsServerTest, AnswersOverUdp) {
  Client client(SOCK_DGRAM, server_->port());
  client.Send(Question{.name = "G.cache.amazonaws.com", .id = 77}.Bytes());
  const std::string reply = client.ReceivePacket();
  EXPECT_EQ(IdOf(reply), 77);
  EXPECT_EQ(AnswersOf(reply), 1);
  EXPECT_EQ(reply.substr(reply.size() - 4), std::string("\x7F\x1E\0\x01", 4));
}

TEST_F(DnsServerTest, DropsRubbishOverUdpAndServesOn) {
  Client client(SOCK_DGRAM, server_->port());
  client.Send("rubbish");
  client.Send(std::string(4000, 'x'));
  client.Send(Question{.name = "g.cache.amazonaws.com", .flags = 0x8000}.Bytes());
  client.Send(Question{.name = "other.cache.amazonaws.com", .id = 5}.Bytes());
  const std::string reply = client.ReceivePacket();
  EXPECT_EQ(IdOf(reply), 5);
  EXPECT_EQ(CodeOf(reply), 3);
}

TEST_F(DnsServerTest, ServesOnWhenNamesCantBeLookedUp) {
  Client client(SOCK_DGRAM, server_->port());
  client.Send(Question{.name = "throws.cache.amazonaws.com", .id = 4}.Bytes());
  client.Send(Question{.name = "g.cache.amazonaws.com", .id = 5}.Bytes());
  EXPECT_EQ(IdOf(client.ReceivePacket()), 5);
}

TEST_F(DnsServerTest, AnswersSeveralQuestionsOverOneTcpConnection) {
  Client client(SOCK_STREAM, server_->port());
  const std::string question = Framed(Question{.name = "g.cache.amazonaws.com", .id = 1}.Bytes());
  client.Send(question + Framed(Question{.name = "example.org", .id = 2}.Bytes()));
  EXPECT_EQ(IdOf(client.ReceiveFramed()), 1);
  const std::string second = client.ReceiveFramed();
  EXPECT_EQ(IdOf(second), 2);
  EXPECT_EQ(CodeOf(second), 5);
  for (char c : question) client.Send(std::string(1, c));
  EXPECT_EQ(AnswersOf(client.ReceiveFramed()), 1);
}

TEST_F(DnsServerTest, ClosesOnRubbishOverTcp) {
  for (const std::string& bytes : {Framed("rubbish"), Framed(std::string(5000, 'x')), Framed("")}) {
    Client client(SOCK_STREAM, server_->port());
    client.Send(bytes.substr(0, 100));
    EXPECT_EQ(client.Receive(1), "");
  }
}

TEST_F(DnsServerTest, ManyIdleConnectionsDoNotStopUdp) {
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 50; ++i) idle.push_back(std::make_unique<Client>(SOCK_STREAM, server_->port()));
  Client client(SOCK_DGRAM, server_->port());
  client.Send(Question{.name = "g.cache.amazonaws.com"}.Bytes());
  EXPECT_EQ(AnswersOf(client.ReceivePacket()), 1);
}

TEST_F(DnsServerTest, TakenPortIsNamedWithItsFlag) {
  const auto second = DnsServer::Start("127.0.0.1", server_->port(), Resolve);
  ASSERT_FALSE(second.ok());
  const std::string message(second.status().message());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(message, HasSubstr(std::to_string(server_->port())));
  EXPECT_THAT(message, HasSubstr("--dns-port"));
}

TEST_F(DnsServerTest, PortIsFreeOnceItIsGone) {
  const int port = server_->port();
  {
    Client client(SOCK_STREAM, port);
    client.Send(Framed(Question{.name = "g.cache.amazonaws.com"}.Bytes()));
    EXPECT_EQ(AnswersOf(client.ReceiveFramed()), 1);
    server_.reset();
  }
  EXPECT_TRUE(DnsServer::Start("127.0.0.1", port, Resolve).ok());
}

TEST(DnsServerStartTest, RefusesWhatIsNoAddress) {
  EXPECT_FALSE(DnsServer::Start("localhost", 0, Resolve).ok());
  EXPECT_FALSE(DnsServer::Start("203.0.113.1", 0, Resolve).ok());
}

}  // namespace
}  // namespace elastilab
