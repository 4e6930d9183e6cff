// Who has a port? Answered from /proc, as far as this user may see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/os/sockets.h"

namespace elastilab {

// What a port is for.
using PortKind = SocketKind;

// Whether a server could listen on address:port now. Empty: yes. Else the reason, as the kernel words it.
std::string WhyNotBindable(PortKind kind, const std::string& address, int port);

struct PortHolder {
  int64_t pid = 0;       // 0: belongs to another user, so not visible
  std::string command;   // "redis-server"
};

// The process that listens on the port at this address or at all addresses.
std::optional<PortHolder> FindPortHolder(PortKind kind, const std::string& address, int port);

// "held by redis-server (pid 812)", "held by a process of another user", or the kernel's reason.
std::string DescribePortHolder(PortKind kind, const std::string& address, int port, const std::string& reason);

}  // namespace elastilab
