#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "controlplane/faces/admin/handlers.h"
#include "controlplane/region/catalog/parameter_groups.h"
#include "controlplane/region/planner/failover.h"
#include "controlplane/region/reconcile/observer.h"

namespace elastilab {
namespace {

std::string Word(const World& world, const CacheNode& node) {
  const Evidence evidence = EvidenceOf(world, node);
  const NodeObservation& seen = SeenOf(world, node.uid);
  switch (evidence) {
    case Evidence::kNone:
      return "not known: its agent is away and the engine has not been asked yet";
    case Evidence::kSilent:
      return "not known: its agent is away, the engine does not answer, and who its process is is not known";
    case Evidence::kStarts:
      return node.stopped ? "held: it starts once it is known which node holds the most" : "on its way";
    case Evidence::kLoads:
      return fmt::format("loading: {} of {} MiB, about {} s left", seen.loading.loaded_bytes >> 20, seen.loading.total_bytes >> 20,
                         seen.loading.seconds_left);
    case Evidence::kAnswers:
      return "serving";
    case Evidence::kBusy:
    case Evidence::kFrozen:
      return fmt::format("{} (for {:.1f} s); left alone while nobody else holds its data, and for {} s if busy",
                         Describe(evidence, node, seen), static_cast<double>(SilentFor(world, node)) / 1e6,
                         world.busy_patience_micros / 1'000'000);
    default:
      return "dead, " + Describe(evidence, node, seen);
  }
}

std::string DescribeParameters(const World& world, const CacheNode& node) {
  if (node.parameters == ParameterStatus::kInSync) return "";
  if (node.parameters == ParameterStatus::kApplying) return "; its parameters are being applied";
  const auto& groups = world.records.parameter_groups;
  const auto group = groups.find(world.records.clusters.at(node.cluster_id).parameter_group);
  if (group == groups.end()) return "";
  return fmt::format("; runs with older values of {} until it is rebooted",
                     fmt::join(WaitingForReboot(group->second, node.startup_settings), ", "));
}

std::string DescribeNode(const World& world, const CacheNode& node) {
  const auto seen = world.seen.find(node.uid);
  const bool settled = IsSettled(world, node);
  std::string line = fmt::format("{}/{} in {}: {}", node.cluster_id, node.id, node.zone, Word(world, node));
  if (world.lost_zones.contains(node.zone)) line += ", its zone is lost";
  if (!HasAgent(world, node)) line += ", its zone has no agent";
  if (!settled && node.status != NodeStatus::kDeleting && HasAgent(world, node)) {
    line += fmt::format("; wished: revision {}, in force: {}", node.revision,
                        seen == world.seen.end() ? 0 : seen->second.applied_revision);
    if (node.role == Role::kReplica) {
      line += node.follows == 0 ? "; waits for a primary to follow" : "; waits for its first sync";
    }
  }
  line += DescribeParameters(world, node);
  if (seen != world.seen.end() && !seen->second.problem.empty()) line += "; problem: " + seen->second.problem;
  return line;
}

std::string_view Awaited(FailoverStep step) {
  switch (step) {
    case FailoverStep::kHandingOver:
      return "the primary hands its role over to a replica";
    case FailoverStep::kFencing:
      return "waits for proof that the old primary can't write any more";
    case FailoverStep::kMeasuring:
      return "asks the replicas how far they are";
    case FailoverStep::kPromoting:
      return "waits until the chosen replica serves the primary endpoint";
    case FailoverStep::kReplacing:
      return "waits for the replacement of the old primary";
    case FailoverStep::kRebuilding:
      return "waits until the failed primary has copied a replica (automatic failover is off)";
    case FailoverStep::kReturning:
      return "waits until the rebuilt primary serves its endpoint again";
    case FailoverStep::kNone:
      break;
  }
  return "at rest";
}

void ExplainPlan(const World& world, bool is_group, pb::ExplainResponse& response) {
  const Plan plan = is_group ? PlanGroup(world) : PlanCluster(world);
  const bool all_settled = std::all_of(world.records.nodes.begin(), world.records.nodes.end(),
                                       [&](const auto& entry) { return IsSettled(world, entry.second); });
  if (plan.records == world.records && plan.withdraw.empty() && plan.decisions.empty()) {
    response.add_lines(all_settled ? "next step: none, reality matches the wish" : "next step: none before something happens");
    return;
  }
  response.add_lines("next step:");
  std::ostringstream text;
  text << plan;
  std::istringstream lines(text.str());
  for (std::string line; std::getline(lines, line);) response.add_lines("  " + line);
}

// What is recorded may be old news then, and the next step waits.
void ExplainTrouble(const AdminContext& ctx, const ReconcileKey& key, pb::ExplainResponse& response) {
  if (const Status writable = ctx.region.store.Writable(); !writable.ok()) {
    response.add_lines(fmt::format("the store is not writable, so that no step can be taken: {}", std::string(writable.message())));
  }
  const auto trouble = ctx.reconciler.TroubleOf(key);
  if (!trouble) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ctx.clock.Monotonic() - trouble->since).count();
  response.add_lines(fmt::format("the next step has failed {} times in {} s and is tried again: {}", trouble->failures, seconds,
                                 std::string(trouble->why.message())));
}

}  // namespace

Status Explain(AdminContext& ctx, const pb::ExplainRequest& request, pb::ExplainResponse& response) {
  const auto key = ctx.region.store.Read([&](const State& state) { return KeyOfName(state, request.id()); });
  if (!key) {
    return absl::NotFoundError(fmt::format(
        "there is no cluster or replication group '{}'; elastilab list-clusters shows what there is", request.id()));
  }
  const World world = Observe(ctx.region.store, ctx.fleet, ctx.clock, *key);
  int settled = 0;
  for (const auto& [uid, node] : world.records.nodes) {
    settled += IsSettled(world, node) ? 1 : 0;
    response.add_lines(DescribeNode(world, node));
  }
  for (const auto& [id, shard] : world.records.node_groups) {
    response.add_lines(fmt::format("node group {}: primary {}, failover: {}", id, shard.primary, Awaited(shard.failover.step)));
  }
  if (world.suspended) response.add_lines("the lab is going down: nothing is changed");
  ExplainTrouble(ctx, *key, response);
  ExplainPlan(world, key->is_group, response);
  const std::string status(world.records.group ? Text(world.records.group->status)
                                               : Text(world.records.clusters.begin()->second.status));
  // What is shown as its status may have been overtaken.
  const char* stuck = ctx.reconciler.TroubleOf(*key) ? ", and its next step fails" : "";
  response.set_summary(fmt::format("{} {} is {}: {} of {} nodes are as wished{}", key->is_group ? "replication group" : "cluster",
                                   key->id, status, settled, world.records.nodes.size(), stuck));
  return absl::OkStatus();
}

}  // namespace elastilab
