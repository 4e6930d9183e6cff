// A cluster as a picture: its zones beside each other, its nodes in them, what each endpoint reaches.
//
//   demo  replication group · redis 7.1 · cache.t4g.micro · available · Multi-AZ
//
//   us-east-1a               us-east-1b               us-east-1c
//   ┌──────────────────────┐ ┌──────────────────────┐ ┌──────────────────────┐
//   │ ● demo-001   primary │ │ ● demo-002   replica │ │ ● demo-003   replica │
//   │ available            │ │ available            │ │ available            │
//   │ 127.31.0.10:6379     │ │ 127.32.0.10:6379     │ │ 127.33.0.10:6379     │
//   │ pid 4711             │ │ pid 4712 · lag 0 B   │ │ pid 4713 · lag 0 B   │
//   └──────────────────────┘ └──────────────────────┘ └──────────────────────┘
//
//   primary  127.31.200.1:6379
//   reader   127.31.200.2:6379
//
// Zones stand below each other where the terminal is too narrow; from kMostBoxes nodes on it is a table.
#pragma once

#include <string>

#include "cli/output/style.h"

namespace elastilab::admin::v1 {
class DescribeTopologyResponse;
class EndpointInfo;
class NodeInfo;
}  // namespace elastilab::admin::v1

namespace elastilab {

inline constexpr int kMostBoxes = 24;

std::string TopologyPicture(const admin::v1::DescribeTopologyResponse& topology, const Style& style);

// What names a node for `fault kill-node`: "demo-001", and "pages/0002" where a cluster has several nodes.
std::string NodeName(const admin::v1::DescribeTopologyResponse& topology, const admin::v1::NodeInfo& node);
// The endpoint of this kind, or null.
const admin::v1::EndpointInfo* FindEndpoint(const admin::v1::DescribeTopologyResponse& topology,
                                            const std::string& kind);
// A command that talks to the cluster: "redis-cli -h 127.31.200.1 -p 6379"; empty while there is no endpoint.
std::string ConnectLine(const admin::v1::DescribeTopologyResponse& topology);

}  // namespace elastilab
