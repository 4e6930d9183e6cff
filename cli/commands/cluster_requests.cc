#include "cli/commands/cluster_requests.h"

#include <fmt/format.h>

#include <set>

#include "cli/client/exit_code.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr char kDefaultNodeType[] = "cache.t4g.micro";
constexpr int kAnyCount = 1'000;  // the service knows the limits, and says them

Status RefuseFlags(const Args& args, std::initializer_list<const char*> flags, const std::string& why) {
  for (const char* flag : flags) {
    if (args.Has(flag)) return UsageError(fmt::format("--{} is {}", flag, why));
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<v1::CreateReplicationGroupRequest> ReplicationGroupRequest(const Args& args) {
  RETURN_IF_ERROR(RefuseFlags(args, {"nodes"}, "for memcached; redis and valkey take --replicas"));
  ASSIGN_OR_RETURN(const int replicas, args.Int("replicas", 0, 0, kAnyCount));
  ASSIGN_OR_RETURN(const int port, args.Int("port", 0, 1, 65'535));
  const std::string id = args.Word(0);
  const std::string engine = args.Get("engine", "redis");
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_id(id);
  request.set_replication_group_description(args.Get("description", fmt::format("{} {}", engine, id)));
  request.set_engine(engine);
  request.set_num_cache_clusters(replicas + 1);
  request.set_automatic_failover_enabled(replicas > 0);
  if (args.Has("multi-az")) request.set_multi_az_enabled(true);
  request.set_cache_node_type(args.Get("node-type", kDefaultNodeType));
  if (args.Has("engine-version")) request.set_engine_version(args.Get("engine-version"));
  if (args.Has("parameter-group")) request.set_cache_parameter_group_name(args.Get("parameter-group"));
  if (args.Has("port")) request.set_port(port);
  for (const std::string& zone : args.List("zones", true)) request.add_preferred_cache_cluster_azs(zone);
  return request;
}

StatusOr<v1::CreateCacheClusterRequest> MemcachedRequest(const Args& args) {
  RETURN_IF_ERROR(RefuseFlags(args, {"replicas", "multi-az", "description"},
                              "for redis and valkey; memcached takes --nodes and spreads over zones by itself"));
  ASSIGN_OR_RETURN(const int nodes, args.Int("nodes", 1, 1, kAnyCount));
  ASSIGN_OR_RETURN(const int port, args.Int("port", 0, 1, 65'535));
  v1::CreateCacheClusterRequest request;
  request.set_cache_cluster_id(args.Word(0));
  request.set_engine("memcached");
  request.set_num_cache_nodes(nodes);
  request.set_cache_node_type(args.Get("node-type", kDefaultNodeType));
  if (args.Has("engine-version")) request.set_engine_version(args.Get("engine-version"));
  if (args.Has("parameter-group")) request.set_cache_parameter_group_name(args.Get("parameter-group"));
  if (args.Has("port")) request.set_port(port);
  const auto zones = args.List("zones", true);
  const std::set<std::string> different(zones.begin(), zones.end());
  if (nodes > 1 && different.size() != 1) request.set_az_mode(v1::AZ_MODE_CROSS_AZ);
  if (zones.size() == 1) {
    request.set_preferred_availability_zone(zones.front());
  } else {
    for (const std::string& zone : zones) request.add_preferred_availability_zones(zone);
  }
  return request;
}

}  // namespace elastilab
