// `connect ID`: becomes redis-cli (or nc for memcached) on the right endpoint.
#pragma once

#include "cli/commands/context.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {

struct ConnectPlace {
  std::string address;
  int port = 0;
};

// The primary endpoint (configuration endpoint for memcached), the reader endpoint, or one node ("demo-002", "0002").
// NotFound names what there is; FailedPrecondition while the endpoint does not exist yet.
StatusOr<ConnectPlace> ChoosePlace(const admin::v1::DescribeTopologyResponse& topology, bool reader,
                                   const std::string& node);

CommandSpec ConnectSpec();
StatusOr<int> Connect(Context& context);

}  // namespace elastilab
