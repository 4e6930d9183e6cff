// The gRPC face of the control plane: any number of services given by their descriptors, one callback for all their
// methods; the standard health service, server reflection, and the agents' service on its own socket. gRPC stays in
// the .cc.
//
// A fault travels as the gRPC status (its canonical code, its text) with trailers `x-fault-code`, the service's wire
// code such as CacheClusterNotFound, and `x-request-id`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/status.h"
#include "schema/operations.h"

namespace grpc {
class Service;
}
namespace google::protobuf {
class Message;
}

namespace elastilab {

// Who calls, as far as the connection tells.
struct RpcPeer {
  bool owner = false;         // over the control socket, which only the lab's user can open
  std::string ip;             // "127.0.0.1"; empty on a socket
  std::string user_agent;
  std::string authorization;  // metadata "authorization", may be empty
  std::string session_token;  // metadata "x-amz-security-token", may be empty
};

// One unary call. `request` and `response` live until `done` was called.
struct RpcCall {
  const Operation& operation;
  std::string request_id;
  const RpcPeer& peer;
  const google::protobuf::Message& request;
  google::protobuf::Message& response;
};
using RpcDone = std::function<void(Status)>;
// Called on a worker thread; may block for a commit. `done` may be called later, from any thread, exactly once.
using RpcHandler = std::function<void(const RpcCall&, RpcDone)>;

struct RpcService {
  const google::protobuf::ServiceDescriptor* descriptor;
  RpcHandler handler;
};

struct RpcServerOptions {
  std::string tcp_address;     // "127.0.0.1:4567"; empty: none
  std::string control_socket;  // Unix socket for the CLI
  std::string agent_socket;    // Unix socket for agents
  int workers = 4;
};

class RpcServer {
 public:
  // Starts to serve. FailedPrecondition names the address that is taken, and the flag that changes it.
  static StatusOr<std::unique_ptr<RpcServer>> Start(const RpcServerOptions& options, std::vector<RpcService> services,
                                                    grpc::Service* agents);
  virtual ~RpcServer() = default;
  virtual void SetServing(bool serving) = 0;  // the health service's answer
  // Ends open calls and returns when none is left.
  virtual void Stop() = 0;
};

}  // namespace elastilab
