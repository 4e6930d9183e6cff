#include "dataplane/discovery/listening_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace elastilab {
namespace {

Status Listen(int fd, const sockaddr_in& where) {
  const int yes = 1;
  const bool listens = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
                       setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) == 0 &&
                       bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0 &&
                       listen(fd, SOMAXCONN) == 0;
  return listens ? absl::OkStatus() : absl::UnavailableError(std::strerror(errno));
}

}  // namespace

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) close(fd_);
}

StatusOr<ListeningSocket> ListeningSocket::Open(const std::string& address, int port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
    return absl::InvalidArgumentError(fmt::format("cannot listen on '{}': not an IPv4 address", address));
  }
  ListeningSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (Status listens = Listen(socket.fd(), where); !listens.ok()) {
    return absl::UnavailableError(
        fmt::format("cannot listen on {}:{}: {}", address, port, std::string(listens.message())));
  }
  return socket;
}

}  // namespace elastilab
