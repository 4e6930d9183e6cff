// The memcached configuration endpoint: accepts clients on the shared address and answers from a state file that its
// agent rewrites. Single-threaded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

#include "common/status.h"
#include "dataplane/discovery/cluster_view.h"

namespace elastilab {

class DiscoveryServer {
 public:
  DiscoveryServer(boost::asio::io_context& io, std::string state_file);

  // Reads the state and listens, with SO_REUSEPORT: each zone's server holds the same address. Then runs as part of the
  // io_context; SIGHUP reads the state again, SIGTERM and SIGINT stop accepting and end the io_context soon after.
  // The error names the file, or the address and who is in the way.
  Status Start();

 private:
  Status Listen();
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
