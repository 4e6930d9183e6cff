// One connection of the HTTP server and the event loop it lives in. Internal to http_server.
//
//   kHandshake ─► kIdle ─► kHead ─► kBody ─► kWorking ─► kWriting ─► kIdle …
//                            └────────┴─ refused ──────────► kWriting ─► kLingering ─► closed
//
// Everything of a connection happens on its loop's thread, so nothing is locked.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <initializer_list>
#include <memory>
#include <string>
#include <unordered_map>

#include "controlplane/faces/query/http_server.h"

namespace elastilab {

class HttpLoop;

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Phase { kHandshake, kIdle, kHead, kBody, kWorking, kWriting, kLingering };

  virtual ~HttpConnection() = default;
  virtual void Start() = 0;
  // The deadline has passed.
  virtual void Expire() = 0;
  // The server stops: close, after the reply that is under way.
  virtual void Drain() = 0;

  Phase phase() const { return phase_; }
  Instant deadline() const { return deadline_; }
  Instant since() const { return since_; }  // when the phase began

 protected:
  Phase phase_ = Phase::kIdle;
  Instant since_ = Instant::min();
  Instant deadline_ = Instant::max();
};

// What the loops of a server share. Outlives them.
struct HttpShared {
  const HttpServerOptions& options;
  HttpHandler& handler;
  boost::asio::thread_pool& workers;
  boost::asio::ssl::context* tls;  // null: plain
};

// An io_context with one thread, and its connections.
class HttpLoop {
 public:
  explicit HttpLoop(const HttpShared& shared);

  boost::asio::io_context& io() { return io_; }
  const HttpShared& shared() const { return shared_; }
  // Until EndSoon().
  void Run();

  // The rest is called on the loop's thread.
  void Add(boost::asio::ip::tcp::socket socket);
  void Remove(const HttpConnection* connection);
  // Says whether so many more bytes of bodies fit; counts them if so. Negative ones always do.
  bool TakeBody(ssize_t bytes);
  // "Sun, 06 Nov 1994 08:49:37 GMT", now.
  const std::string& Date();
  bool draining() const { return draining_; }
  // Closes the connections that wait for a request, and the others after their reply.
  void Drain();
  // After Drain(), once no work is left: Run() returns when the last connection is closed, at most a second later.
  void EndSoon();

 private:
  bool MakeRoom();
  // Of the connections in one of these phases since before then, the one that is in it for longest; false: there is none.
  bool EndOldest(std::initializer_list<HttpConnection::Phase> phases, HttpConnection::Instant before);
  void Tick();
  void EndWhenEmpty();

  const HttpShared& shared_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer ticker_;
  bool ticking_ = false;
  std::unordered_map<const HttpConnection*, std::shared_ptr<HttpConnection>> connections_;
  size_t body_bytes_ = 0;
  bool draining_ = false;
  HttpConnection::Instant end_by_ = HttpConnection::Instant::max();
  std::string date_;
  time_t date_second_ = 0;
};

// A connection that answers; with `turn_away` only a 503.
std::shared_ptr<HttpConnection> MakeHttpConnection(HttpLoop& loop, boost::asio::ip::tcp::socket socket, bool turn_away);

}  // namespace elastilab
