#include "controlplane/faces/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/contain.h"

namespace elastilab {
namespace {

constexpr int kBacklog = 1024;
constexpr int kAgainMs = 50;
constexpr int kAcceptsPerTurn = 64;  // then the other doors have theirs

Status CannotListen(const std::string& where, int error) {
  return absl::FailedPreconditionError(fmt::format("cannot listen on {}: {}", where, std::strerror(error)));
}

StatusOr<int> Listen(int family, const sockaddr* where, socklen_t size, const std::string& name) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return CannotListen(name, errno);
  const int on = 1;
  if (family == AF_INET) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(fd, where, size) == 0 && listen(fd, kBacklog) == 0) return fd;
  const int error = errno;
  close(fd);
  return CannotListen(name, error);
}

uint64_t InodeOf(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 ? info.st_ino : 0;
}

std::string IpOf(const sockaddr_storage& peer) {
  if (peer.ss_family != AF_INET) return "";
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof(text));
  return text;
}

// What ends one connection or this attempt only, and is no news.
bool IsPassing(int error) {
  return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM;
}

}  // namespace

StatusOr<int> ListenOnUnix(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.size() >= sizeof(where.sun_path)) return CannotListen(path, ENAMETOOLONG);
  path.copy(where.sun_path, path.size());
  unlink(path.c_str());
  return Listen(AF_UNIX, reinterpret_cast<const sockaddr*>(&where), sizeof(where), path);
}

StatusOr<int> ListenOnTcp(const std::string& address, const std::string& port) {
  const std::string name = address + ":" + port;
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), port.c_str(), &hints, &found) != 0) return CannotListen(name, EINVAL);
  auto fd = Listen(AF_INET, found->ai_addr, found->ai_addrlen, name);
  freeaddrinfo(found);
  return fd;
}

int PortOf(int listener) {
  sockaddr_in where{};
  socklen_t size = sizeof(where);
  getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
  return ntohs(where.sin_port);
}

Acceptor::Acceptor() : wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Acceptor::~Acceptor() {
  Stop();
  for (const auto& place : places_) close(place->door.listener);
  close(wake_fd_);
}

void Acceptor::Add(Door door) {
  places_.push_back(std::make_unique<Place>());
  places_.back()->door = std::move(door);
}

void Acceptor::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "accept");
    Run();
  });
}

void Acceptor::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
}

Status Acceptor::Accepting() const {
  std::lock_guard lock(mu_);
  if (stopping_) return absl::UnavailableError("the control plane ends");
  std::string trouble;
  for (const auto& place : places_) {
    if (place->trouble.empty()) continue;
    trouble += fmt::format("{}{}: {}", trouble.empty() ? "" : "; ", place->door.name, place->trouble);
  }
  return trouble.empty() ? absl::OkStatus() : absl::UnavailableError(trouble);
}

void Acceptor::Say(Place& place, std::string trouble) {
  {
    std::lock_guard lock(mu_);
    if (place.trouble == trouble) return;
    place.trouble = trouble;
  }
  if (trouble.empty()) {
    spdlog::info("{} lets newcomers in again", place.door.name);
  } else {
    spdlog::warn("{}: {}", place.door.name, trouble);
  }
}

bool Acceptor::HasRoom(Place& place) {
  auto& handed = place.handed;
  if (handed.size() < place.door.max_connections) return true;
  std::erase_if(handed, [](const Handed& one) { return InodeOf(one.fd) != one.inode; });
  return handed.size() < place.door.max_connections;
}

void Acceptor::AcceptAll(Place& place) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    const int fd = accept4(place.door.listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      // The kernel looks for a descriptor before it looks for a connection, so that "nobody there" also means that there
      // are descriptors.
      place.waits = !IsPassing(errno);
      if (place.waits) {
        Say(place, fmt::format("newcomers wait: {}", std::strerror(errno)));
      } else if (errno == EAGAIN && HasRoom(place)) {
        Say(place, "");
      }
      return;
    }
    if (!HasRoom(place)) {
      close(fd);
      Say(place, fmt::format("all of its {} connections are taken, newcomers are turned away", place.door.max_connections));
      continue;
    }
    Say(place, "");
    const int on = 1;
    if (peer.ss_family == AF_INET) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    place.handed.push_back({fd, InodeOf(fd)});
    const Status taken = Contain([&] {
      place.door.take(fd, IpOf(peer));
      return absl::OkStatus();
    });
    if (!taken.ok()) spdlog::error("{}: {}", place.door.name, std::string(taken.message()));
  }
}

void Acceptor::Run() {
  std::vector<pollfd> polled;
  while (true) {
    {
      std::lock_guard lock(mu_);
      if (stopping_) return;
    }
    polled.assign({{wake_fd_, POLLIN, 0}});
    bool look_again = false;
    for (const auto& place : places_) {
      // One that waits for a descriptor is always ready, and would be asked without a pause.
      polled.push_back({place->waits ? -1 : place->door.listener, POLLIN, 0});
      look_again = look_again || place->waits || !place->trouble.empty();
    }
    if (poll(polled.data(), polled.size(), look_again ? kAgainMs : -1) < 0 && errno != EINTR) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kAgainMs));
      continue;
    }
    for (size_t i = 0; i < places_.size(); ++i) {
      Place& place = *places_[i];
      if (polled[i + 1].revents != 0 || place.waits || !place.trouble.empty()) AcceptAll(place);
    }
  }
}

}  // namespace elastilab
