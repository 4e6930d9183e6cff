// The configuration text of one redis or valkey process. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// The agent's ACL user in each engine, and the one replicas log in as.
inline constexpr std::string_view kControlUser = "elastilab-agent";
inline constexpr std::string_view kReplicationUser = "elastilab-replica";

// A replica that does not know its primary yet follows this port of its own address, where nothing listens. So it is a
// replica from its first moment: it takes no write, and answers reads with MASTERDOWN.
inline constexpr int kNoPrimaryPort = 1;

// One word of a configuration line, quoted so that nothing in it can end the word or the line.
std::string QuoteRedisWord(std::string_view word);

// The addresses for `bind`: the node's own first, then the endpoints, each once.
std::vector<std::string> BoundAddresses(const LaunchSpec& launch, const std::vector<std::string>& endpoints);

// Which endpoints a fresh process has: a primary starts on its own, a replica on none.
std::vector<std::string> EndpointsAtLaunch(const LiveSpec& live);

// The text for `redis-server -`. It holds passwords. InvalidArgument names what is wrong with the spec: no value in it
// can add a directive or an ACL rule of its own.
StatusOr<std::string> RenderRedisConfig(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                                        const NodePaths& paths);

}  // namespace elastilab
