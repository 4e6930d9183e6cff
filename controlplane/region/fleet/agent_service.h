// The gRPC side of the fleet: one bidirectional stream per agent. gRPC stays in the .cc.
#pragma once

#include <memory>

#include "controlplane/region/fleet/fleet.h"

namespace grpc {
class Service;
}

namespace elastilab {

// The service to register with a server; outlives the server. Streams of other users than our own are refused where the
// transport tells who the peer is (Unix sockets: the directory is 0700 and the socket 0600).
std::unique_ptr<grpc::Service> MakeAgentService(Fleet& fleet);

}  // namespace elastilab
