// The memcached configuration endpoint: accepts clients on the shared address and answers from a state file that its
// agent rewrites. Single-threaded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>

#include "common/os/unique_fd.h"
#include "common/status.h"
#include "dataplane/discovery/cluster_view.h"

namespace elastilab {

class DiscoveryServer {
 public:
  DiscoveryServer(boost::asio::io_context& io, std::string state_file);

  // Reads the state and serves on `listener`, of which it becomes the owner, or listens itself. Then runs as part of
  // the io_context; SIGHUP reads the state again, SIGTERM and SIGINT stop accepting and end the io_context soon after.
  // SIGHUP may be blocked until then: one that has come meanwhile is not lost.
  // The error names the file, or the address and who is in the way.
  Status Start(UniqueFd listener = {});

 private:
  void Accept();
  void AwaitSignal();
  void Reload();
  void Stop();

  boost::asio::io_context& io_;
  const std::string state_file_;
  ClusterView view_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer pause_;
};

}  // namespace elastilab
