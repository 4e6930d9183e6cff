#include "controlplane/app/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/directories.h"
#include "common/secret.h"

namespace elastilab {
namespace {

// Six lower-case letters and digits, as in every endpoint name of an account.
std::string NewDnsToken() {
  static constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::string random = RandomHex(12);
  std::string token;
  for (size_t i = 0; i < 12; i += 2) token += kAlphabet[std::stoul(random.substr(i, 2), nullptr, 16) % kAlphabet.size()];
  return token;
}

Status CheckZones(const Draft& draft, const std::vector<std::string>& zones) {
  for (const CacheNode* node : draft.All<CacheNode>()) {
    if (std::find(zones.begin(), zones.end(), node->zone) != zones.end()) continue;
    return absl::FailedPreconditionError(fmt::format("node {}/{} lives in zone {}, which is not among --zones {}",
                                                     node->cluster_id, node->id, node->zone, fmt::join(zones, ",")));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ControlSocket(const std::string& data_dir) { return data_dir + "/run/control.sock"; }
std::string AgentSocket(const std::string& data_dir) { return data_dir + "/run/agents.sock"; }

Status PrepareDirectories(const std::string& data_dir) {
  for (const char* name : {"", "/run", "/log", "/zones"}) {
    const std::string path = data_dir + name;
    if (Status made = MakeDurableDirectories(path); !made.ok()) {
      return absl::FailedPreconditionError(
          fmt::format("{}; choose another with --data-dir", std::string(made.message())));
    }
    if (chmod(path.c_str(), 0700) != 0) {
      return absl::FailedPreconditionError(fmt::format("cannot close {} to others: {}; choose another with --data-dir",
                                                       path, std::strerror(errno)));
    }
  }
  // A Unix socket's path holds 107 bytes.
  if (AgentSocket(data_dir).size() > 107) {
    return absl::InvalidArgumentError(fmt::format("the path {} is too long for Unix sockets; choose a shorter --data-dir", data_dir));
  }
  return absl::OkStatus();
}

StatusOr<LabSettings> PrepareSettings(Store& store, const ControlPlaneOptions& options) {
  LabSettings first;
  first.region = options.region;
  first.account = options.account;
  first.dns_token = NewDnsToken();
  return store.Mutate([&](Draft& draft) -> StatusOr<LabSettings> {
    RETURN_IF_ERROR(CheckZones(draft, options.zones));
    const LabSettings* existing = draft.Find<LabSettings>(1);
    LabSettings settings = existing == nullptr ? first : *existing;
    settings.suspended = false;
    draft.Put(settings);
    return settings;
  });
}

}  // namespace elastilab
