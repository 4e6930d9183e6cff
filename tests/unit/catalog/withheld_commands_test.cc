// A real redis-server takes the rules at start-up and then refuses what they name. On a Unix socket in /tmp only.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "common/os/pidfd.h"
#include "common/os/spawn.h"
#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;

// A server that was given its configuration through stdin.
class RedisServer {
 public:
  explicit RedisServer(const std::string& config) {
    char folder[] = "/tmp/elastilab-acl-XXXXXX";
    folder_ = mkdtemp(folder);
    Command command{.program = "redis-server", .args = {"-"}};
    command.stdin_text =
        fmt::format("port 0\nunixsocket {}\ndir {}\nsave \"\"\nlogfile \"\"\n{}\n", SocketPath(), folder_, config);
    command.log_file = folder_ + "/log";
    auto child = Spawn(command);
    EXPECT_TRUE(child.ok()) << child.status();
    if (child.ok()) child_ = *std::move(child);
  }
  ~RedisServer() {
    SendSignal(child_.pidfd, SIGKILL);
    AwaitExit(child_.pidfd, std::chrono::seconds(5));
    TakeExitText(child_.pidfd);
    if (socket_ >= 0) close(socket_);
    std::filesystem::remove_all(folder_);
  }

  // Whether it answers before it exits.
  bool Ready() {
    for (int i = 0; i < 500; ++i) {
      if (AwaitExit(child_.pidfd, milliseconds(0))) return false;
      // The socket is there before the rules are read.
      if (Connect() && Call("ping") == "+PONG") return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }

  // The first line of the reply.
  std::string Call(const std::string& command) {
    const std::string line = command + "\r\n";
    if (send(socket_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
      return "write failed";
    char buffer[4096];
    const ssize_t n = read(socket_, buffer, sizeof(buffer));
    const std::string reply(buffer, n > 0 ? static_cast<size_t>(n) : 0);
    return reply.substr(0, reply.find('\r'));
  }

 private:
  std::string SocketPath() const { return folder_ + "/s"; }

  bool Connect() {
    if (socket_ >= 0) close(socket_);
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    SocketPath().copy(where.sun_path, sizeof(where.sun_path) - 1);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0) return true;
    close(socket_);
    socket_ = -1;
    return false;
  }

  std::string folder_;
  Child child_;
  int socket_ = -1;
};

bool RedisIsInstalled() { return std::system("command -v redis-server >/dev/null 2>&1") == 0; }

std::string UserLine(Engine engine) {
  // The engine's own switches are on, so that it is the rules that refuse.
  return fmt::format("enable-debug-command yes\nenable-module-command yes\nuser default on nopass ~* &* +@all {}",
                     fmt::join(WithheldCommands(engine, "7.1.0"), " "));
}

// "-acl|setuser" → "ACL SETUSER" is called with enough arguments to get past the check of their number.
std::string Invocation(std::string rule) {
  rule.erase(0, 1);
  for (char& c : rule) {
    if (c == '|') c = ' ';
  }
  return rule == "config" ? "config get x" : rule + " a b c d";
}

TEST(WithheldCommandsTest, RedisTakesTheRulesAndRefusesTheCommands) {
  if (!RedisIsInstalled()) GTEST_SKIP() << "redis-server is not installed";
  RedisServer server(UserLine(Engine::kRedis));
  ASSERT_TRUE(server.Ready()) << UserLine(Engine::kRedis);
  for (const std::string& rule : WithheldCommands(Engine::kRedis, "7.1.0")) {
    const std::string reply = server.Call(Invocation(rule));
    // The number of arguments is checked before the permission for commands that take none.
    EXPECT_TRUE(reply.starts_with("-NOPERM") || reply.starts_with("-ERR wrong number")) << rule << ": " << reply;
  }
  for (const char* bare : {"save", "bgsave", "bgrewriteaof", "cluster bumpepoch", "cluster flushslots",
                           "cluster saveconfig", "cluster links", "acl load", "acl save", "shutdown", "debug x",
                           "failover", "replicaof no one", "slaveof no one", "module unload x", "config get x"}) {
    const std::string reply = server.Call(bare);
    EXPECT_TRUE(reply.starts_with("-NOPERM")) << bare << ": " << reply;
  }
  EXPECT_EQ(server.Call("set k v"), "+OK");
  EXPECT_EQ(server.Call("acl whoami"), "$7");
  EXPECT_TRUE(server.Call("module list").starts_with("*"));
  EXPECT_EQ(server.Call("cluster info"), "-ERR This instance has cluster support disabled");
}

TEST(WithheldCommandsTest, ValkeyHasTheSame) {
  if (!RedisIsInstalled()) GTEST_SKIP() << "redis-server is not installed";
  RedisServer server(UserLine(Engine::kValkey));
  EXPECT_TRUE(server.Ready());
}

TEST(WithheldCommandsTest, AnUnknownCommandWouldBeAStartUpError) {
  if (!RedisIsInstalled()) GTEST_SKIP() << "redis-server is not installed";
  RedisServer server(UserLine(Engine::kRedis) + " -no-such-command");
  EXPECT_FALSE(server.Ready());
}

}  // namespace
}  // namespace elastilab
