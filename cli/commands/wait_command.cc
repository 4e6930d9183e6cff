// wait: `wait ID --for available`, and the aws CLI's waiters by their names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "cli/commands/api_flags.h"
#include "cli/commands/duration.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using Statuses = std::vector<std::string>;

constexpr std::array kClusterFlags = {"cache-cluster-id", "show-cache-node-info",
                                      "show-cache-clusters-not-in-replication-groups"};
constexpr std::array kGroupFlags = {"replication-group-id"};

// Those of the operations behind the waiters. Written down, for all commands are listed at every start, and that must
// not wait for descriptors.
std::vector<Flag> WaiterFlags() {
  return {
      {.name = "cache-cluster-id", .value = "ID", .help = "For the aws waiters of cache clusters."},
      {.name = "replication-group-id", .value = "ID", .help = "For those of replication groups."},
      {.name = "show-cache-node-info", .kind = FlagKind::kToggle, .hidden = true},
      {.name = "show-cache-clusters-not-in-replication-groups", .kind = FlagKind::kToggle, .hidden = true},
      {.name = "max-records", .value = "N", .hidden = true},
      {.name = "marker", .value = "TEXT", .hidden = true},
  };
}

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

// Of all that the request's flags ask for, on all pages.
StatusOr<Statuses> GroupStatuses(Context& context) {
  v1::DescribeReplicationGroupsRequest request;
  RETURN_IF_ERROR(FillRequest(context.args, &request));
  Statuses statuses;
  do {
    ASSIGN_OR_RETURN(const auto page, ApiCall<v1::DescribeReplicationGroupsResponse>(
                                          context.rpc(), "ReplicationGroups/DescribeReplicationGroups", request));
    for (const auto& group : page.replication_groups()) statuses.push_back(group.status());
    request.set_marker(page.marker());
  } while (!request.marker().empty());
  return statuses;
}

StatusOr<Statuses> ClusterStatuses(Context& context) {
  v1::DescribeCacheClustersRequest request;
  RETURN_IF_ERROR(FillRequest(context.args, &request));
  Statuses statuses;
  do {
    ASSIGN_OR_RETURN(const auto page, ApiCall<v1::DescribeCacheClustersResponse>(
                                          context.rpc(), "CacheClusters/DescribeCacheClusters", request));
    for (const auto& cluster : page.cache_clusters()) statuses.push_back(cluster.cache_cluster_status());
    request.set_marker(page.marker());
  } while (!request.marker().empty());
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
  const bool all = std::count(statuses->begin(), statuses->end(), wanted) == std::ssize(*statuses);
  if (all && !statuses->empty()) return Look{.state = WaitState::kReached};
  for (const std::string& status : *statuses) {
    if (Contains(waiter.hopeless, status)) {
      return absl::FailedPreconditionError(
          fmt::format("Waiter {} failed: Waiter encountered a terminal failure state: {}", waiter.name, status));
    }
  }
  return Look{.revision = revision, .progress = fmt::format("{}: {}", waiter.name, fmt::join(*statuses, ", "))};
}

// The flags of the operation behind a waiter. The one that is not of this waiter's operation is a usage error.
StatusOr<int> WaitAsAws(Context& context, const AwsWaiter& waiter, std::chrono::milliseconds timeout) {
  if (context.args.Has("for")) return UsageError("--for goes with an id: wait ID --for available");
  if (context.args.Has(kGenerateSkeleton)) {
    return ApiCommand(waiter.groups ? "describe-replication-groups" : "describe-cache-clusters")->run(context);
  }
  for (const char* flag : waiter.groups ? std::span<const char* const>(kClusterFlags) : kGroupFlags) {
    if (context.args.Has(flag)) return UsageError(fmt::format("wait {} does not take --{}", waiter.name, flag));
  }
  RETURN_IF_ERROR(WaitUntil(context, waiter.name, timeout, [&] { return LookByWaiter(context, waiter); }));
  return kExitOk;
}

StatusOr<int> Wait(Context& context) {
  const std::string word = context.args.Word(0);
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "10m")));
  for (const AwsWaiter& waiter : AwsWaiters()) {
    if (word == waiter.name) return WaitAsAws(context, waiter, timeout);
  }
  for (const Flag& flag : WaiterFlags()) {
    if (context.args.Has(flag.name)) return UsageError(fmt::format("there is no waiter '{}'", word));
  }
  const Target target = context.args.Get("for", "available") == "deleted" ? Target::kDeleted : Target::kAvailable;
  admin::v1::DescribeTopologyResponse last;
  RETURN_IF_ERROR(WaitForCluster(context, word, target, timeout, &last));
  return kExitOk;
}

CommandSpec WaitSpec() {
  std::vector<std::string> names;
  for (const AwsWaiter& waiter : AwsWaiters()) names.push_back(waiter.name);
  CommandSpec spec = {
      .name = "wait",
      .group = "Clusters",
      .summary = "Return the moment a state is reached.",
      .details =
          "  elastilab wait demo --for available --timeout 60s\n"
          "  elastilab wait cache-cluster-available --cache-cluster-id pages",
      .positionals = {{.name = "ID",
                       .help = "Of a cluster or group; or a waiter of the aws CLI: " +
                               fmt::format("{}.", fmt::join(names, ", ")),
                       .kind = WordKind::kClusterId,
                       .choices = names}},
      .flags = {{.name = "for", .value = "STATE", .help = "Default available.", .choices = {"available", "deleted"}},
                {.name = "timeout", .value = "TIME", .help = "Default 10m. Exit code 4 when it is over."}}};
  for (Flag& flag : WaiterFlags()) spec.flags.push_back(std::move(flag));
  for (Flag& flag : InputFlags()) spec.flags.push_back(std::move(flag));
  return spec;
}

}  // namespace

std::vector<Command> WaitCommands() { return {{WaitSpec(), Wait}}; }

}  // namespace elastilab
