// A gRPC service made from a descriptor: every method takes and gives raw bytes, parsed by reflection. For rpc_server.cc.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/service_type.h>

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controlplane/faces/rpc/rpc_server.h"

namespace elastilab {

// What all services of one face share: the workers, and a bound on the calls that are in hand, those that wait for a
// worker included. Calls beyond it are answered with RESOURCE_EXHAUSTED, whatever a client opens. Outlives its services.
struct CallRoom {
  CallRoom(int workers, int limit) : pool(static_cast<size_t>(workers)), most(limit) {}
  bool Enter();  // each true is followed by one Leave
  void Leave() { in_hand.fetch_sub(1, std::memory_order_relaxed); }

  boost::asio::thread_pool pool;
  const int most;
  std::atomic<int> in_hand = 0;
};

// What a face knows of who calls, before the call's metadata is read.
using PeerOfConnection = std::function<RpcPeer(const std::string& grpc_peer)>;

class DescribedService final : public grpc::Service {
 public:
  DescribedService(const RpcService& service, CallRoom& room, const PeerOfConnection& peer);

 private:
  void AddOperation(int index);
  grpc::ServerUnaryReactor* Serve(int index, grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                  grpc::ByteBuffer* out);

  const std::vector<Operation> operations_;
  const RpcHandler handler_;
  CallRoom& room_;
  const PeerOfConnection& peer_;
  std::vector<std::unique_ptr<std::string>> paths_;
};

}  // namespace elastilab
