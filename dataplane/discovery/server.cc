#include "dataplane/discovery/server.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "common/os/sockets.h"
#include "dataplane/discovery/session.h"

namespace elastilab {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors(50);
constexpr std::chrono::milliseconds kTimeToFinish(100);

StatusOr<ClusterView> ReadState(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(fmt::format("cannot read the cluster's state from {}", file));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return ParseClusterView(text);
}

void UnblockReload() {
  sigset_t reload;
  sigemptyset(&reload);
  sigaddset(&reload, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &reload, nullptr);
}

}  // namespace

DiscoveryServer::DiscoveryServer(asio::io_context& io, std::string state_file)
    : io_(io), state_file_(std::move(state_file)), acceptor_(io), signals_(io, SIGHUP, SIGTERM, SIGINT), pause_(io) {}

Status DiscoveryServer::Start(UniqueFd listener) {
  ASSIGN_OR_RETURN(view_, ReadState(state_file_));
  if (!listener.valid()) {
    auto opened = Listen(view_.listen_address, view_.listen_port, {.shared = true});
    if (!opened.ok()) {
      return absl::UnavailableError(fmt::format("cannot listen on {}:{}: {}", view_.listen_address, view_.listen_port,
                                                std::string(opened.status().message())));
    }
    listener = *std::move(opened);
  }
  Error error;
  acceptor_.assign(tcp::v4(), listener.Release(), error);
  if (error) return absl::UnavailableError(fmt::format("cannot accept clients: {}", error.message()));
  AwaitSignal();
  UnblockReload();
  Accept();
  return absl::OkStatus();
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
