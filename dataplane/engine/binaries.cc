// FindEngineBinaries and ChooseBinary of driver.h.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "common/os/pidfd.h"
#include "common/os/spawn.h"
#include "dataplane/engine/driver.h"
#include "dataplane/engine/version.h"
#include "dataplane/engine/version_text.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrograms[] = {"redis-server", "valkey-server", "memcached"};
constexpr std::string_view kUsualPlaces =
    "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/opt/redis/bin:/opt/valkey/bin";

std::vector<std::string> Places() {
  const char* path = std::getenv("PATH");
  const std::string all = fmt::format("{}:{}", path == nullptr ? "" : path, kUsualPlaces);
  std::vector<std::string> places;
  for (size_t from = 0; from <= all.size();) {
    const size_t colon = std::min(all.find(':', from), all.size());
    if (colon > from) places.push_back(all.substr(from, colon - from));
    from = colon + 1;
  }
  return places;
}

// Reads until the other side closes, but neither for ever nor without bound.
std::string ReadSome(int fd) {
  constexpr size_t kMost = 4096;
  constexpr auto kPatience = std::chrono::seconds(2);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::string text;
  while (text.size() < kMost) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd readable{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&readable, 1, static_cast<int>(left.count())) <= 0) break;
    char buffer[1024];
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

// What `program --version` prints; empty when it can't be run.
std::string AskVersion(const std::string& program) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  Command command{.program = program, .args = {"--version"}};
  command.output_fd = writer.get();
  auto child = Spawn(command);
  writer.Reset();
  if (!child.ok()) return {};
  std::string text = ReadSome(reader.get());
  SendSignal(child->pidfd, SIGKILL);  // a no-op for one that has exited, as it should have
  AwaitExit(child->pidfd, std::chrono::seconds(1));
  TakeExitText(child->pidfd);
  return text;
}

std::string PackageOf(EngineFamily family) {
  switch (family) {
    case EngineFamily::kRedis:
      return "redis-server";
    case EngineFamily::kValkey:
      return "valkey-server (from bookworm-backports)";
    case EngineFamily::kMemcached:
      return "memcached";
  }
  return {};
}

// Smaller fits better: same minor, then newer, then older; then by distance; within a minor the highest patch.
struct Misfit {
  int kind;
  int distance;
  int patch;
  auto operator<=>(const Misfit&) const = default;
};

Misfit MisfitOf(const ProgramVersion& installed, const ProgramVersion& wanted) {
  const int distance = (installed.major - wanted.major) * 1000 + installed.minor - wanted.minor;
  const int kind = distance == 0 ? 0 : distance > 0 ? 1 : 2;
  return {kind, std::abs(distance), -installed.patch};
}

}  // namespace

std::vector<EngineBinary> FindEngineBinaries() {
  std::vector<EngineBinary> found;
  std::set<std::string> seen;
  for (const std::string& place : Places()) {
    for (const char* program : kPrograms) {
      const std::string path = fmt::format("{}/{}", place, program);
      std::error_code error;
      const fs::path real = fs::canonical(path, error);
      if (error || access(path.c_str(), X_OK) != 0 || !seen.insert(real.string()).second) continue;
      if (auto binary = ParseVersionText(AskVersion(path))) {
        binary->path = path;
        found.push_back(*std::move(binary));
      }
    }
  }
  return found;
}

StatusOr<EngineBinary> ChooseBinary(const std::vector<EngineBinary>& installed, EngineFamily family,
                                    const std::string& version) {
  const ProgramVersion wanted = ProgramVersion::Parse(version).value_or(ProgramVersion{});
  const EngineBinary* best = nullptr;
  Misfit best_misfit{};
  for (const EngineBinary& binary : installed) {
    const auto own = ProgramVersion::Parse(binary.version);
    if (binary.family != family || !own) continue;
    const Misfit misfit = MisfitOf(*own, wanted);
    if (best != nullptr && !(misfit < best_misfit)) continue;
    best = &binary;
    best_misfit = misfit;
  }
  if (best != nullptr) return *best;
  return absl::NotFoundError(fmt::format("no {} is installed on this host: install the Debian package {}",
                                         FamilyName(family), PackageOf(family)));
}

}  // namespace elastilab
