#include "dataplane/engine/redis_apply.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "dataplane/config/checks.h"
#include "dataplane/config/redis_config.h"

namespace elastilab {
namespace {

using Addresses = std::vector<std::string>;

bool Contains(const Addresses& addresses, const std::string& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

bool SameAddresses(const Addresses& a, const Addresses& b) {
  return a.size() == b.size() &&
         std::all_of(a.begin(), a.end(), [&](const auto& address) { return Contains(b, address); });
}

RespCommand Bind(const Addresses& addresses) {
  return {"CONFIG", "SET", "bind", fmt::format("{}", fmt::join(addresses, " "))};
}

// Without what is not wanted, and without anything new.
Addresses Kept(const RedisObserved& observed, const Addresses& wanted) {
  Addresses kept;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(kept),
               [&](const auto& address) { return Contains(observed.bound, address); });
  if (kept.empty()) kept.push_back(wanted.front());
  return kept;
}

// Whoever is connected must connect again, and then finds who holds the endpoint.
void CutClients(RedisBatch& batch) {
  batch.push_back({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  batch.push_back({"CLIENT", "KILL", "TYPE", "pubsub"});
}

// A primary that is to hand over: no connection may bring it another write, also none that is open already.
RedisBatch Rebind(const LiveSpec& to, const Addresses& wanted) {
  RedisBatch batch = {Bind(wanted)};
  if (to.endpoints.empty()) CutClients(batch);
  return batch;
}

void AddFollow(const HostPort& primary, bool serve_stale, RedisBatch& batch) {
  batch.push_back({"CONFIG", "SET", "replica-serve-stale-data", serve_stale ? "yes" : "no"});
  batch.push_back({"REPLICAOF", primary.address, std::to_string(primary.port)});
}

RedisBatch BecomeReplica(const LaunchSpec& launch, const RedisObserved& observed, const LiveSpec& to,
                         const Addresses& kept) {
  RedisBatch batch;
  if (!SameAddresses(observed.bound, kept)) batch.push_back(Bind(kept));
  if (observed.primary) CutClients(batch);
  if (to.follow && (observed.primary || observed.follows != to.follow)) {
    AddFollow(*to.follow, true, batch);
  } else if (!to.follow && observed.primary) {
    AddFollow({launch.address, kNoPrimaryPort}, false, batch);
  }
  return batch;
}

}  // namespace

RedisBatch ObserveCommands() { return {{"ROLE"}, {"CONFIG", "GET", "bind"}}; }

StatusOr<RedisObserved> ReadObserved(const std::vector<RespValue>& replies) {
  const Status unexpected = absl::InternalError("the engine's answer to ROLE or CONFIG GET bind makes no sense");
  if (replies.size() != 2 || replies[0].items.empty() || replies[1].items.size() != 2) return unexpected;
  const auto& role = replies[0].items;
  RedisObserved observed;
  observed.primary = role[0].text == "master";
  if (!observed.primary) {
    if (role[0].text != "slave" || role.size() < 3) return unexpected;
    observed.follows = HostPort{role[1].text, static_cast<int>(role[2].integer)};
  }
  observed.bound = SplitWords(replies[1].items[1].text);
  return observed;
}

std::vector<RedisBatch> PlanRedisApply(const LaunchSpec& launch, const RedisObserved& observed, const LiveSpec& to) {
  const Addresses wanted = BoundAddresses(launch, to.endpoints);
  std::vector<RedisBatch> batches;
  if (to.role == NodeRole::kPrimary) {
    if (!observed.primary) batches.push_back({{"REPLICAOF", "NO", "ONE"}});
    if (!SameAddresses(observed.bound, wanted)) batches.push_back(Rebind(to, wanted));
    return batches;
  }
  const Addresses kept = Kept(observed, wanted);
  RedisBatch follow = BecomeReplica(launch, observed, to, kept);
  if (!follow.empty()) batches.push_back(std::move(follow));
  if (!SameAddresses(kept, wanted)) batches.push_back({Bind(wanted)});
  return batches;
}

}  // namespace elastilab
