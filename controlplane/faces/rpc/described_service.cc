#include "controlplane/faces/rpc/described_service.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

#include "common/contain.h"
#include "common/secret.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;

grpc::Status ToGrpc(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // absl's canonical codes and gRPC's are the same numbers.
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

std::string NewRequestId() {
  const std::string hex = RandomHex(16);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* descriptor) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

RpcPeer WithMetadata(RpcPeer peer, const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto text = [&](const char* name) {
    const auto it = metadata.find(name);
    return it == metadata.end() ? std::string() : std::string(it->second.data(), it->second.size());
  };
  peer.user_agent = text("user-agent");
  peer.authorization = text("authorization");
  peer.session_token = text("x-amz-security-token");
  return peer;
}

// One call while it runs.
struct Running {
  CallRoom& room;
  grpc::CallbackServerContext* context;
  grpc::ByteBuffer* out;
  grpc::ServerUnaryReactor* reactor;
  std::unique_ptr<Message> request = nullptr;
  std::unique_ptr<Message> response = nullptr;
  RpcPeer peer = {};
  std::string request_id = NewRequestId();
  std::atomic<bool> answered = false;

  // Once; what comes later is dropped: a handler that answered and then threw.
  void Reply(const Status& status) {
    if (answered.exchange(true)) return;
    context->AddTrailingMetadata("x-request-id", request_id);
    room.Leave();
    if (status.ok()) {
      bool own_buffer = false;
      reactor->Finish(grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(*response, out, &own_buffer));
      return;
    }
    if (FaultOf(status)) context->AddTrailingMetadata("x-fault-code", std::string(FaultWire(*FaultOf(status))));
    reactor->Finish(ToGrpc(status));
  }
};

// A handler that throws is a bug of ours, and must not take the control plane down.
void Run(const RpcHandler& handler, const Operation& operation, const std::shared_ptr<Running>& running) {
  const Status ran = Contain([&] {
    handler({operation, running->request_id, running->peer, *running->request, *running->response},
            [running](Status status) { running->Reply(status); });
    return absl::OkStatus();
  });
  if (ran.ok()) return;
  spdlog::error("{} {} failed: {}", running->request_id, operation.name, std::string(ran.message()));
  running->Reply(absl::InternalError("an internal error; the control plane's log has it under the request id"));
}

}  // namespace

bool CallRoom::Enter() {
  if (in_hand.fetch_add(1, std::memory_order_relaxed) < most) return true;
  Leave();
  return false;
}

DescribedService::DescribedService(const RpcService& service, CallRoom& room, const PeerOfConnection& peer)
    : operations_(OperationsOf(service.descriptor)), handler_(service.handler), room_(room), peer_(peer) {
  for (size_t i = 0; i < operations_.size(); ++i) AddOperation(static_cast<int>(i));
}

void DescribedService::AddOperation(int index) {
  const Operation& operation = operations_[index];
  const auto path = fmt::format("/{}/{}", operation.method->service()->full_name(), operation.method->name());
  paths_.push_back(std::make_unique<std::string>(path));
  AddMethod(new grpc::internal::RpcServiceMethod(paths_.back()->c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                   [this, index](grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                 grpc::ByteBuffer* out) { return Serve(index, context, in, out); }));
}

grpc::ServerUnaryReactor* DescribedService::Serve(int index, grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  const Operation& operation = operations_[index];
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!room_.Enter()) {
    reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
                     fmt::format("the control plane has {} calls in hand, as many as it takes: try again", room_.most)});
    return reactor;
  }
  std::shared_ptr<Running> running(new Running{room_, context, out, reactor});
  running->request = NewMessage(operation.request);
  running->response = NewMessage(operation.response);
  grpc::ByteBuffer copy = *in;
  if (!grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(&copy, running->request.get()).ok()) {
    running->Reply(absl::InvalidArgumentError(fmt::format("the request is no {}", operation.request->full_name())));
    return reactor;
  }
  running->peer = WithMetadata(peer_(context->peer()), *context);
  boost::asio::post(room_.pool, [this, &operation, running] { Run(handler_, operation, running); });
  return reactor;
}

}  // namespace elastilab
