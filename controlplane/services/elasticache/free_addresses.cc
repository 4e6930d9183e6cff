#include "controlplane/services/elasticache/free_addresses.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "controlplane/region/faults/faults.h"

namespace elastilab {
namespace {

constexpr int kTries = 200;

template <typename T, typename F>
void ForEach(const Draft& draft, F f) {
  for (const T* record : draft.All<T>()) f(*record);
}
template <typename T, typename F>
void ForEach(const State& state, F f) {
  for (const auto& [key, record] : state.table<T>()) f(*record);
}

// Calls `f` with each address that a record of `source`, a Draft or the State, has.
template <typename Source, typename F>
void ForEachAddress(const Source& source, F f) {
  ForEach<CacheNode>(source, [&](const CacheNode& node) { f(node.address); });
  ForEach<NodeGroup>(source, [&](const NodeGroup& shard) {
    f(shard.primary_endpoint.address);
    f(shard.reader_endpoint.address);
  });
  ForEach<CacheCluster>(source, [&](const CacheCluster& cluster) { f(cluster.configuration_endpoint.address); });
}

bool MayBeRecorded(const FreeAddress& address) { return address.id > AddressPlan::kPeriod; }

}  // namespace

Status FreeAddresses::Find(const std::vector<AddressNeed>& needs) {
  std::optional<std::set<std::string>> recorded;
  const auto is_recorded = [&](const FreeAddress& candidate) {
    if (!MayBeRecorded(candidate)) return false;
    if (!recorded) {
      recorded.emplace();
      region_.store.Read([&](const State& state) {
        ForEachAddress(state, [&](const std::string& address) { recorded->insert(address); });
      });
    }
    return recorded->contains(candidate.address);
  };
  for (const AddressNeed& need : needs) {
    FreeAddress free;
    for (int attempt = 0; free.address.empty(); ++attempt) {
      if (attempt == kTries) {
        const std::string whose = need.zone.empty() ? "endpoint address" : fmt::format("address of zone {}", need.zone);
        return InsufficientCapacity(fmt::format("No {} has port {} free: other programs listen there. Choose another port.",
                                                whose, need.port));
      }
      FreeAddress candidate;
      candidate.id = region_.store.NewId();
      candidate.address = region_.addresses.EndpointAddress(candidate.id);
      if (!need.zone.empty()) {
        ASSIGN_OR_RETURN(candidate.address, region_.addresses.NodeAddress(need.zone, candidate.id));
      }
      if (!is_recorded(candidate) && region_.address_is_free(candidate.address, need.port)) free = std::move(candidate);
    }
    found_[need].push_back(std::move(free));
  }
  return absl::OkStatus();
}

const std::vector<FreeAddress>& FreeAddresses::For(const AddressNeed& need) const {
  static const std::vector<FreeAddress>& none = *new std::vector<FreeAddress>();
  const auto it = found_.find(need);
  return it == found_.end() ? none : it->second;
}

std::set<std::string> FreeAddresses::TakenIn(const Draft& draft) const {
  std::set<std::string_view> found;
  for (const auto& [need, addresses] : found_) {
    for (const FreeAddress& free : addresses) {
      if (MayBeRecorded(free)) found.insert(free.address);
    }
  }
  std::set<std::string> taken;
  if (found.empty()) return taken;
  ForEachAddress(draft, [&](const std::string& address) {
    if (found.contains(address)) taken.insert(address);
  });
  return taken;
}

}  // namespace elastilab
