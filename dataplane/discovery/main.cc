// elastilab-discovery --state <file> [--listener-on-stdin]: the process behind a memcached configuration endpoint. Started and kept alive by
// the agent of each zone that has a node of the cluster.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <string_view>
#include <utility>

#include "common/os/file_limit.h"
#include "dataplane/discovery/server.h"

int main(int argc, char** argv) {
  const bool inherits = argc == 4 && std::string_view(argv[3]) == "--listener-on-stdin";
  if ((argc != 3 && !inherits) || std::string_view(argv[1]) != "--state") {
    fmt::print(stderr, "usage: elastilab-discovery --state <file> [--listener-on-stdin]\n");
    return 2;
  }
  elastilab::RaiseFileLimit();  // each client takes two descriptors
  boost::asio::io_context io(1);
  elastilab::DiscoveryServer server(io, argv[2]);
  elastilab::UniqueFd listener(inherits ? STDIN_FILENO : -1);
  if (elastilab::Status status = server.Start(std::move(listener)); !status.ok()) {
    fmt::print(stderr, "{}\n", std::string(status.message()));
    return 1;
  }
  io.run();
  return 0;
}
