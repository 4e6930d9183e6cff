#include "controlplane/services/elasticache/free_addresses.h"

#include <fmt/format.h>

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

}  // namespace

Status FreeAddresses::Find(const std::vector<AddressNeed>& needs) {
  for (const AddressNeed& need : needs) {
    FreeAddress free;
    for (int attempt = 0; free.address.empty(); ++attempt) {
      if (attempt == kTries) {
        const std::string whose = need.zone.empty() ? "endpoint address" : fmt::format("address of zone {}", need.zone);
        return InsufficientCapacity(fmt::format("No {} has port {} free: other programs listen there. Choose another port.",
                                                whose, need.port));
      }
      const int64_t id = region_.store.NewId();
      std::string address = region_.addresses.EndpointAddress(id);
      if (!need.zone.empty()) {
        ASSIGN_OR_RETURN(address, region_.addresses.NodeAddress(need.zone, id));
      }
      if (!IsTaken(address, need.port)) free = {id, std::move(address)};
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
    for (const FreeAddress& free : addresses) found.insert(free.address);
  }
  std::set<std::string> taken;
  ForEachAddress(draft, [&](const std::string& address) {
    if (found.contains(address)) taken.insert(address);
  });
  return taken;
}

bool FreeAddresses::IsTaken(const std::string& address, int port) const {
  const bool recorded = region_.store.Read([&](const State& state) {
    bool any = false;
    ForEachAddress(state, [&](const std::string& other) { any = any || other == address; });
    return any;
  });
  return recorded || !region_.address_is_free(address, port);
}

}  // namespace elastilab
