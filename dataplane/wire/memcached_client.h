// A client of memcached's text protocol for probing: `version` and `stats`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/status.h"
#include "dataplane/wire/memcached_reply.h"
#include "dataplane/wire/peer.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// Same promises as RespClient. Not thread-safe: one io_context thread.
class MemcachedClient {
 public:
  using Answer = std::function<void(StatusOr<MemcachedReply>)>;

  MemcachedClient(boost::asio::io_context& io, Peer peer);
  // Closes the connection; calls under way are dropped without being called back.
  ~MemcachedClient();
  MemcachedClient(const MemcachedClient&) = delete;
  MemcachedClient& operator=(const MemcachedClient&) = delete;

  // `command` without its line end, e.g. "stats"; it must be one whose reply MemcachedReplyParser understands.
  void Ask(const std::string& command, std::chrono::milliseconds timeout, Answer done);

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace elastilab
