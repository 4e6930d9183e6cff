#include "dataplane/wire/memcached_client.h"

#include <utility>

#include "dataplane/wire/pipelined_connection.h"

namespace elastilab {

class MemcachedClient::Connection final : public PipelinedConnection<MemcachedReplyParser, MemcachedReply> {
 public:
  using PipelinedConnection::PipelinedConnection;
};

MemcachedClient::MemcachedClient(boost::asio::io_context& io, Peer peer)
    : connection_(std::make_shared<Connection>(io, std::move(peer), MemcachedReplyParser(), std::nullopt)) {}

MemcachedClient::~MemcachedClient() { connection_->Close(); }

void MemcachedClient::Ask(const std::string& command, std::chrono::milliseconds timeout, Answer done) {
  connection_->Send(command + "\r\n", 1, timeout,
                    [done = std::move(done)](StatusOr<std::vector<MemcachedReply>> replies) {
                      if (!replies.ok()) return done(replies.status());
                      done(std::move(replies->front()));
                    });
}

}  // namespace elastilab
