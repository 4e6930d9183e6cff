// Internal to wire/: one connection to one server over which requests are pipelined. Connects when the first request
// needs it and again after an error; every request ends with its replies, or with
//
//   Unavailable        could not connect: nothing was sent
//   Aborted            the connection was lost after the request was sent: it may have been carried out
//   DeadlineExceeded   no reply in time; the late reply is read and dropped, so that a slow server is not dialled again
//   ResourceExhausted  the server has left too many requests unanswered
//
// Callbacks are never made from inside a call. Not thread-safe: one io_context thread.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/status.h"
#include "dataplane/wire/peer.h"

namespace elastilab {

// Parser: `Status Feed(std::string_view, std::vector<Reply>&)`, copied fresh from `parser` for each connection.
template <class Parser, class Reply>
class PipelinedConnection : public std::enable_shared_from_this<PipelinedConnection<Parser, Reply>> {
 public:
  using Callback = std::function<void(StatusOr<std::vector<Reply>>)>;
  // Sent first on each connection; a reply that `accept` refuses ends it.
  struct Greeting {
    std::string bytes;
    std::function<Status(const Reply&)> accept;
  };

  PipelinedConnection(boost::asio::io_context& io, Peer peer, Parser parser, std::optional<Greeting> greeting)
      : io_(io), peer_(std::move(peer)), parser_(std::move(parser)), greeting_(std::move(greeting)), timer_(io) {}

  void Send(std::string bytes, size_t replies, std::chrono::milliseconds timeout, Callback callback) {
    if (queue_.size() >= kMaxUnanswered) {
      return Later(std::move(callback), absl::ResourceExhaustedError(fmt::format("{} has left {} requests unanswered",
                                                                                 peer_.Text(), queue_.size())));
    }
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    queue_.push_back({replies, {}, std::move(callback), deadline});
    pending_ += bytes;
    if (!link_) Connect();
    Write();
    ArmTimer(deadline);
  }

  // Drops all requests without calling them back.
  void Close() {
    ended_ = true;
    queue_.clear();
    HangUp();
  }

 private:
  using Error = boost::system::error_code;
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMaxUnanswered = 128;

  struct Request {
    size_t missing;
    std::vector<Reply> replies;
    Callback callback;  // empty: timed out, its replies are dropped
    Clock::time_point deadline;
  };

  // One established or establishing connection. Handlers hold theirs, so that an operation that outlives it touches
  // neither freed memory nor the next connection.
  struct Link {
    Link(boost::asio::io_context& io, Parser fresh) : socket(io), parser(std::move(fresh)) {}
    boost::asio::generic::stream_protocol::socket socket;
    Parser parser;
    bool open = false;
    bool greeted = false;
    std::string writing;
    std::array<char, 4096> buffer;
  };
  using LinkPtr = std::shared_ptr<Link>;

  // Runs `step` later, unless `link` is no longer the present one.
  template <class Step>
  auto While(const LinkPtr& link, Step step) {
    return [self = this->shared_from_this(), link, step](const Error& error = {}, size_t size = 0) {
      if (self->link_ == link) step(*self, *link, error, size);
    };
  }

  void Later(Callback callback, Status status) {
    boost::asio::post(io_, [self = this->shared_from_this(), callback = std::move(callback), status] {
      if (!self->ended_) callback(status);
    });
  }

  StatusOr<boost::asio::generic::stream_protocol::endpoint> Endpoint() const {
    namespace asio = boost::asio;
    const bool file_gone = !peer_.address.empty() && access(peer_.path.c_str(), F_OK) != 0 && errno == ENOENT;
    if (!peer_.path.empty() && !file_gone) {
      constexpr size_t kLongestPath = 107;
      if (peer_.path.size() > kLongestPath) {
        return absl::UnavailableError(fmt::format("the socket path {} is longer than 107 bytes", peer_.path));
      }
      return asio::local::stream_protocol::endpoint(peer_.path);
    }
    Error error;
    const auto address = asio::ip::make_address(peer_.address, error);
    if (error) return absl::UnavailableError(fmt::format("{} is not an address", peer_.address));
    return asio::ip::tcp::endpoint(address, static_cast<uint16_t>(peer_.port));
  }

  void Connect() {
    link_ = std::make_shared<Link>(io_, parser_);
    link_->greeted = !greeting_.has_value();
    if (greeting_) pending_.insert(0, greeting_->bytes);
    const auto endpoint = Endpoint();
    if (!endpoint.ok()) {
      return boost::asio::post(io_, While(link_, [status = endpoint.status()](auto& self, Link&, const Error&, size_t) {
                                 self.Fail(status);
                               }));
    }
    link_->socket.async_connect(*endpoint, While(link_, [](auto& self, Link& link, const Error& error, size_t) {
      if (error) {
        return self.Fail(
            absl::UnavailableError(fmt::format("cannot connect to {}: {}", self.peer_.Text(), error.message())));
      }
      link.open = true;
      self.Write();
      self.Read();
    }));
  }

  void Write() {
    if (!link_->open || !link_->writing.empty() || pending_.empty()) return;
    link_->writing.swap(pending_);
    boost::asio::async_write(link_->socket, boost::asio::buffer(link_->writing),
                             While(link_, [](auto& self, Link& link, const Error& error, size_t) {
                               if (error) return self.Lost(error);
                               link.writing.clear();
                               self.Write();
                             }));
  }

  void Read() {
    link_->socket.async_read_some(boost::asio::buffer(link_->buffer),
                                  While(link_, [](auto& self, Link& link, const Error& error, size_t size) {
                                    if (error) return self.Lost(error);
                                    self.OnBytes(std::string_view(link.buffer.data(), size));
                                  }));
  }

  void OnBytes(std::string_view bytes) {
    const LinkPtr link = link_;
    std::vector<Reply> replies;
    const Status parsed = link->parser.Feed(bytes, replies);
    for (Reply& reply : replies) {
      const Status taken = Take(std::move(reply));
      if (link_ != link) return;  // a callback ended it
      if (!taken.ok()) return Fail(taken);
    }
    if (!parsed.ok()) {
      return Fail(absl::AbortedError(fmt::format("{}: {}", peer_.Text(), std::string(parsed.message()))));
    }
    Read();
  }

  Status Take(Reply reply) {
    if (!link_->greeted) {
      link_->greeted = true;
      return greeting_->accept(reply);
    }
    if (queue_.empty()) return absl::AbortedError(fmt::format("{} sent a reply that nobody asked for", peer_.Text()));
    Request& request = queue_.front();
    request.replies.push_back(std::move(reply));
    if (--request.missing > 0) return absl::OkStatus();
    Request finished = std::move(request);
    queue_.pop_front();
    if (finished.callback) finished.callback(std::move(finished.replies));
    return absl::OkStatus();
  }

  void Lost(const Error& error) {
    Fail(absl::AbortedError(fmt::format("the connection to {} was lost: {}", peer_.Text(), error.message())));
  }

  // Ends the connection and everything that waits on it. Requests made by the callbacks start a new one.
  void Fail(const Status& status) {
    HangUp();
    std::deque<Request> failed;
    failed.swap(queue_);
    for (Request& request : failed) {
      if (request.callback) request.callback(status);
      if (ended_) return;
    }
  }

  void HangUp() {
    if (link_) {
      Error ignored;
      link_->socket.close(ignored);
      link_.reset();
    }
    timer_.cancel();
    armed_.reset();
    pending_.clear();
  }

  void ArmTimer(Clock::time_point deadline) {
    if (armed_ && *armed_ <= deadline) return;
    armed_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([self = this->shared_from_this()](const Error& error) {
      if (!error && !self->ended_) self->OnTimer();
    });
  }

  void OnTimer() {
    armed_.reset();
    const auto now = Clock::now();
    std::vector<Callback> late;
    std::optional<Clock::time_point> next;
    for (Request& request : queue_) {
      if (!request.callback) continue;
      if (request.deadline <= now) {
        late.push_back(std::exchange(request.callback, nullptr));
      } else if (!next || request.deadline < *next) {
        next = request.deadline;
      }
    }
    if (next) ArmTimer(*next);
    const Status status = absl::DeadlineExceededError(fmt::format("{} did not answer in time", peer_.Text()));
    if (link_ && !link_->open && !late.empty()) Fail(status);
    for (Callback& callback : late) {
      if (!ended_) callback(status);
    }
  }

  boost::asio::io_context& io_;
  const Peer peer_;
  const Parser parser_;  // copied for each connection
  const std::optional<Greeting> greeting_;
  boost::asio::steady_timer timer_;
  bool ended_ = false;
  LinkPtr link_;  // null: closed
  std::deque<Request> queue_;
  std::string pending_;  // to be written
  std::optional<Clock::time_point> armed_;
};

}  // namespace elastilab
