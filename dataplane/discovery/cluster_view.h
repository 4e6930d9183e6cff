// What a memcached configuration endpoint knows: where it listens and who belongs to the cluster.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

struct ClusterMember {
  std::string host;  // DNS name, or the address again
  std::string address;
  int port = 0;
  bool operator==(const ClusterMember&) const = default;
};

struct ClusterView {
  std::string listen_address;
  int listen_port = 0;
  int64_t version = 0;
  std::vector<ClusterMember> members;  // in host order, as clients are told
  bool operator==(const ClusterView&) const = default;
};

// The state file, written by the agent (agent/supervisor/discovery_supervisor.cc), a line per fact:
//
//   listen 127.34.0.1 11211
//   version 3
//   node mem.0001.use1.cache.local 127.31.0.4 11211
//
// InvalidArgument names the line that makes no sense. An empty list of nodes is fine.
StatusOr<ClusterView> ParseClusterView(std::string_view text);

// The payload of both answers: "3\nmem.0001.use1.cache.local|127.31.0.4|11211 …\n".
std::string ConfigPayload(const ClusterView& view);
// The whole answer to `config get cluster`.
std::string ConfigGetReply(const ClusterView& view);
// The whole answer to the older `get AmazonElastiCache:cluster`: what any client of memcached's `get` understands.
std::string LegacyGetReply(const ClusterView& view);

}  // namespace elastilab
