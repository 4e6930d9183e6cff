#include "cli/commands/connect.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/commands/waiter.h"
#include "cli/lab/daemon.h"
#include "cli/output/picture.h"

namespace elastilab {
namespace {

using admin::v1::DescribeTopologyResponse;

Status Become(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return absl::FailedPreconditionError(fmt::format("cannot run {}: {}", program, std::strerror(errno)));
}

Status BecomeRedisCli(const Context& context, const ConnectPlace& place) {
  auto program = FindProgram("redis-cli");
  if (!program.ok()) program = FindProgram("valkey-cli");
  if (!program.ok()) {
    return absl::FailedPreconditionError("redis-cli is not installed: sudo apt-get install redis-tools");
  }
  std::vector<std::string> arguments = {"-h", place.address, "-p", std::to_string(place.port)};
  for (const std::string& word : context.args.rest()) arguments.push_back(word);
  return Become(*program, arguments);
}

Status BecomeTelnet(Context& context, const ConnectPlace& place) {
  context.Note(fmt::format("memcached at {}:{} (try: version, stats, config get cluster; quit ends)", place.address,
                           place.port));
  for (const char* name : {"nc", "telnet"}) {
    const auto program = FindProgram(name);
    if (program.ok()) return Become(*program, {place.address, std::to_string(place.port)});
  }
  return absl::FailedPreconditionError(
      fmt::format("neither nc nor telnet is installed (sudo apt-get install netcat-openbsd). With bash alone:\n"
                  "  exec 3<>/dev/tcp/{}/{}; printf 'version\\r\\nquit\\r\\n' >&3; cat <&3",
                  place.address, place.port));
}

}  // namespace

StatusOr<ConnectPlace> ChoosePlace(const DescribeTopologyResponse& topology, bool reader, const std::string& node) {
  if (!node.empty()) {
    std::string names;
    for (const auto& info : topology.nodes()) {
      const std::string name = NodeName(topology, info);
      if (node == name || node == info.cluster_id() + "/" + info.node_id() ||
          (topology.nodes(0).cluster_id() == topology.id() && node == info.node_id())) {
        return ConnectPlace{info.address(), info.port()};
      }
      names += (names.empty() ? "" : ", ") + name;
    }
    return absl::NotFoundError(fmt::format("{} has no node {}; there are: {}", topology.id(), node, names));
  }
  const auto* endpoint = FindEndpoint(topology, reader ? "reader" : "primary");
  if (endpoint == nullptr && !reader) endpoint = FindEndpoint(topology, "configuration");
  if (endpoint != nullptr) return ConnectPlace{endpoint->address(), endpoint->port()};
  if (reader) return absl::FailedPreconditionError(fmt::format("{} has no reader endpoint", topology.id()));
  if (topology.nodes_size() == 1 && !topology.nodes(0).address().empty()) {
    return ConnectPlace{topology.nodes(0).address(), topology.nodes(0).port()};
  }
  return absl::FailedPreconditionError(
      fmt::format("{} is {} and has no endpoint yet", topology.id(), topology.status()));
}

CommandSpec ConnectSpec() {
  return {.name = "connect",
          .group = "Clusters",
          .summary = "Open redis-cli (nc for memcached) on a cluster.",
          .details = "  elastilab connect demo\n  elastilab connect demo --reader -- get k",
          .positionals = {{.name = "ID", .help = "Of a replication group or cache cluster.", .kind = WordKind::kClusterId}},
          .flags = {{.name = "reader", .kind = FlagKind::kSwitch, .help = "The reader endpoint instead of the primary's."},
                    {.name = "node", .value = "NODE", .help = "One node: demo-002, or 0002 of a memcached cluster."}}};
}

StatusOr<int> Connect(Context& context) {
  ASSIGN_OR_RETURN(const auto topology, DescribeTopology(context, context.args.Word(0)));
  ASSIGN_OR_RETURN(const auto place, ChoosePlace(topology, context.args.Has("reader"), context.args.Get("node")));
  if (topology.engine() == "memcached") return BecomeTelnet(context, place);
  return BecomeRedisCli(context, place);
}

}  // namespace elastilab
