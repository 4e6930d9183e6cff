// Who listens where, as /proc/net and /proc/<pid>/fd tell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/os/sockets.h"

namespace elastilab {

// The inodes of the sockets that listen on the port at this IPv4 address, or at all addresses (of IPv6, too).
std::vector<std::string> ListenerInodes(SocketKind kind, const std::string& address, int port);
// Whether the process has one of these sockets open; false for a process of another user.
bool HoldsSocket(int64_t pid, const std::vector<std::string>& inodes);

}  // namespace elastilab
