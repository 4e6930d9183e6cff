#include "common/os/listeners.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace elastilab {
namespace {

namespace fs = std::filesystem;

struct Listener {
  std::string address;  // hexadecimal, as the kernel prints it
  int port = 0;
  std::string inode;
};

constexpr char kTcpListen[] = "0A";
constexpr char kUdpOpen[] = "07";

std::vector<Listener> ReadListeners(SocketKind kind, bool v6) {
  const bool tcp = kind == SocketKind::kTcp;
  std::ifstream in(fmt::format("/proc/net/{}{}", tcp ? "tcp" : "udp", v6 ? "6" : ""));
  std::vector<Listener> listeners;
  std::string line;
  std::getline(in, line);  // heading
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
    const size_t colon = local.find(':');
    if (colon == std::string::npos || state != (tcp ? kTcpListen : kUdpOpen)) continue;
    listeners.push_back({local.substr(0, colon), std::stoi(local.substr(colon + 1), nullptr, 16), inode});
  }
  return listeners;
}

}  // namespace

std::vector<std::string> ListenerInodes(SocketKind kind, const std::string& address, int port) {
  const auto where = Ipv4Address(address, port);
  if (!where) return {};
  const std::string wanted = fmt::format("{:08X}", where->sin_addr.s_addr);
  std::vector<std::string> inodes;
  for (const Listener& listener : ReadListeners(kind, false)) {
    const bool here = listener.address == wanted || listener.address == "00000000";
    if (listener.port == port && here) inodes.push_back(listener.inode);
  }
  for (const Listener& listener : ReadListeners(kind, true)) {
    const bool any = listener.address.find_first_not_of('0') == std::string::npos;
    const bool mapped = listener.address == "0000000000000000FFFF0000" + wanted;  // ::ffff:127.0.0.1, as gRPC binds
    if (listener.port == port && (any || mapped)) inodes.push_back(listener.inode);
  }
  return inodes;
}

bool HoldsSocket(int64_t pid, const std::vector<std::string>& inodes) {
  if (inodes.empty()) return false;
  std::error_code denied;
  for (fs::directory_iterator fd(fmt::format("/proc/{}/fd", pid), denied), end; !denied && fd != end;
       fd.increment(denied)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(fd->path(), gone).string();
    const auto is_target = [&](const std::string& inode) { return target == fmt::format("socket:[{}]", inode); };
    if (std::any_of(inodes.begin(), inodes.end(), is_target)) return true;
  }
  return false;
}

}  // namespace elastilab
