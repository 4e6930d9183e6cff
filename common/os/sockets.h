// IPv4 sockets that listen, and the question whether one could.
#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>

#include "common/os/unique_fd.h"
#include "common/status.h"

namespace elastilab {

// Nothing when `address` is not dotted.
std::optional<sockaddr_in> Ipv4Address(const std::string& address, int port);

enum class SocketKind { kTcp, kUdp };
struct ListenOptions {
  SocketKind kind = SocketKind::kTcp;
  bool shared = false;  // SO_REUSEPORT: others may listen there as well, if they say the same
  bool nonblocking = false;
  int backlog = SOMAXCONN;
};
// A socket that is bound and, for TCP, listens; closed on exec. The error's message is the system's reason alone:
// InvalidArgument (no such address), AlreadyExists (somebody is there), Unavailable (all else).
StatusOr<UniqueFd> Listen(const std::string& address, int port, const ListenOptions& options = {});

}  // namespace elastilab
