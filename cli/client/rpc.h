// One door to the control plane: any operation by its gRPC name, with any message. Commands see only this interface, so
// that their tests need no server.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/status.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

class Rpc {
 public:
  static constexpr std::chrono::milliseconds kDefaultDeadline{30'000};

  virtual ~Rpc() = default;

  // `method` is "/elasticache.v1.CacheClusters/CreateCacheCluster". Errors carry the operation and the fault's code
  // (exit_code.h). Unavailable: nobody answers at the address.
  virtual Status Call(const std::string& method, const google::protobuf::Message& request,
                      google::protobuf::Message* response, std::chrono::milliseconds deadline = kDefaultDeadline) = 0;
};

// `target` as gRPC spells it: "unix:/path" or "127.0.0.1:4567". Connects at the first call.
//
// ELASTILAB_ACCESS_KEY_ID, ELASTILAB_SECRET_ACCESS_KEY and ELASTILAB_SESSION_TOKEN, when set, say as whom to call.
std::unique_ptr<Rpc> MakeGrpc(const std::string& target);

// Response r = AdminCall<GetLabResponse>(rpc, "GetLab", request)
template <typename Response, typename Request>
StatusOr<Response> AdminCall(Rpc& rpc, const std::string& operation, const Request& request,
                             std::chrono::milliseconds deadline = Rpc::kDefaultDeadline) {
  Response response;
  RETURN_IF_ERROR(rpc.Call("/elastilab.admin.v1.Admin/" + operation, request, &response, deadline));
  return response;
}

// ApiCall<CreateCacheClusterResponse>(rpc, "CacheClusters/CreateCacheCluster", request)
template <typename Response, typename Request>
StatusOr<Response> ApiCall(Rpc& rpc, const std::string& operation, const Request& request) {
  Response response;
  RETURN_IF_ERROR(rpc.Call("/elasticache.v1." + operation, request, &response));
  return response;
}

}  // namespace elastilab
