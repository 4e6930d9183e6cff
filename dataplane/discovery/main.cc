// elastilab-discovery --state <file> [--listener-on-stdin]: the process behind a memcached configuration endpoint. Started and kept alive by
// the agent of each zone that has a node of the cluster.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "dataplane/discovery/server.h"

namespace {

// Each client takes two descriptors.
void AllowManyClients() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv) {
  const bool inherits = argc == 4 && std::string_view(argv[3]) == "--listener-on-stdin";
  if ((argc != 3 && !inherits) || std::string_view(argv[1]) != "--state") {
    fmt::print(stderr, "usage: elastilab-discovery --state <file> [--listener-on-stdin]\n");
    return 2;
  }
  AllowManyClients();
  boost::asio::io_context io(1);
  elastilab::DiscoveryServer server(io, argv[2]);
  std::optional<elastilab::ListeningSocket> listener;
  if (inherits) listener.emplace(STDIN_FILENO);
  if (elastilab::Status status = server.Start(std::move(listener)); !status.ok()) {
    fmt::print(stderr, "{}\n", std::string(status.message()));
    return 1;
  }
  io.run();
  return 0;
}
