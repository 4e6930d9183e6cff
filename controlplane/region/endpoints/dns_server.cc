#include "controlplane/region/endpoints/dns_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "common/contain.h"
#include "common/os/sockets.h"

namespace elastilab {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr size_t kMaxConnections = 32;
constexpr size_t kMaxQuestion = 1232;  // bytes; larger ones are none of ours
constexpr int kPacketsPerTurn = 64;    // of UDP, before TCP has its turn
constexpr auto kIdleTime = std::chrono::seconds(5);
constexpr int kTriesForFreePort = 20;
constexpr auto kPauseOnTrouble = std::chrono::milliseconds(10);

struct Sockets {
  UniqueFd udp;
  UniqueFd tcp;
  int port = 0;
};

Status BindError(const std::string& address, int port, const Status& why) {
  const std::string reason(why.message());
  if (absl::IsInvalidArgument(why)) return absl::InvalidArgumentError(fmt::format("{} is no IPv4 address", address));
  if (absl::IsAlreadyExists(why)) {
    return absl::AlreadyExistsError(fmt::format(
        "port {} of {} is in use by another program: stop it, or choose another port with --dns-port", port, address));
  }
  return absl::UnavailableError(
      fmt::format("the DNS responder can't listen on {}:{} (--dns-port): {}", address, port, reason));
}

StatusOr<UniqueFd> Bind(SocketKind kind, const std::string& address, int port) {
  auto made = Listen(address, port, {.kind = kind, .nonblocking = true, .backlog = static_cast<int>(kMaxConnections)});
  if (!made.ok()) return BindError(address, port, made.status());
  return made;
}

int PortOf(const UniqueFd& socket) {
  sockaddr_in where{};
  socklen_t size = sizeof(where);
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&where), &size);
  return ntohs(where.sin_port);
}

StatusOr<Sockets> BindOnce(const std::string& address, int port) {
  Sockets sockets;
  ASSIGN_OR_RETURN(sockets.udp, Bind(SocketKind::kUdp, address, port));
  sockets.port = PortOf(sockets.udp);
  ASSIGN_OR_RETURN(sockets.tcp, Bind(SocketKind::kTcp, address, sockets.port));
  return sockets;
}

// Both kinds on one port. A free one for UDP may be taken for TCP: then another is tried.
StatusOr<Sockets> BindBoth(const std::string& address, int port) {
  auto sockets = BindOnce(address, port);
  for (int i = 1; port == 0 && !sockets.ok() && i < kTriesForFreePort; ++i) sockets = BindOnce(address, port);
  return sockets;
}

}  // namespace

class DnsServer::Loop {
 public:
  Loop(Sockets sockets, UniqueFd wake, DnsResolver resolve, std::string domain)
      : sockets_(std::move(sockets)),
        wake_(std::move(wake)),
        resolve_(std::move(resolve)),
        domain_(std::move(domain)) {}

  void Stop() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
  }

  void Run() {
    std::vector<pollfd> polled;
    for (;;) {
      polled.assign({{wake_.get(), POLLIN, 0}, {sockets_.udp.get(), POLLIN, 0}});
      // A full house lets newcomers wait in the kernel's queue.
      const bool room = connections_.size() < kMaxConnections;
      polled.push_back({sockets_.tcp.get(), static_cast<short>(room ? POLLIN : 0), 0});
      for (const Connection& c : connections_) polled.push_back({c.socket.get(), POLLIN, 0});
      if (poll(polled.data(), polled.size(), Timeout()) < 0) {
        if (errno != EINTR) std::this_thread::sleep_for(kPauseOnTrouble);  // no memory, or fewer descriptors than these
        continue;
      }
      if (polled[0].revents != 0) return;
      if (polled[1].revents != 0) ServeUdp();
      for (size_t i = 0; i < connections_.size(); ++i) {
        if (polled[i + 3].revents != 0) connections_[i].open = ServeTcp(connections_[i]);
      }
      if (polled[2].revents != 0) Accept();
      const SteadyTime now = std::chrono::steady_clock::now();
      std::erase_if(connections_, [&](const Connection& c) { return !c.open || c.closes_at <= now; });
    }
  }

 private:
  struct Connection {
    UniqueFd socket;
    SteadyTime closes_at;
    std::string received;
    bool open = true;
  };

  // Until the first connection has been idle for long enough; for ever without any.
  int Timeout() const {
    if (connections_.empty()) return -1;
    const auto first = std::min_element(connections_.begin(), connections_.end(),
                                        [](const auto& a, const auto& b) { return a.closes_at < b.closes_at; });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first->closes_at - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<int64_t>(left.count(), 0));
  }

  std::optional<std::string> Answer(std::string_view packet) {
    std::optional<std::string> answer;
    // Without an answer the client asks again; without this thread nobody gets one.
    Contain([&] {
      answer = AnswerDns(packet, domain_, resolve_, rotation_++);
      return absl::OkStatus();
    }).IgnoreError();
    return answer;
  }

  void ServeUdp() {
    char buffer[kMaxQuestion];
    for (int i = 0; i < kPacketsPerTurn; ++i) {
      sockaddr_in from{};
      socklen_t size = sizeof(from);
      const ssize_t n =
          recvfrom(sockets_.udp.get(), buffer, sizeof(buffer), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &size);
      if (n < 0) return;
      if (static_cast<size_t>(n) > sizeof(buffer)) continue;
      const auto reply = Answer({buffer, static_cast<size_t>(n)});
      // A full queue drops the reply: the client asks again.
      if (reply) {
        sendto(sockets_.udp.get(), reply->data(), reply->size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&from), size);
      }
    }
  }

  void Accept() {
    UniqueFd accepted(accept4(sockets_.tcp.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (accepted.get() < 0) {
      // Out of descriptors, the newcomer stays in the queue: don't spin on it.
      if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(kPauseOnTrouble);
      return;
    }
    connections_.push_back({std::move(accepted), std::chrono::steady_clock::now() + kIdleTime, "", true});
  }

  // Answers the complete questions that have come. False: close the connection.
  bool ServeTcp(Connection& connection) {
    char buffer[kMaxQuestion];
    const ssize_t n = recv(connection.socket.get(), buffer, sizeof(buffer), 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return false;
    connection.received.append(buffer, static_cast<size_t>(n));
    for (;;) {
      const std::string_view received = connection.received;
      if (received.size() < 2) return true;
      const size_t length = static_cast<uint8_t>(received[0]) * 256u + static_cast<uint8_t>(received[1]);
      if (length > kMaxQuestion) return false;
      if (received.size() < 2 + length) return true;
      if (!Reply(connection, received.substr(2, length))) return false;
      connection.received.erase(0, 2 + length);
      // Only whole questions keep a connection alive, so that dripping bytes does not.
      connection.closes_at = std::chrono::steady_clock::now() + kIdleTime;
    }
  }

  // False when the bytes were no question, or the client does not read its replies.
  bool Reply(const Connection& connection, std::string_view packet) {
    const auto reply = Answer(packet);
    if (!reply) return false;
    std::string framed{static_cast<char>(reply->size() >> 8), static_cast<char>(reply->size() & 0xFF)};
    framed += *reply;
    return send(connection.socket.get(), framed.data(), framed.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(framed.size());
  }

  Sockets sockets_;
  UniqueFd wake_;
  DnsResolver resolve_;
  std::string domain_;
  size_t rotation_ = 0;
  std::vector<Connection> connections_;
};

StatusOr<std::unique_ptr<DnsServer>> DnsServer::Start(const std::string& address, int port, DnsResolver resolve,
                                                      std::string domain) {
  ASSIGN_OR_RETURN(Sockets sockets, BindBoth(address, port));
  const int bound_port = sockets.port;
  UniqueFd wake(eventfd(0, EFD_CLOEXEC));
  if (!wake.valid()) return BindError(address, bound_port, absl::UnavailableError(std::strerror(errno)));
  auto loop = std::make_unique<Loop>(std::move(sockets), std::move(wake), std::move(resolve), std::move(domain));
  return std::unique_ptr<DnsServer>(new DnsServer(std::move(loop), bound_port));
}

DnsServer::DnsServer(std::unique_ptr<Loop> loop, int port) : loop_(std::move(loop)), port_(port) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "dns");
    loop_->Run();
  });
}

DnsServer::~DnsServer() {
  loop_->Stop();
  thread_.join();
}

}  // namespace elastilab
