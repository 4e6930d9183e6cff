#include "controlplane/faces/query/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <vector>

#include "controlplane/faces/query/http_connection.h"

namespace elastilab {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kWaitForDescriptors = std::chrono::milliseconds(50);

StatusOr<std::unique_ptr<asio::ssl::context>> LoadTls(const HttpServerOptions& options) {
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
                   error);
  tls->use_certificate_chain_file(options.certificate_file, error);
  if (error) {
    return absl::InvalidArgumentError(fmt::format("{} holds no certificate in PEM: {}", options.certificate_file, error.message()));
  }
  tls->use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("{} holds no private key in PEM that fits {}: {}", options.key_file, options.certificate_file, error.message()));
  }
  return tls;
}

class Server final : public HttpServer {
 public:
  Server(const HttpServerOptions& options, HttpHandler& handler)
      : options_(options), workers_(static_cast<size_t>(options.workers)), shared_{options_, handler, workers_, nullptr} {
    for (int i = 0; i < options.io_threads; ++i) loops_.push_back(std::make_unique<HttpLoop>(shared_));
    acceptor_ = std::make_unique<tcp::acceptor>(loops_.front()->io());
    retry_ = std::make_unique<asio::steady_timer>(loops_.front()->io());
  }
  ~Server() override { Stop(); }

  Status Listen() {
    if (!options_.certificate_file.empty() || !options_.key_file.empty()) {
      ASSIGN_OR_RETURN(tls_, LoadTls(options_));
      shared_.tls = tls_.get();
    }
    error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return absl::InvalidArgumentError(fmt::format("{} is no IP address", options_.address));
    const tcp::endpoint endpoint(address, static_cast<uint16_t>(options_.port));
    acceptor_->open(endpoint.protocol(), error);
    // Agents that are started later must not hold the port.
    if (!error) fcntl(acceptor_->native_handle(), F_SETFD, FD_CLOEXEC);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::FailedPreconditionError(fmt::format("cannot listen on {}:{}: {}; choose another port with --http-port",
                                                       options_.address, options_.port, error.message()));
    }
    port_ = acceptor_->local_endpoint().port();
    return absl::OkStatus();
  }

  void Run() {
    Accept();
    for (auto& loop : loops_) {
      threads_.emplace_back([&loop] {
        pthread_setname_np(pthread_self(), "http");
        loop->Run();
      });
    }
  }

  int port() const override { return port_; }

  void Stop() override {
    if (stopped_.exchange(true) || threads_.empty()) return;
    OnEachLoop([this](HttpLoop& loop) {
      error_code ignored;
      if (&loop == loops_.front().get()) {
        acceptor_->close(ignored);
        retry_->cancel();
      }
      loop.Drain();
    });
    workers_.join();  // their replies are posted now
    OnEachLoop([](HttpLoop& loop) { loop.EndSoon(); });
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  // Returns when all have done it.
  void OnEachLoop(const std::function<void(HttpLoop&)>& act) {
    for (auto& loop : loops_) {
      auto done = std::make_shared<std::promise<void>>();
      asio::post(loop->io(), [&act, &loop, done] {
        act(*loop);
        done->set_value();
      });
      done->get_future().wait();
    }
  }

  // Connections go to the loops in turn.
  void Accept() {
    HttpLoop& loop = *loops_[next_loop_++ % loops_.size()];
    acceptor_->async_accept(loop.io(), [this, &loop](const error_code& error, tcp::socket socket) {
      if (!acceptor_->is_open()) return;
      if (error) return AcceptLater();
      fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
      asio::post(loop.io(), [&loop, socket = std::move(socket)]() mutable { loop.Add(std::move(socket)); });
      Accept();
    });
  }

  // Mostly no file descriptors are left: newcomers wait in the kernel's queue.
  void AcceptLater() {
    retry_->expires_after(kWaitForDescriptors);
    retry_->async_wait([this](const error_code& error) {
      if (!error && acceptor_->is_open()) Accept();
    });
  }

  const HttpServerOptions options_;
  asio::thread_pool workers_;
  std::unique_ptr<asio::ssl::context> tls_;
  HttpShared shared_;
  std::vector<std::unique_ptr<HttpLoop>> loops_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<asio::steady_timer> retry_;
  std::vector<std::thread> threads_;
  size_t next_loop_ = 0;
  int port_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options, HttpHandler& handler) {
  auto server = std::make_unique<Server>(options, handler);
  RETURN_IF_ERROR(server->Listen());
  server->Run();
  return server;
}

}  // namespace elastilab
