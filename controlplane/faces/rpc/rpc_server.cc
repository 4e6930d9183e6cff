#include "controlplane/faces/rpc/rpc_server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_posix.h>
#include <sys/stat.h>

#include <charconv>
#include <map>
#include <mutex>

#include "controlplane/faces/rpc/acceptor.h"
#include "controlplane/faces/rpc/described_service.h"

namespace elastilab {
namespace {

constexpr int kMostThreads = 32;           // for reflection, which is served by a thread for each stream
constexpr int kStreamsPerConnection = 128;  // more of one client wait at the client
constexpr size_t kMostMemory = 64 * 1024 * 1024;  // of what has been received and not yet taken, each face

// The IP of each connection, by its descriptor: all that gRPC knows of a connection that it did not accept itself.
class PeerBook {
 public:
  void Note(int fd, const std::string& ip) {
    std::lock_guard lock(mu_);
    ip_[fd] = ip;
  }
  // `grpc_peer` is "fd:17".
  std::string IpOf(std::string_view grpc_peer) const {
    int fd = -1;
    if (grpc_peer.starts_with("fd:")) std::from_chars(grpc_peer.data() + 3, grpc_peer.data() + grpc_peer.size(), fd);
    std::lock_guard lock(mu_);
    const auto found = ip_.find(fd);
    return found == ip_.end() ? "" : found->second;
  }

 private:
  mutable std::mutex mu_;
  std::map<int, std::string> ip_;
};

// One gRPC server without a listener of its own: the acceptor brings its connections. There is one for each kind of
// caller, so that who calls follows from the socket, and strangers can't use up what the lab's owner needs.
class Face {
 public:
  Face(const RpcServerOptions& options, bool owner)
      : room_(options.workers, options.max_calls),
        peer_([this, owner](const std::string& grpc_peer) {
          RpcPeer peer;
          peer.owner = owner;
          peer.ip = book_.IpOf(grpc_peer);
          return peer;
        }) {}
  ~Face() { Stop(); }

  Status Start(const RpcServerOptions& options, const std::vector<RpcService>& services, grpc::Service* agents) {
    for (const RpcService& service : services) {
      services_.push_back(std::make_unique<DescribedService>(service, room_, peer_));
    }
    grpc::EnableDefaultHealthCheckService(agents == nullptr);
    grpc::ServerBuilder builder;
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    if (agents == nullptr) {
      builder.SetMaxReceiveMessageSize(options.max_message_bytes);
      builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, static_cast<int>(options.idle_time.count()));
      builder.SetResourceQuota(grpc::ResourceQuota("calls").SetMaxThreads(kMostThreads).Resize(kMostMemory));
    } else {
      builder.RegisterService(agents);
    }
    for (auto& service : services_) builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    return server_ ? absl::OkStatus() : absl::InternalError("gRPC does not start");
  }

  void Take(int fd, const std::string& ip) {
    book_.Note(fd, ip);
    grpc::AddInsecureChannelFromFd(server_.get(), fd);
  }

  void SetServing(bool serving) { server_->GetHealthCheckService()->SetServingStatus(serving); }

  void Stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    room_.pool.join();
    if (server_) server_->Wait();
    server_.reset();
  }

 private:
  CallRoom room_;
  PeerBook book_;
  const PeerOfConnection peer_;
  std::vector<std::unique_ptr<DescribedService>> services_;
  std::unique_ptr<grpc::Server> server_;
};

class GrpcServer final : public RpcServer {
 public:
  explicit GrpcServer(const RpcServerOptions& options)
      : options_(options), public_(options, false), control_(options, true), agents_(options, true) {}
  ~GrpcServer() override { Stop(); }

  Status Listen(const std::vector<RpcService>& services, grpc::Service* agents) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    RETURN_IF_ERROR(OpenDoors(agents != nullptr));
    if (!options_.tcp_address.empty()) RETURN_IF_ERROR(public_.Start(options_, services, nullptr));
    if (!options_.control_socket.empty()) RETURN_IF_ERROR(control_.Start(options_, services, nullptr));
    if (agents != nullptr) RETURN_IF_ERROR(agents_.Start(options_, {}, agents));
    acceptor_.Start();
    return absl::OkStatus();
  }

  int tcp_port() const override { return tcp_port_; }

  void SetServing(bool serving) override {
    if (!options_.tcp_address.empty()) public_.SetServing(serving);
    if (!options_.control_socket.empty()) control_.SetServing(serving);
  }

  Status Accepting() const override { return acceptor_.Accepting(); }

  void Stop() override {
    acceptor_.Stop();
    for (Face* face : {&public_, &control_, &agents_}) face->Stop();
  }

 private:
  Status OpenDoors(bool with_agents) {
    if (!options_.tcp_address.empty()) {
      const size_t colon = options_.tcp_address.rfind(':');
      auto listener = ListenOnTcp(options_.tcp_address.substr(0, colon), options_.tcp_address.substr(colon + 1));
      if (!listener.ok()) {
        return absl::FailedPreconditionError(
            fmt::format("{}; choose another port with --grpc-port", std::string(listener.status().message())));
      }
      tcp_port_ = PortOf(*listener);
      AddDoor(fmt::format("gRPC on {}", options_.tcp_address), *listener, public_);
    }
    if (!options_.control_socket.empty()) RETURN_IF_ERROR(OpenSocket("the control socket", options_.control_socket, control_));
    if (with_agents) RETURN_IF_ERROR(OpenSocket("the agents' socket", options_.agent_socket, agents_));
    return absl::OkStatus();
  }

  // Made 0600: only this user talks to the lab.
  Status OpenSocket(const std::string& name, const std::string& path, Face& face) {
    const mode_t old_mask = umask(0177);
    auto listener = ListenOnUnix(path);
    umask(old_mask);
    RETURN_IF_ERROR(listener.status());
    AddDoor(name, *listener, face);
    return absl::OkStatus();
  }

  void AddDoor(const std::string& name, int listener, Face& face) {
    acceptor_.Add({name, listener, options_.max_connections, [&face](int fd, const std::string& ip) { face.Take(fd, ip); }});
  }

  const RpcServerOptions options_;
  int tcp_port_ = 0;
  Face public_;
  Face control_;
  Face agents_;
  Acceptor acceptor_;
};

}  // namespace

StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const RpcServerOptions& options, std::vector<RpcService> services,
                                                      grpc::Service* agents) {
  auto server = std::make_unique<GrpcServer>(options);
  RETURN_IF_ERROR(server->Listen(services, agents));
  return server;
}

}  // namespace elastilab
