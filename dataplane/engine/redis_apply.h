// What must be sent to a running redis or valkey to make its role and its addresses as wished. Pure.
//
// The rule behind the order: at no instant do two nodes take writes on one address. So a node gives addresses up before
// it is demoted and takes them after it is promoted, and only what is missing is sent: `bind` makes the engine close
// and reopen all its listening sockets, which clients that are just connecting would notice.
//
//   promote   REPLICAOF NO ONE  |  CONFIG SET bind own, endpoints
//   demote    CONFIG SET bind own, what it keeps + CLIENT KILL + REPLICAOF  |  CONFIG SET bind own, endpoints
//   follow    (CONFIG SET bind own, what it keeps) + REPLICAOF              |  CONFIG SET bind own, endpoints
//
// Between two batches ( | ) the replies are checked; a batch is one write, carried out by the engine in one go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/status.h"
#include "dataplane/engine/node_spec.h"
#include "dataplane/wire/resp.h"

namespace elastilab {

// What the engine says before anything is changed.
struct RedisObserved {
  bool primary = false;
  std::optional<HostPort> follows;  // a replica's
  std::vector<std::string> bound;   // addresses, its own included
  bool operator==(const RedisObserved&) const = default;
};

using RedisBatch = std::vector<RespCommand>;

// Asked first; `replies` are those to these commands.
RedisBatch ObserveCommands();
StatusOr<RedisObserved> ReadObserved(const std::vector<RespValue>& replies);

// Empty when all is so already. A replica that is told no primary stays with the one it has: it can't be promoted by
// that, and goes on serving reads. A primary that is told to be a replica of nobody known serves nothing any more.
std::vector<RedisBatch> PlanRedisApply(const LaunchSpec& launch, const RedisObserved& observed, const LiveSpec& to);

}  // namespace elastilab
