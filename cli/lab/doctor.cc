#include "cli/lab/doctor.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "cli/lab/daemon.h"
#include "cli/lab/ports.h"
#include "common/os/pidfd.h"
#include "common/os/sockets.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLeastFreeMiB = 256;

Check Good(std::string what, std::string detail) { return {Verdict::kGood, std::move(what), std::move(detail), ""}; }
Check Bad(std::string what, std::string detail, std::string fix) {
  return {Verdict::kBad, std::move(what), std::move(detail), std::move(fix)};
}
Check Warning(std::string what, std::string detail, std::string fix) {
  return {Verdict::kWarning, std::move(what), std::move(detail), std::move(fix)};
}

// The first line that `program --version` prints.
std::string VersionLine(const std::string& program) {
  std::FILE* pipe = ::popen(fmt::format("'{}' --version 2>/dev/null", program).c_str(), "re");
  if (pipe == nullptr) return "";
  std::array<char, 200> line{};
  if (std::fgets(line.data(), line.size(), pipe) == nullptr) line[0] = '\0';
  ::pclose(pipe);
  std::string text = line.data();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

Check CheckProgram(const std::string& name, const std::string& fix, Verdict if_missing) {
  const auto program = FindProgram(name);
  if (!program.ok()) return {if_missing, name, "not installed", fix};
  return Good(name, fmt::format("{} ({})", *program, VersionLine(*program).substr(0, 40)));
}

Check CheckOwnProgram(const std::string& name) {
  const auto program = FindProgram(name);
  if (!program.ok()) return Bad(name, std::string(program.status().message()), "build it: ./deploy/quickstart");
  return Good(name, *program);
}

Check CheckPort(const std::string& what, PortKind kind, int port, const std::string& flag, bool running) {
  const std::string name = fmt::format("port {} ({})", port, what);
  if (running) return Good(name, "served by the running lab");
  const std::string reason = WhyNotBindable(kind, "127.0.0.1", port);
  if (reason.empty()) return Good(name, "free");
  return Bad(name, DescribePortHolder(kind, "127.0.0.1", port, reason),
             fmt::format("stop that, or: elastilab up {} N", flag));
}

Check CheckSubnet(const std::string& zone, int base, int index) {
  const std::string address = fmt::format("127.{}.255.254", base + index);
  const std::string what = fmt::format("addresses 127.{}.0.0/16 ({})", base + index, zone);
  const std::string reason = WhyNotBindable(PortKind::kTcp, address, 0);
  if (reason.empty()) return Good(what, "bindable");
  return Bad(what, reason, "ip addr add 127.0.0.1/8 dev lo && ip link set lo up");
}

Check CheckPidfd() {
  if (OpenPidfd(::getpid()).valid()) return Good("pidfd_open", "there");
  return Bad("pidfd_open", "the kernel or a seccomp filter refuses it", "Linux 5.3 or newer is needed");
}

Check CheckReusePort() {
  if (Listen("127.0.0.1", 0, {.shared = true}).ok()) return Good("SO_REUSEPORT", "there");
  return Bad("SO_REUSEPORT", "refused: reader endpoints need it", "Linux 3.9 or newer is needed");
}

// The directory itself, or the nearest one above it that exists.
std::string NearestExisting(std::string path) {
  while (path.size() > 1 && ::access(path.c_str(), F_OK) != 0) path = fs::path(path).parent_path().string();
  return path;
}

Check CheckDataDir(const LabFiles& files) {
  const std::string place = NearestExisting(files.data_dir);
  if (::access(place.c_str(), W_OK | X_OK) != 0) {
    return Bad("data directory", fmt::format("no write permission for {}", place), "choose another: --data-dir DIR");
  }
  return Good("data directory", files.data_dir + (place == files.data_dir ? "" : " (will be made)"));
}

Check CheckDisk(const LabFiles& files) {
  struct statvfs info {};
  const std::string place = NearestExisting(files.data_dir);
  if (::statvfs(place.c_str(), &info) != 0) return Warning("free disk", "unknown", "");
  const uint64_t mib = static_cast<uint64_t>(info.f_bavail) * info.f_frsize >> 20;
  if (mib >= kLeastFreeMiB) return Good("free disk", fmt::format("{} MiB", mib));
  return Bad("free disk", fmt::format("{} MiB at {}", mib, place), "free some, or choose another place: --data-dir DIR");
}

}  // namespace

std::vector<Check> RunDoctor(const LabFiles& files, const LabSettings& settings) {
  const bool running = RunningDaemon(files) > 0;
  std::vector<Check> checks = {
      CheckOwnProgram("elastilabd"),
      CheckOwnProgram("elastilab-agent"),
      CheckProgram("redis-server", "sudo apt-get install redis-server", Verdict::kBad),
      CheckProgram("redis-cli", "sudo apt-get install redis-tools", Verdict::kWarning),
      CheckProgram("memcached", "sudo apt-get install memcached", Verdict::kBad),
      CheckProgram("valkey-server", "optional, from bookworm-backports: sudo apt-get install -t bookworm-backports valkey",
                   Verdict::kWarning),
      CheckPort("gRPC", PortKind::kTcp, settings.grpc_port, "--grpc-port", running),
      CheckPort("HTTP", PortKind::kTcp, settings.http_port, "--http-port", running),
      CheckPort("DNS", PortKind::kUdp, settings.dns_port, "--dns-port", running),
  };
  for (size_t i = 0; i < settings.zones.size(); ++i) {
    checks.push_back(CheckSubnet(settings.zones[i], settings.subnet_base, static_cast<int>(i)));
  }
  checks.push_back(CheckSubnet("endpoints", settings.subnet_base - 1, 0));
  checks.push_back(CheckPidfd());
  checks.push_back(CheckReusePort());
  checks.push_back(CheckDataDir(files));
  checks.push_back(CheckDisk(files));
  return checks;
}

}  // namespace elastilab
