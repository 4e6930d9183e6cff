#include "controlplane/region/model/status.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace elastilab {
namespace {

// Enumerators count from zero, so a table is indexed by them.
template <typename E, size_t N>
std::string_view Lookup(const std::array<std::string_view, N>& words, E value) {
  return words[static_cast<size_t>(value)];
}

template <typename E, size_t N>
std::optional<E> Find(const std::array<std::string_view, N>& words, std::string_view text) {
  const auto same = [&](std::string_view word) {
    return std::equal(word.begin(), word.end(), text.begin(), text.end(), [](unsigned char a, unsigned char b) {
      return std::tolower(a) == std::tolower(b);
    });
  };
  const auto it = std::find_if(words.begin(), words.end(), same);
  if (it == words.end()) return std::nullopt;
  return static_cast<E>(it - words.begin());
}

constexpr std::array<std::string_view, 3> kEngines = {"redis", "valkey", "memcached"};
constexpr std::array<std::string_view, 8> kClusterStatuses = {"creating",     "available",      "modifying",
                                                              "rebooting cluster nodes", "snapshotting",
                                                              "restore-failed", "incompatible-network", "deleting"};
constexpr std::array<std::string_view, 6> kGroupStatuses = {"creating",     "available",     "modifying",
                                                            "snapshotting", "create-failed", "deleting"};
constexpr std::array<std::string_view, 4> kNodeGroupStatuses = {"creating", "available", "modifying", "deleting"};
constexpr std::array<std::string_view, 5> kNodeStatuses = {"creating", "available", "rebooting", "creating", "deleting"};
constexpr std::array<std::string_view, 4> kAutomaticFailover = {"enabled", "disabled", "enabling", "disabling"};
constexpr std::array<std::string_view, 3> kRoles = {"", "primary", "replica"};
constexpr std::array<std::string_view, 2> kZoneStatuses = {"up", "lost"};
constexpr std::array<std::string_view, 4> kUserStatuses = {"creating", "active", "modifying", "deleting"};
constexpr std::array<std::string_view, 3> kAuthentication = {"password", "no-password", "iam"};
constexpr std::array<std::string_view, 3> kParameterStatuses = {"in-sync", "applying", "pending-reboot"};
constexpr std::array<std::string_view, 9> kSourceTypes = {
    "cache-cluster",    "cache-parameter-group", "cache-security-group",      "cache-subnet-group", "replication-group",
    "serverless-cache", "serverless-cache-snapshot", "user", "user-group"};
constexpr std::array<std::string_view, 8> kFailoverSteps = {"none",      "fencing",    "measuring", "promoting",
                                                            "replacing", "rebuilding", "returning", "handing-over"};
constexpr std::array<std::string_view, 8> kFailoverCauses = {"none",      "exited",        "hung",
                                                             "zone-lost", "test-failover", "manual",
                                                             "maintenance", "resumed"};

}  // namespace

std::string_view Text(Engine engine) { return Lookup(kEngines, engine); }
std::string_view Text(ClusterStatus status) { return Lookup(kClusterStatuses, status); }
std::string_view Text(GroupStatus status) { return Lookup(kGroupStatuses, status); }
std::string_view Text(NodeGroupStatus status) { return Lookup(kNodeGroupStatuses, status); }
std::string_view Text(NodeStatus status) { return Lookup(kNodeStatuses, status); }
std::string_view Text(AutomaticFailover state) { return Lookup(kAutomaticFailover, state); }
std::string_view Text(Role role) { return Lookup(kRoles, role); }
std::string_view Text(ZoneStatus status) { return Lookup(kZoneStatuses, status); }
std::string_view Text(UserStatus status) { return Lookup(kUserStatuses, status); }
std::string_view Text(Authentication type) { return Lookup(kAuthentication, type); }
std::string_view Text(ParameterStatus status) { return Lookup(kParameterStatuses, status); }
std::string_view Text(SourceType type) { return Lookup(kSourceTypes, type); }
std::string_view Text(FailoverStep step) { return Lookup(kFailoverSteps, step); }
std::string_view Text(FailoverCause cause) { return Lookup(kFailoverCauses, cause); }

std::optional<Engine> ParseEngine(std::string_view text) { return Find<Engine>(kEngines, text); }
std::optional<SourceType> ParseSourceType(std::string_view text) { return Find<SourceType>(kSourceTypes, text); }

}  // namespace elastilab
