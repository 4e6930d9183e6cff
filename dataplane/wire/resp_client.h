// A client of redis or valkey for a control connection: pipelined, asynchronous, bounded.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/secret.h"
#include "common/status.h"
#include "dataplane/wire/peer.h"
#include "dataplane/wire/resp.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

struct RespLogin {
  std::string user;  // empty: no AUTH
  Secret password;
};

// Connects when first used and again after errors; AUTH goes out together with the first command. A server that refuses
// the login ends all calls with PermissionDenied. Not thread-safe: one io_context thread.
class RespClient {
 public:
  // One reply per command, in order. A reply that is an error is still a reply: look at RespValue::IsError.
  // Else Unavailable (nothing was sent), Aborted (lost after sending), DeadlineExceeded or ResourceExhausted.
  using Replies = std::function<void(StatusOr<std::vector<RespValue>>)>;

  RespClient(boost::asio::io_context& io, Peer peer, const RespLogin& login, RespLimits limits = {});
  // Closes the connection; calls under way are dropped without being called back.
  ~RespClient();
  RespClient(const RespClient&) = delete;
  RespClient& operator=(const RespClient&) = delete;

  // Sends `commands` (at least one) in one write. `done` is called exactly once, never from inside Call.
  void Call(const std::vector<RespCommand>& commands, std::chrono::milliseconds timeout, Replies done);

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace elastilab
