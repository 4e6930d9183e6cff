// An HTTP/1.1 server that keeps calm: a few threads with an event loop each, connections that stay open, requests of one
// connection answered in their order, and limits on everything a sender decides.
//
// Replies that are there at once are written by the thread that read the request; work that blocks (commits) goes to the
// workers, so that slow commits never hold up reads. Each reply is one gathered write with TCP_NODELAY.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/status.h"
#include "controlplane/faces/query/http_message.h"
#include "controlplane/faces/query/http_parser.h"

namespace elastilab {

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  int port = 4566;  // 0: a free one (tests)
  // PEM files; both empty: plain HTTP.
  std::string certificate_file = {};
  std::string key_file = {};

  int io_threads = 2;
  int workers = 8;
  HttpLimits limits = {};
  // Beyond it the connection that is idle for longest makes room; if none is, the one that has been sending its request
  // for longest, if that is longer than `patience`; if none is, newcomers get a 503.
  size_t max_connections = 512;
  std::chrono::milliseconds patience = std::chrono::seconds(1);
  // Of all request bodies that are being received; beyond it a 503.
  size_t max_body_bytes = 64 * 1024 * 1024;

  std::chrono::milliseconds idle_time = std::chrono::seconds(60);  // between two requests; then silently closed
  std::chrono::milliseconds head_time = std::chrono::seconds(10);  // first byte to end of head; then a 408
  std::chrono::milliseconds body_time = std::chrono::seconds(30);  // end of head to end of body; then a 408
  std::chrono::milliseconds write_time = std::chrono::seconds(30);  // for the client to take a reply
};

// Thread-safe.
class HttpServer {
 public:
  // Starts to serve. FailedPrecondition names the address that is taken, and the flag that changes it; InvalidArgument the
  // TLS file that is wrong. `handler` outlives the server.
  static StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options, HttpHandler& handler);
  virtual ~HttpServer() = default;

  virtual int port() const = 0;
  // Takes no more requests, finishes those that are under way, and closes all connections. Returns when no call of the
  // handler is left. May be called again.
  virtual void Stop() = 0;
};

}  // namespace elastilab
