#include "common/os/sockets.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace elastilab {
namespace {

bool BindAndListen(int fd, const sockaddr_in& where, const ListenOptions& options) {
  const int on = 1;
  const bool tcp = options.kind == SocketKind::kTcp;
  // Not for UDP: two programs could share the port.
  if (tcp && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return false;
  if (options.shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) return false;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0) return false;
  return !tcp || listen(fd, options.backlog) == 0;
}

}  // namespace

std::optional<sockaddr_in> Ipv4Address(const std::string& address, int port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) return std::nullopt;
  return where;
}

StatusOr<UniqueFd> Listen(const std::string& address, int port, const ListenOptions& options) {
  const auto where = Ipv4Address(address, port);
  if (!where) return absl::InvalidArgumentError("not an IPv4 address");
  const int type = options.kind == SocketKind::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  UniqueFd fd(socket(AF_INET, type | SOCK_CLOEXEC | (options.nonblocking ? SOCK_NONBLOCK : 0), 0));
  if (fd.valid() && BindAndListen(fd.get(), *where, options)) return fd;
  if (errno == EADDRINUSE) return absl::AlreadyExistsError(std::strerror(errno));
  return absl::UnavailableError(std::strerror(errno));
}

}  // namespace elastilab
