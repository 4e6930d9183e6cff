#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/channel_arguments.h>

#include <cstdlib>
#include <vector>

#include "cli/client/exit_code.h"
#include "cli/client/rpc.h"

namespace elastilab {
namespace {

constexpr int kMaxMessageBytes = 64 << 20;

grpc::ByteBuffer ToBytes(const google::protobuf::Message& message) {
  const std::string text = message.SerializeAsString();
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBytes(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return false;
  std::string text;
  for (const grpc::Slice& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return message->ParseFromString(text);
}

// Trailers are not NUL-terminated.
std::string Trailer(const grpc::ClientContext& context, const char* key) {
  const auto& trailers = context.GetServerTrailingMetadata();
  auto found = trailers.find(key);
  return found == trailers.end() ? "" : std::string(found->second.data(), found->second.size());
}

const char* Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Without them the owner of the lab is root.
void AddCredentials(grpc::ClientContext& context) {
  const std::string id = Environment("ELASTILAB_ACCESS_KEY_ID");
  if (id.empty()) return;
  context.AddMetadata("authorization", "Basic " + absl::Base64Escape(id + ":" + Environment("ELASTILAB_SECRET_ACCESS_KEY")));
  const std::string token = Environment("ELASTILAB_SESSION_TOKEN");
  if (!token.empty()) context.AddMetadata("x-amz-security-token", token);
}

class GrpcRpc : public Rpc {
 public:
  explicit GrpcRpc(const std::string& target) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("grpc.enable_http_proxy", 0);            // never leave this host
    arguments.SetInt("grpc.service_config_disable_resolution", 1);
    arguments.SetInt("grpc.use_local_subchannel_pool", 1);
    arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
    channel_ = grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  }

  Status Call(const std::string& method, const google::protobuf::Message& request, google::protobuf::Message* response,
              std::chrono::milliseconds deadline) override {
    grpc::ClientContext context;
    AddCredentials(context);
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    const grpc::internal::RpcMethod rpc_method(method.c_str(), nullptr, grpc::internal::RpcMethod::NORMAL_RPC);
    grpc::ByteBuffer reply;
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall(channel_.get(), rpc_method, &context, ToBytes(request), &reply);
    const std::string operation = method.substr(method.rfind('/') + 1);
    if (!status.ok()) {
      return WithCallDetails(Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()),
                             operation, Trailer(context, "x-fault-code"));
    }
    if (!FromBytes(reply, response)) {
      return absl::InternalError(fmt::format("the answer to {} cannot be read: is elastilabd of another version?",
                                             operation));
    }
    return absl::OkStatus();
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace

std::unique_ptr<Rpc> MakeGrpc(const std::string& target) { return std::make_unique<GrpcRpc>(target); }

}  // namespace elastilab
