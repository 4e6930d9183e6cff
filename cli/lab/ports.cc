#include "cli/lab/ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

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

std::vector<Listener> ReadListeners(PortKind kind, bool v6) {
  const bool tcp = kind == PortKind::kTcp;
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

std::string FindInode(PortKind kind, const std::string& address, int port) {
  in_addr parsed{};
  inet_pton(AF_INET, address.c_str(), &parsed);
  const std::string wanted = fmt::format("{:08X}", parsed.s_addr);
  for (const Listener& listener : ReadListeners(kind, false)) {
    if (listener.port == port && (listener.address == wanted || listener.address == "00000000")) return listener.inode;
  }
  for (const Listener& listener : ReadListeners(kind, true)) {
    const bool any = listener.address.find_first_not_of('0') == std::string::npos;
    const bool mapped = listener.address == "0000000000000000FFFF0000" + wanted;  // ::ffff:127.0.0.1, as gRPC binds
    if (listener.port == port && (any || mapped)) return listener.inode;
  }
  return "";
}

std::string CommandOf(const fs::path& process) {
  std::ifstream in(process / "comm");
  std::string name;
  std::getline(in, name);
  return name;
}

}  // namespace

std::string WhyNotBindable(PortKind kind, const std::string& address, int port) {
  return std::string(Listen(address, port, {.kind = kind}).status().message());
}

std::optional<PortHolder> FindPortHolder(PortKind kind, const std::string& address, int port) {
  const std::string inode = FindInode(kind, address, port);
  if (inode.empty()) return std::nullopt;
  const std::string link = fmt::format("socket:[{}]", inode);
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string pid = process.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code denied;
    for (fs::directory_iterator fd(process.path() / "fd", denied), end; !denied && fd != end; fd.increment(denied)) {
      std::error_code gone;
      if (fs::read_symlink(fd->path(), gone) == link) return PortHolder{std::stoll(pid), CommandOf(process.path())};
    }
  }
  return PortHolder{};
}

std::string DescribePortHolder(PortKind kind, const std::string& address, int port, const std::string& reason) {
  const auto holder = FindPortHolder(kind, address, port);
  if (!holder) return reason;
  if (holder->pid == 0) return "held by a process of another user";
  return fmt::format("held by {} (pid {})", holder->command, holder->pid);
}

}  // namespace elastilab
