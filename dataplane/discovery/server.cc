#include "dataplane/discovery/server.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "dataplane/discovery/session.h"

namespace elastilab {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors(50);
constexpr std::chrono::milliseconds kTimeToFinish(100);

StatusOr<ClusterView> ReadState(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(fmt::format("cannot read the cluster's state from {}", file));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return ParseClusterView(text);
}

}  // namespace

DiscoveryServer::DiscoveryServer(asio::io_context& io, std::string state_file)
    : io_(io), state_file_(std::move(state_file)), acceptor_(io), signals_(io, SIGHUP, SIGTERM, SIGINT), pause_(io) {}

Status DiscoveryServer::Start() {
  ASSIGN_OR_RETURN(view_, ReadState(state_file_));
  RETURN_IF_ERROR(Listen());
  AwaitSignal();
  Accept();
  return absl::OkStatus();
}

Status DiscoveryServer::Listen() {
  const tcp::endpoint where(asio::ip::make_address(view_.listen_address), static_cast<uint16_t>(view_.listen_port));
  Error error;
  acceptor_.open(where.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.bind(where, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("cannot listen on {}:{}: {}", view_.listen_address, view_.listen_port, error.message()));
}

void DiscoveryServer::Accept() {
  acceptor_.async_accept([this](const Error& error, tcp::socket client) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      std::make_shared<DiscoverySession>(io_, std::move(client), [this]() -> const ClusterView& {
        return view_;
      })->Start();
      return Accept();
    }
    // Out of descriptors, most likely: clients wait in the kernel's queue meanwhile.
    pause_.expires_after(kPauseWithoutDescriptors);
    pause_.async_wait([this](const Error& cancelled) {
      if (!cancelled) Accept();
    });
  });
}

void DiscoveryServer::AwaitSignal() {
  signals_.async_wait([this](const Error& error, int signal) {
    if (error) return;
    if (signal != SIGHUP) return Stop();
    Reload();
    AwaitSignal();
  });
}

void DiscoveryServer::Reload() {
  StatusOr<ClusterView> view = ReadState(state_file_);
  if (!view.ok()) {
    fmt::print(stderr, "keeping the former state: {}\n", std::string(view.status().message()));
    return;
  }
  if (view->listen_address != view_.listen_address || view->listen_port != view_.listen_port) {
    fmt::print(stderr, "still on {}:{}: another address needs a new process\n", view_.listen_address,
               view_.listen_port);
  }
  view_ = *std::move(view);
}

void DiscoveryServer::Stop() {
  Error ignored;
  acceptor_.close(ignored);
  pause_.expires_after(kTimeToFinish);
  pause_.async_wait([this](const Error&) { io_.stop(); });
}

}  // namespace elastilab
