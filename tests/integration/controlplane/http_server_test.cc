#include "controlplane/faces/query/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdlib.h>

#include <chrono>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/integration/controlplane/http_client.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

// Answers with what it was asked. /work… is done by a worker, which waits for the gate; /throw breaks.
class EchoHandler final : public HttpHandler {
 public:
  HttpReply Handle(const HttpRequest& request) override {
    const std::string target(request.view.target);
    HttpResponse response{200, "text/plain", std::string(request.view.method) + " " + target + " " + std::string(request.view.body), "id-" + target};
    if (target == "/who") response.body = std::string(request.peer_ip) + (request.tls ? " tls" : " plain");
    if (target == "/big") response.body.assign(16 * 1024 * 1024, 'x');
    if (target == "/throw") throw std::runtime_error("broken on purpose");
    if (target == "/work/throw") return [] () -> HttpResponse { throw std::runtime_error("broken on purpose"); };
    if (!target.starts_with("/work")) return response;
    return [this, response] {
      working_.fetch_add(1);
      gate_.get_future().wait();
      return response;
    };
  }
  HttpResponse Refuse(int status, const std::string& why) override { return {status, "text/plain", why, ""}; }

  // Lets all workers pass.
  void OpenGate() { opened_.set_value(); }
  int working() const { return working_; }

 private:
  struct Gate {
    std::shared_future<void> future;
    std::shared_future<void> get_future() const { return future; }
  };
  std::promise<void> opened_;
  Gate gate_{opened_.get_future().share()};
  std::atomic<int> working_ = 0;
};

template <typename Fact>
void Eventually(Fact fact) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(20);
  while (!fact()) {
    ASSERT_LT(steady_clock::now(), deadline);
    std::this_thread::sleep_for(milliseconds(1));
  }
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() { options_.port = 0; }
  ~HttpServerTest() override {
    if (!gate_open_) handler_.OpenGate();
    if (server_) server_->Stop();
  }

  HttpClient Connect() {
    if (!server_) Start();
    return HttpClient(server_->port());
  }
  void Start() {
    auto started = HttpServer::Start(options_, handler_);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  void OpenGate() {
    gate_open_ = true;
    handler_.OpenGate();
  }

  static std::string Get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"; }
  static std::string Post(const std::string& target, const std::string& body) {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  // The first status that comes for these bytes, after which the connection is closed, and others still work.
  int Refused(const std::string& bytes) {
    HttpClient client = Connect();
    client.Send(bytes);
    const Reply reply = client.Read();
    EXPECT_EQ(reply.Header("Connection"), "close");
    client.EndSending();
    EXPECT_TRUE(client.IsClosed());
    HttpClient other = Connect();
    other.Send(Get("/still"));
    EXPECT_EQ(other.Read().body, "GET /still ");
    return reply.status;
  }

  HttpServerOptions options_;
  EchoHandler handler_;
  std::unique_ptr<HttpServer> server_;
  bool gate_open_ = false;
};

TEST_F(HttpServerTest, OneConnectionManyRequests) {
  HttpClient client = Connect();
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    ASSERT_TRUE(client.Send(Post("/" + n, "body " + n)));
    const Reply reply = client.Read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "POST /" + n + " body " + n);
    EXPECT_EQ(reply.Header("x-amzn-RequestId"), "id-/" + n);
    EXPECT_EQ(reply.Header("Connection"), "keep-alive");
    EXPECT_EQ(reply.Header("Content-Type"), "text/plain");
    EXPECT_THAT(reply.Header("Date"), testing::EndsWith(" GMT"));
  }
}

TEST_F(HttpServerTest, ConnectionsEndWhenClientsSaySo) {
  HttpClient closing = Connect();
  closing.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(closing.Read().Header("Connection"), "close");
  EXPECT_TRUE(closing.IsClosed());
  HttpClient old = Connect();
  old.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.Read().status, 200);
  EXPECT_TRUE(old.IsClosed());
  HttpClient half = Connect();
  half.Send(Get("/half"));
  half.EndSending();
  EXPECT_EQ(half.Read().body, "GET /half ");
  EXPECT_TRUE(half.IsClosed());
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  HttpClient client = Connect();
  std::string all;
  for (int i = 0; i < 50; ++i) all += i % 2 == 0 ? Get("/work/" + std::to_string(i)) : Post("/" + std::to_string(i), "b");
  ASSERT_TRUE(client.Send(all));
  Eventually([&] { return handler_.working() == 1; });  // the rest waits for it
  OpenGate();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.Read().body, i % 2 == 0 ? "GET /work/" + std::to_string(i) + " " : "POST /" + std::to_string(i) + " b");
  }
}

TEST_F(HttpServerTest, SlowCommitsNeverStallReads) {
  std::vector<HttpClient> slow;
  for (int i = 0; i < options_.workers + 5; ++i) {
    slow.push_back(Connect());
    slow.back().Send(Get("/work"));
  }
  Eventually([&] { return handler_.working() == options_.workers; });
  for (int i = 0; i < 10; ++i) {
    HttpClient reader = Connect();
    reader.Send(Get("/read"));
    EXPECT_EQ(reader.Read().body, "GET /read ");
  }
  OpenGate();
  for (HttpClient& client : slow) EXPECT_EQ(client.Read().body, "GET /work ");
}

TEST_F(HttpServerTest, ChunkedBodyInSmallPieces) {
  HttpClient client = Connect();
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n" + Get("/next");
  for (char c : request) ASSERT_TRUE(client.Send({&c, 1}));
  EXPECT_EQ(client.Read().body, "POST /c abcdef");
  EXPECT_EQ(client.Read().body, "GET /next ");
}

TEST_F(HttpServerTest, HundredContinue) {
  HttpClient client = Connect();
  client.Send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.Read(false).status, 100);
  client.Send("a=b");
  EXPECT_EQ(client.Read().body, "POST /e a=b");
  // Too large is said before the body was sent.
  client.Send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 999999999\r\n\r\n");
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  HttpClient client = Connect();
  client.Send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n" + Get("/next"));
  const Reply reply = client.Read(false);
  EXPECT_EQ(reply.Header("Content-Length"), "8");
  EXPECT_EQ(client.Read().body, "GET /next ");
}

TEST_F(HttpServerTest, HostileHeads) {
  EXPECT_EQ(Refused("POST / HTTP/1.1\r\nHost: x\r\n\r\nAction=DescribeEvents"), 411);
  EXPECT_EQ(Refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), 400);
  EXPECT_EQ(Refused("GET /" + std::string(1'000'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 431);
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(1'000'000, 'a') + "\r\n\r\n"), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 10'000; ++i) many += "A: b\r\n";
  EXPECT_EQ(Refused(many + "\r\n"), 431);
  EXPECT_EQ(Refused(std::string("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 29)), 400);
  EXPECT_EQ(Refused(std::string("GET / HTTP/1.1\r\nHost: \0\r\n\r\n", 28)), 400);
  EXPECT_EQ(Refused(std::string(100, '\0')), 400);
  EXPECT_EQ(Refused("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"), 400);
  EXPECT_EQ(Refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
}

TEST_F(HttpServerTest, HostileBodies) {
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(Refused(chunked + "xyz\r\n"), 400);
  EXPECT_EQ(Refused(chunked + "5\r\nhelloX0\r\n\r\n"), 400);
  EXPECT_EQ(Refused(chunked + "7fffffffffffffff\r\n"), 413);
  EXPECT_EQ(Refused(chunked + "1;" + std::string(100'000, 'x')), 413);
  // The reply arrives though the client goes on sending.
  EXPECT_EQ(Refused(Post("/", std::string(3 * 1024 * 1024, 'x'))), 413);
}

TEST_F(HttpServerTest, AnyBytesInABodyAreTheHandlersMatter) {
  HttpClient client = Connect();
  const std::string bytes("a=\0\xFF%zz\r\n\r\n", 11);
  client.Send(Post("/", bytes));
  EXPECT_EQ(client.Read().body, "POST / " + bytes);
}

TEST_F(HttpServerTest, SlowSendersAreToldAndCutOff) {
  options_.head_time = milliseconds(600);
  options_.body_time = milliseconds(600);
  EXPECT_EQ(Refused("GET / HT"), 408);
  EXPECT_EQ(Refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"), 408);
  // A byte now and then does not help.
  HttpClient client = Connect();
  const std::string head = "GET / HTTP/1.1\r\nHost: " + std::string(200, 'x');
  const auto start = steady_clock::now();
  for (char c : head) {
    if (!client.Send({&c, 1}) || steady_clock::now() - start > std::chrono::seconds(5)) break;
    std::this_thread::sleep_for(milliseconds(5));  // the slowness is the story
  }
  EXPECT_EQ(client.Read().status, 408);
}

TEST_F(HttpServerTest, IdleConnectionsAreClosedSilently) {
  options_.idle_time = milliseconds(600);
  HttpClient fresh = Connect();
  EXPECT_TRUE(fresh.IsClosed());
  HttpClient used = Connect();
  used.Send(Get("/"));
  EXPECT_EQ(used.Read().status, 200);
  EXPECT_TRUE(used.IsClosed());
}

TEST_F(HttpServerTest, WhoDoesNotReadItsReplyIsCutOff) {
  options_.write_time = milliseconds(300);
  options_.io_threads = 1;
  HttpClient client = Connect();
  client.Send(Get("/big"));
  HttpClient other = Connect();
  other.Send(Get("/other"));
  EXPECT_EQ(other.Read().status, 200);
  pollfd reset{client.fd(), POLLRDHUP, 0};
  EXPECT_EQ(poll(&reset, 1, 20'000), 1);
  EXPECT_EQ(client.Read().status, 0);
}

TEST_F(HttpServerTest, AnIdleConnectionMakesRoomForANewcomer) {
  options_.io_threads = 1;
  options_.max_connections = 3;
  std::vector<HttpClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(Connect());
    clients.back().Send(Get("/"));
    EXPECT_EQ(clients.back().Read().status, 200);
  }
  HttpClient newcomer = Connect();
  newcomer.Send(Get("/new"));
  EXPECT_EQ(newcomer.Read().status, 200);
  EXPECT_TRUE(clients[0].IsClosed());  // idle for longest
  clients[2].Send(Get("/"));
  EXPECT_EQ(clients[2].Read().status, 200);
}

TEST_F(HttpServerTest, AFullHouseTurnsNewcomersAway) {
  options_.io_threads = 1;
  options_.max_connections = 3;
  std::vector<HttpClient> busy;
  for (int i = 0; i < 3; ++i) {
    busy.push_back(Connect());
    busy.back().Send(Get("/work"));
  }
  Eventually([&] { return handler_.working() == 3; });
  HttpClient newcomer = Connect();
  EXPECT_EQ(newcomer.Read().status, 503);
  newcomer.Close();
  std::vector<HttpClient> flood;
  for (int i = 0; i < 50; ++i) flood.push_back(Connect());
  OpenGate();
  for (HttpClient& client : busy) EXPECT_EQ(client.Read().status, 200);
  flood.clear();
  Eventually([&] {
    HttpClient again = Connect();
    again.Send(Get("/"));
    return again.Read().status == 200;
  });
}

// Else who opens connections and sends next to nothing keeps everyone out.
TEST_F(HttpServerTest, SlowSendersMakeRoomInAFullHouse) {
  options_.io_threads = 1;
  options_.max_connections = 3;
  options_.patience = milliseconds(100);
  std::vector<HttpClient> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(Connect());
    slow.back().Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(slow.back().Read().status, 100);
  }
  const auto start = steady_clock::now();
  Eventually([&] {
    HttpClient newcomer = Connect();
    newcomer.Send(Get("/new"));
    return newcomer.Read().status == 200;
  });
  EXPECT_LT(steady_clock::now() - start, options_.body_time / 3);
  EXPECT_EQ(slow[0].Read().status, 408);
  slow[2].Send("whole");
  EXPECT_EQ(slow[2].Read().status, 200);
}

TEST_F(HttpServerTest, BodiesTogetherAreBounded) {
  options_.io_threads = 1;
  options_.max_body_bytes = 1'500'000;
  HttpClient first = Connect();
  first.Send(Post("/work", std::string(1'000'000, 'x')));
  Eventually([&] { return handler_.working() == 1; });
  HttpClient second = Connect();
  second.Send(Post("/", std::string(600'000, 'y')));
  EXPECT_EQ(second.Read().status, 503);
  OpenGate();
  EXPECT_EQ(first.Read().status, 200);
  HttpClient later = Connect();
  later.Send(Post("/", std::string(600'000, 'y')));
  EXPECT_EQ(later.Read().status, 200);
}

TEST_F(HttpServerTest, ClientsThatVanishLeaveNothingBehind) {
  options_.io_threads = 1;
  options_.max_connections = 20;
  for (int i = 0; i < 200; ++i) {
    HttpClient client = Connect();
    client.Send(i % 2 == 0 ? "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf" : Get("/big"));
  }
  Eventually([&] {
    HttpClient client = Connect();
    client.Send(Get("/alive"));
    return client.Read().body == "GET /alive ";
  });
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsA500) {
  HttpClient client = Connect();
  client.Send(Get("/throw") + Get("/work/throw") + Get("/next"));
  EXPECT_EQ(client.Read().status, 500);
  EXPECT_EQ(client.Read().status, 500);
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(HttpServerTest, ATakenAddressIsNamedWithItsFlag) {
  Start();
  HttpServerOptions second = options_;
  second.port = server_->port();
  const Status status = HttpServer::Start(second, handler_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:" + std::to_string(second.port)));
  EXPECT_THAT(std::string(status.message()), HasSubstr("--http-port"));
}

TEST_F(HttpServerTest, StopFinishesWhatIsUnderWay) {
  HttpClient working = Connect();
  working.Send(Get("/work"));
  Eventually([&] { return handler_.working() == 1; });
  HttpClient idle = Connect();
  idle.Send(Get("/"));
  EXPECT_EQ(idle.Read().status, 200);
  HttpClient half = Connect();
  half.Send("GET / HT");
  auto stopping = std::async(std::launch::async, [&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsClosed());
  EXPECT_TRUE(half.IsClosed());
  EXPECT_EQ(stopping.wait_for(milliseconds(50)), std::future_status::timeout);
  OpenGate();
  const Reply reply = working.Read();
  EXPECT_EQ(reply.body, "GET /work ");
  EXPECT_TRUE(working.IsClosed());
  stopping.get();
  EXPECT_FALSE(HttpClient(server_->port()).connected());
}

TEST_F(HttpServerTest, StopDoesNotWaitForRudeClients) {
  HttpClient client = Connect();
  client.Send(Get("/big"));
  HttpClient other = Connect();
  other.Send(Get("/"));
  EXPECT_EQ(other.Read().status, 200);
  const auto start = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
}

// A certificate that its own key has signed.
struct Identity {
  Identity() {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_sign(certificate, key, EVP_sha256());
    Write(certificate_file, [&](FILE* file) { return PEM_write_X509(file, certificate); });
    Write(key_file, [&](FILE* file) { return PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Identity() {
    unlink(certificate_file.c_str());
    unlink(key_file.c_str());
  }
  static void Write(const std::string& path, const std::function<int(FILE*)>& write) {
    FILE* file = fopen(path.c_str(), "w");
    EXPECT_EQ(write(file), 1);
    fclose(file);
  }
  const std::string base = testing::TempDir() + "elab-tls-" + std::to_string(getpid());
  const std::string certificate_file = base + ".crt";
  const std::string key_file = base + ".key";
};

TEST_F(HttpServerTest, TlsOnRequest) {
  const Identity identity;
  options_.certificate_file = identity.certificate_file;
  options_.key_file = identity.key_file;
  HttpClient client = Connect();
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* tls = SSL_new(context);
  SSL_set_fd(tls, client.fd());
  ASSERT_EQ(SSL_connect(tls), 1);
  for (int i = 0; i < 3; ++i) {
    const std::string request = Get("/who");
    ASSERT_GT(SSL_write(tls, request.data(), static_cast<int>(request.size())), 0);
    char buffer[4096];
    const int count = SSL_read(tls, buffer, sizeof buffer);  // head and body in one record
    ASSERT_GT(count, 0);
    EXPECT_THAT(std::string(buffer, count), testing::EndsWith("\r\n\r\n127.0.0.1 tls"));
  }
  SSL_free(tls);
  SSL_CTX_free(context);
  // Plain HTTP is no handshake.
  HttpClient plain = Connect();
  plain.Send(Get("/"));
  EXPECT_EQ(plain.Read().status, 0);
}

TEST_F(HttpServerTest, WrongTlsFilesAreNamed) {
  const Identity identity;
  options_.certificate_file = "/nonexistent.crt";
  options_.key_file = identity.key_file;
  Status status = HttpServer::Start(options_, handler_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nonexistent.crt"));
  options_.certificate_file = identity.certificate_file;
  options_.key_file = identity.certificate_file;
  status = HttpServer::Start(options_, handler_).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("no private key"));
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
  OpenGate();
  Start();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      HttpClient client(server_->port());
      for (int i = 0; i < 200; ++i) {
        const std::string target = (i % 3 == 0 ? "/work/" : "/") + std::to_string(t * 1000 + i);
        client.Send(Get(target));
        if (client.Read().body == "GET " + target + " ") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8 * 200);
}

}  // namespace
}  // namespace elastilab
