#include "cli/lab/ports.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "common/os/listeners.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;

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
  const std::vector<std::string> inodes = ListenerInodes(kind, address, port);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string pid = process.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    if (HoldsSocket(std::stoll(pid), inodes)) return PortHolder{std::stoll(pid), CommandOf(process.path())};
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
