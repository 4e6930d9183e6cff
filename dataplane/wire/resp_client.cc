#include "dataplane/wire/resp_client.h"

#include <fmt/format.h>

#include <utility>

#include "dataplane/wire/pipelined_connection.h"

namespace elastilab {

class RespClient::Connection final : public PipelinedConnection<RespParser, RespValue> {
 public:
  using PipelinedConnection::PipelinedConnection;

  static std::optional<Greeting> Login(const Peer& peer, const RespLogin& login) {
    if (login.user.empty()) return std::nullopt;
    return Greeting{
        EncodeRespCommand({"AUTH", login.user, login.password.Reveal()}),
        [where = peer.Text(), user = login.user](const RespValue& reply) -> Status {
          if (!reply.IsError()) return absl::OkStatus();
          return absl::PermissionDeniedError(fmt::format("{} refuses user {}: {}", where, user, reply.text));
        }};
  }
};

RespClient::RespClient(boost::asio::io_context& io, Peer peer, const RespLogin& login, RespLimits limits) {
  auto greeting = Connection::Login(peer, login);
  connection_ = std::make_shared<Connection>(io, std::move(peer), RespParser(limits), std::move(greeting));
}

RespClient::~RespClient() { connection_->Close(); }

void RespClient::Call(const std::vector<RespCommand>& commands, std::chrono::milliseconds timeout, Replies done) {
  std::string bytes;
  for (const RespCommand& command : commands) bytes += EncodeRespCommand(command);
  connection_->Send(std::move(bytes), commands.size(), timeout, std::move(done));
}

}  // namespace elastilab
