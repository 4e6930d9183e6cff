// elastilab-discovery --state <file>: the process behind a memcached configuration endpoint. Started and kept alive by
// the agent of each zone that has a node of the cluster.
#include <fmt/format.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <string_view>

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
  if (argc != 3 || std::string_view(argv[1]) != "--state") {
    fmt::print(stderr, "usage: elastilab-discovery --state <file>\n");
    return 2;
  }
  AllowManyClients();
  boost::asio::io_context io(1);
  elastilab::DiscoveryServer server(io, argv[2]);
  if (elastilab::Status status = server.Start(); !status.ok()) {
    fmt::print(stderr, "{}\n", std::string(status.message()));
    return 1;
  }
  io.run();
  return 0;
}
