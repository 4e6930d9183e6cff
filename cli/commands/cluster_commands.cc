// create-cluster and delete-cluster: one verb for what the API splits into clusters and replication groups.
#include <fmt/format.h>

#include <set>

#include "cli/commands/cluster_requests.h"
#include "cli/commands/connect.h"
#include "cli/commands/duration.h"
#include "cli/commands/progress.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "cli/output/picture.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

using SteadyClock = std::chrono::steady_clock;
namespace v1 = elasticache::v1;

Status SendCreate(Context& context) {
  if (context.args.Get("engine", "redis") == "memcached") {
    ASSIGN_OR_RETURN(const auto request, MemcachedRequest(context.args));
    return ApiCall<v1::CreateCacheClusterResponse>(context.rpc(), "CacheClusters/CreateCacheCluster", request).status();
  }
  ASSIGN_OR_RETURN(const auto request, ReplicationGroupRequest(context.args));
  return ApiCall<v1::CreateReplicationGroupResponse>(context.rpc(), "ReplicationGroups/CreateReplicationGroup", request)
      .status();
}

StatusOr<int> CreateCluster(Context& context) {
  const auto start = SteadyClock::now();
  const std::string id = context.args.Word(0);
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "5m")));
  RETURN_IF_ERROR(SendCreate(context));
  admin::v1::DescribeTopologyResponse topology;
  if (context.args.Has("no-wait")) {
    ASSIGN_OR_RETURN(topology, DescribeTopology(context, id));
  } else {
    RETURN_IF_ERROR(WaitForCluster(context, id, Target::kAvailable, timeout, &topology));
  }
  if (format != OutputFormat::kDrawn) {
    RETURN_IF_ERROR(context.PrintAnswer(topology, format));
    return kExitOk;
  }
  context.Print(fmt::format("{} is {} ({} node{}, {})\n", id, context.io.style.State(topology.status()),
                            topology.nodes_size(), topology.nodes_size() == 1 ? "" : "s", ElapsedText(start)));
  for (const auto& endpoint : topology.endpoints()) {
    context.Print(fmt::format("  {:<14} {}:{}\n", endpoint.kind(), endpoint.address(), endpoint.port()));
  }
  if (const std::string line = ConnectLine(topology); !line.empty()) {
    context.Print(fmt::format("  {:<14} {}\n", "connect", line));
  }
  return kExitOk;
}

// Which of the two the id names. A member of a group is a cache cluster.
Status SendDelete(Context& context, const std::string& id) {
  ASSIGN_OR_RETURN(const auto topology, DescribeTopology(context, id));
  if (topology.kind() == "replication group") {
    v1::DeleteReplicationGroupRequest request;
    request.set_replication_group_id(id);
    return ApiCall<v1::DeleteReplicationGroupResponse>(context.rpc(), "ReplicationGroups/DeleteReplicationGroup", request)
        .status();
  }
  v1::DeleteCacheClusterRequest request;
  request.set_cache_cluster_id(id);
  return ApiCall<v1::DeleteCacheClusterResponse>(context.rpc(), "CacheClusters/DeleteCacheCluster", request).status();
}

StatusOr<int> DeleteCluster(Context& context) {
  const auto start = SteadyClock::now();
  const std::string id = context.args.Word(0);
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "5m")));
  RETURN_IF_ERROR(SendDelete(context, id));
  if (context.args.Has("no-wait")) {
    context.Print(fmt::format("{} is being deleted\n", id));
    return kExitOk;
  }
  admin::v1::DescribeTopologyResponse last;
  RETURN_IF_ERROR(WaitForCluster(context, id, Target::kDeleted, timeout, &last));
  context.Print(fmt::format("{} is deleted ({})\n", id, ElapsedText(start)));
  return kExitOk;
}

const Flag kTimeout = {.name = "timeout", .value = "TIME", .help = "How long to wait: 60s, 2m. Default 5m."};

CommandSpec CreateSpec() {
  return {
      .name = "create-cluster",
      .group = "Clusters",
      .answers = true,
      .summary = "Create a cluster and wait until it is available.",
      .details = "  elastilab create-cluster demo --engine redis --replicas 2 --multi-az\n"
                 "  elastilab create-cluster pages --engine memcached --nodes 3\n\n"
                 "redis and valkey become a replication group of a primary and its replicas, memcached a cache cluster.",
      .positionals = {{.name = "ID", .help = "1 to 40 letters, digits and hyphens (memcached: 50), a letter first."}},
      .flags = {{.name = "engine",
                 .value = "ENGINE",
                 .help = "Default redis.",
                 .choices = {"redis", "valkey", "memcached"}},
                {.name = "replicas", .value = "N", .help = "redis, valkey: read replicas, 0 to 5. Default 0."},
                {.name = "multi-az",
                 .kind = FlagKind::kSwitch,
                 .help = "redis, valkey: spread over zones and fail over between them. Needs a replica."},
                {.name = "nodes", .value = "N", .help = "memcached: number of nodes, 1 to 40. Default 1."},
                {.name = "node-type", .value = "TYPE", .help = "Default cache.t4g.micro."},
                {.name = "engine-version", .value = "V", .help = "Default: the newest the service offers."},
                {.name = "zones", .kind = FlagKind::kList, .value = "ZONE",
                 .help = "Zone of each node, the primary first: us-east-1a,us-east-1b. Default: the service chooses."},
                {.name = "port", .value = "PORT", .help = "Default 6379, for memcached 11211."},
                {.name = "description", .value = "TEXT", .help = "redis, valkey: what the group is for."},
                {.name = "parameter-group", .value = "NAME", .help = "Default: the engine version's default group."},
                {.name = "no-wait", .kind = FlagKind::kSwitch, .help = "Return as soon as it is accepted."},
                kTimeout}};
}

}  // namespace

std::vector<Command> ClusterCommands() {
  return {
      {CreateSpec(), CreateCluster},
      {{.name = "delete-cluster",
        .group = "Clusters",
        .summary = "Delete a cluster or group and wait until it is gone.",
        .positionals = {{.name = "ID", .help = "Of a replication group or cache cluster.", .kind = WordKind::kClusterId}},
        .flags = {{.name = "no-wait", .kind = FlagKind::kSwitch, .help = "Return as soon as it is accepted."}, kTimeout}},
       DeleteCluster},
      {ConnectSpec(), Connect},
  };
}

}  // namespace elastilab
