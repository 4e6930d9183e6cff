#include "controlplane/faces/rpc/rpc_server.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

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

// gRPC says "unix:", "ipv4:127.0.0.1:51234", "ipv6:%5B::1%5D:51234".
RpcPeer PeerOf(const grpc::CallbackServerContext& context) {
  RpcPeer peer;
  const std::string address = context.peer();
  peer.owner = address.starts_with("unix:");
  if (address.starts_with("ipv4:")) peer.ip = address.substr(5, address.rfind(':') - 5);
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

// One method's state while it runs.
struct Running {
  std::unique_ptr<Message> request;
  std::unique_ptr<Message> response;
  RpcPeer peer;
  std::string request_id = NewRequestId();
};

// A gRPC service made from a descriptor: every method takes and gives raw bytes, parsed by reflection.
class DescribedService final : public grpc::Service {
 public:
  DescribedService(const RpcService& service, boost::asio::thread_pool& pool)
      : operations_(OperationsOf(service.descriptor)), handler_(service.handler), pool_(pool) {
    for (size_t i = 0; i < operations_.size(); ++i) AddOperation(static_cast<int>(i));
  }

 private:
  void AddOperation(int index) {
    const Operation& operation = operations_[index];
    const auto path = fmt::format("/{}/{}", operation.method->service()->full_name(), operation.method->name());
    paths_.push_back(std::make_unique<std::string>(path));
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back()->c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                     [this, index](grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                   grpc::ByteBuffer* out) { return Serve(index, context, in, out); }));
  }

  grpc::ServerUnaryReactor* Serve(int index, grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                  grpc::ByteBuffer* out) {
    const Operation& operation = operations_[index];
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto running = std::make_shared<Running>();
    running->request = NewMessage(operation.request);
    running->response = NewMessage(operation.response);
    grpc::ByteBuffer copy = *in;
    if (!grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(&copy, running->request.get()).ok()) {
      reactor->Finish({grpc::StatusCode::INVALID_ARGUMENT, fmt::format("the request is no {}", operation.request->full_name())});
      return reactor;
    }
    running->peer = PeerOf(*context);
    boost::asio::post(pool_, [this, &operation, running, context, out, reactor] {
      handler_({operation, running->request_id, running->peer, *running->request, *running->response},
               [running, context, out, reactor](Status status) { Reply(*running, status, context, out, reactor); });
    });
    return reactor;
  }

  static void Reply(Running& running, Status status, grpc::CallbackServerContext* context, grpc::ByteBuffer* out,
                    grpc::ServerUnaryReactor* reactor) {
    context->AddTrailingMetadata("x-request-id", running.request_id);
    if (status.ok()) {
      bool own_buffer = false;
      reactor->Finish(grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(*running.response, out, &own_buffer));
      return;
    }
    if (FaultOf(status)) context->AddTrailingMetadata("x-fault-code", std::string(FaultWire(*FaultOf(status))));
    reactor->Finish(ToGrpc(status));
  }

  const std::vector<Operation> operations_;
  const RpcHandler handler_;
  boost::asio::thread_pool& pool_;
  std::vector<std::unique_ptr<std::string>> paths_;
};

class GrpcServer final : public RpcServer {
 public:
  explicit GrpcServer(int workers) : pool_(workers) {}
  ~GrpcServer() override { Stop(); }

  Status Listen(const RpcServerOptions& options, const std::vector<RpcService>& services, grpc::Service* agents) {
    for (const RpcService& service : services) services_.push_back(std::make_unique<DescribedService>(service, pool_));
    // Sockets are made 0600: only this user talks to the lab.
    const mode_t old_mask = umask(0177);
    Status status = ListenPublic(options);
    if (status.ok() && agents != nullptr) status = ListenForAgents(options.agent_socket, agents);
    umask(old_mask);
    return status;
  }

  void SetServing(bool serving) override { server_->GetHealthCheckService()->SetServingStatus(serving); }

  void Stop() override {
    const auto now = std::chrono::system_clock::now();
    if (server_) server_->Shutdown(now);
    if (agent_server_) agent_server_->Shutdown(now);
    pool_.join();
    if (server_) server_->Wait();
    if (agent_server_) agent_server_->Wait();
    server_.reset();
    agent_server_.reset();
  }

 private:
  Status ListenPublic(const RpcServerOptions& options) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(4 * 1024 * 1024);
    int port = 0;
    if (!options.tcp_address.empty()) {
      builder.AddListeningPort(options.tcp_address, grpc::InsecureServerCredentials(), &port);
    }
    if (!options.control_socket.empty()) {
      unlink(options.control_socket.c_str());
      builder.AddListeningPort("unix:" + options.control_socket, grpc::InsecureServerCredentials());
    }
    for (auto& service : services_) builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    if (!server_ || (!options.tcp_address.empty() && port == 0)) {
      return absl::FailedPreconditionError(fmt::format(
          "cannot listen on {}: it is taken or not allowed; choose another port with --grpc-port", options.tcp_address));
    }
    return absl::OkStatus();
  }

  Status ListenForAgents(const std::string& socket, grpc::Service* agents) {
    unlink(socket.c_str());
    grpc::EnableDefaultHealthCheckService(false);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
    builder.RegisterService(agents);
    agent_server_ = builder.BuildAndStart();
    if (!agent_server_) return absl::FailedPreconditionError(fmt::format("cannot listen for agents on {}", socket));
    return absl::OkStatus();
  }

  boost::asio::thread_pool pool_;
  std::vector<std::unique_ptr<DescribedService>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::Server> agent_server_;
};

}  // namespace

StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const RpcServerOptions& options, std::vector<RpcService> services,
                                                      grpc::Service* agents) {
  auto server = std::make_unique<GrpcServer>(options.workers);
  RETURN_IF_ERROR(server->Listen(options, services, agents));
  return server;
}

}  // namespace elastilab
