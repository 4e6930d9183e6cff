// The gRPC face of the control plane: any number of services given by their descriptors, one callback for all their
// methods; the standard health service, server reflection, and the agents' service on its own socket. gRPC stays in
// the .cc.
//
// It accepts connections itself (acceptor.h) and bounds what callers can make it hold: connections, calls, bytes.
//
// A fault travels as the gRPC status (its canonical code, its text) with trailers `x-fault-code`, the service's wire
// code such as CacheClusterNotFound, and `x-request-id`.
#pragma once

#include <chrono>
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
// Called on a worker thread; may block for a commit. `done` may be called later, from any thread, once. One that throws has
// failed with Internal.
using RpcHandler = std::function<void(const RpcCall&, RpcDone)>;

struct RpcService {
  const google::protobuf::ServiceDescriptor* descriptor;
  RpcHandler handler;
};

struct RpcServerOptions {
  std::string tcp_address;     // "127.0.0.1:4567"; port 0: a free one (tests); empty: none
  std::string control_socket;  // Unix socket for the CLI
  std::string agent_socket;    // Unix socket for agents
  int workers = 4;             // for each of the first two
  size_t max_connections = 512;  // to each of the three; beyond it newcomers are turned away
  int max_calls = 1024;        // in hand, of each of the first two; beyond it RESOURCE_EXHAUSTED
  int max_message_bytes = 1024 * 1024;  // of a request
  std::chrono::milliseconds idle_time = std::chrono::minutes(5);  // without a call; then a connection is closed
};

class RpcServer {
 public:
  // Starts to serve. FailedPrecondition names the address that is taken, and the flag that changes it.
  static StatusOr<std::unique_ptr<RpcServer>> Start(const RpcServerOptions& options, std::vector<RpcService> services,
                                                    grpc::Service* agents);
  virtual ~RpcServer() = default;
  virtual int tcp_port() const = 0;
  virtual void SetServing(bool serving) = 0;  // the health service's answer
  // OK while newcomers are let in everywhere; else where not, and why.
  virtual Status Accepting() const = 0;
  // Ends open calls and returns when none is left.
  virtual void Stop() = 0;
};

}  // namespace elastilab
