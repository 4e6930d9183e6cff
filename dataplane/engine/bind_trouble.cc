#include "dataplane/engine/bind_trouble.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/os/unique_fd.h"
#include "dataplane/config/checks.h"

namespace elastilab {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress Resolve(const std::string& address, int port) {
  SocketAddress resolved;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&resolved.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&resolved.storage);
  if (inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    resolved.size = sizeof(*v4);
  } else if (inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(port));
    resolved.size = sizeof(*v6);
  }
  return resolved;
}

// The error that bind() gives, or 0.
int TryBind(const std::string& address, int port, bool shared) {
  const SocketAddress where = Resolve(address, port);
  const UniqueFd fd(socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (shared) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  return bind(fd.get(), reinterpret_cast<const sockaddr*>(&where.storage), where.size) == 0 ? 0 : errno;
}

}  // namespace

Status ExplainBindFailure(const LaunchSpec& launch, const std::string& addresses) {
  for (const std::string& address : SplitWords(addresses)) {
    if (address == launch.address) continue;  // the engine holds it
    const int error = TryBind(address, launch.port, address == launch.shared_address);
    if (error == 0) continue;
    const char* why = error == EADDRINUSE ? "another process listens there" : std::strerror(error);
    return absl::UnavailableError(fmt::format("{} cannot listen on {}:{}: {}", launch.name, address, launch.port, why));
  }
  return absl::UnavailableError(fmt::format("{} failed to listen on {} (port {}); the addresses are free now",
                                            launch.name, addresses, launch.port));
}

}  // namespace elastilab
