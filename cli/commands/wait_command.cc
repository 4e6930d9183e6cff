// wait: `wait ID --for available`, and the aws CLI's waiters by their names.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/duration.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using Statuses = std::vector<std::string>;

struct AwsWaiter {
  const char* name;
  Target target;
  bool groups;          // of replication groups, else of cache clusters
  Statuses hopeless;    // ends the wait as failed
};

const std::vector<AwsWaiter>& AwsWaiters() {
  static const auto& waiters = *new std::vector<AwsWaiter>{
      {"cache-cluster-available", Target::kAvailable, false,
       {"deleted", "deleting", "incompatible-network", "restore-failed"}},
      {"cache-cluster-deleted", Target::kDeleted, false,
       {"available", "creating", "incompatible-network", "modifying", "restore-failed", "snapshotting"}},
      {"replication-group-available", Target::kAvailable, true, {"deleted"}},
      {"replication-group-deleted", Target::kDeleted, true, {"available"}},
  };
  return waiters;
}

StatusOr<Statuses> GroupStatuses(Context& context) {
  v1::DescribeReplicationGroupsRequest request;
  const std::string id = context.args.Get("replication-group-id");
  if (!id.empty()) request.set_replication_group_id(id);
  Statuses statuses;
  ASSIGN_OR_RETURN(const auto page, ApiCall<v1::DescribeReplicationGroupsResponse>(
                                        context.rpc(), "ReplicationGroups/DescribeReplicationGroups", request));
  for (const auto& group : page.replication_groups()) statuses.push_back(group.status());
  return statuses;
}

StatusOr<Statuses> ClusterStatuses(Context& context) {
  v1::DescribeCacheClustersRequest request;
  const std::string id = context.args.Get("cache-cluster-id");
  if (!id.empty()) request.set_cache_cluster_id(id);
  Statuses statuses;
  ASSIGN_OR_RETURN(const auto page, ApiCall<v1::DescribeCacheClustersResponse>(
                                        context.rpc(), "CacheClusters/DescribeCacheClusters", request));
  for (const auto& cluster : page.cache_clusters()) statuses.push_back(cluster.cache_cluster_status());
  return statuses;
}

bool Contains(const Statuses& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// One look, by the rules of botocore's waiters-2.json.
StatusOr<Look> LookByWaiter(Context& context, const AwsWaiter& waiter) {
  ASSIGN_OR_RETURN(const int64_t revision, WaitForChange(context, -1, std::chrono::milliseconds(0)));
  const auto statuses = waiter.groups ? GroupStatuses(context) : ClusterStatuses(context);
  if (!statuses.ok()) {
    const bool gone = statuses.status().code() == absl::StatusCode::kNotFound && waiter.target == Target::kDeleted;
    if (gone) return Look{.state = WaitState::kReached};
    return statuses.status();
  }
  const std::string wanted = waiter.target == Target::kAvailable ? "available" : "deleted";
  const bool all = std::all_of(statuses->begin(), statuses->end(), [&](const auto& status) { return status == wanted; });
  if (all && !statuses->empty()) return Look{.state = WaitState::kReached};
  for (const std::string& status : *statuses) {
    if (Contains(waiter.hopeless, status)) {
      return absl::FailedPreconditionError(
          fmt::format("Waiter {} failed: Waiter encountered a terminal failure state: {}", waiter.name, status));
    }
  }
  return Look{.revision = revision, .progress = fmt::format("{}: {}", waiter.name, fmt::join(*statuses, ", "))};
}

StatusOr<int> Wait(Context& context) {
  const std::string word = context.args.Word(0);
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "10m")));
  for (const AwsWaiter& waiter : AwsWaiters()) {
    if (word != waiter.name) continue;
    const char* wrong = waiter.groups ? "cache-cluster-id" : "replication-group-id";
    if (context.args.Has(wrong)) return UsageError(fmt::format("wait {} does not take --{}", word, wrong));
    if (context.args.Has("for")) return UsageError("--for goes with an id: wait ID --for available");
    RETURN_IF_ERROR(WaitUntil(context, word, timeout, [&] { return LookByWaiter(context, waiter); }));
    return kExitOk;
  }
  if (context.args.Has("cache-cluster-id") || context.args.Has("replication-group-id")) {
    return UsageError(fmt::format("there is no waiter '{}'", word));
  }
  const Target target = context.args.Get("for", "available") == "deleted" ? Target::kDeleted : Target::kAvailable;
  admin::v1::DescribeTopologyResponse last;
  RETURN_IF_ERROR(WaitForCluster(context, word, target, timeout, &last));
  return kExitOk;
}

}  // namespace

std::vector<Command> WaitCommands() {
  std::string names;
  for (const AwsWaiter& waiter : AwsWaiters()) names += fmt::format("{}{}", names.empty() ? "" : ", ", waiter.name);
  return {
      {{.name = "wait",
        .group = "Clusters",
        .summary = "Return the moment a state is reached.",
        .details = "  elastilab wait demo --for available --timeout 60s\n"
                   "  elastilab wait cache-cluster-available --cache-cluster-id pages",
        .positionals = {{.name = "ID",
                         .help = "Of a cluster or group; or a waiter of the aws CLI: " + names + ".",
                         .kind = WordKind::kClusterId}},
        .flags = {{.name = "for", .value = "STATE", .help = "Default available.", .choices = {"available", "deleted"}},
                  {.name = "timeout", .value = "TIME", .help = "Default 10m. Exit code 4 when it is over."},
                  {.name = "cache-cluster-id", .value = "ID", .help = "For the aws waiters of cache clusters."},
                  {.name = "replication-group-id", .value = "ID", .help = "For those of replication groups."}}},
       Wait},
  };
}

}  // namespace elastilab
