#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>

#include "controlplane/faces/admin/handlers.h"
#include "controlplane/faces/admin/zone_processes.h"
#include "controlplane/region/fleet/direct_prober.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

// "demo-001" is the first node of that cluster, "pages/0002" and "pages-0002" a node of a memcached cluster.
std::optional<CacheNode> FindNode(const State& state, const std::string& target) {
  const size_t slash = target.find('/');
  const std::string cluster_id = target.substr(0, slash);
  const std::string node_id = slash == std::string::npos ? "" : target.substr(slash + 1);
  for (const auto& [uid, node] : state.nodes) {
    if (node->cluster_id == cluster_id && (node_id.empty() || node->id == node_id)) return *node;
    if (slash == std::string::npos && node->cluster_id + "-" + node->id == target) return *node;
  }
  return std::nullopt;
}

Status NoSuchNode(const State& state, const std::string& target) {
  std::vector<std::string> names;
  for (const auto& [uid, node] : state.nodes) {
    if (names.size() < 12) names.push_back(fmt::format("{}/{}", node->cluster_id, node->id));
  }
  return absl::NotFoundError(names.empty() ? fmt::format("there is no node '{}': the lab has no clusters yet", target)
                                           : fmt::format("there is no node '{}'; there are {}", target, fmt::join(names, ", ")));
}

struct Deed {
  agent::v1::Harm harm;
  int signal;
  std::string_view done;  // "killed"
};

// Whether an agent answers or not, the process is known by its pid and its start. Only one that is none of this host's,
// or that has just been replaced, is its agent's matter.
StatusOr<int64_t> Harm(AdminContext& ctx, const CacheNode& node, const Deed& deed) {
  const auto seen = ctx.fleet.Observation(node.uid);
  if (!seen || seen->pid == 0 || seen->phase == Phase::kExited) {
    return absl::FailedPreconditionError(fmt::format("{}/{} has no process now{}", node.cluster_id, node.id,
                                                     ctx.fleet.ZoneSeen(node.zone).connected ? "" : " that is known of: its agent is away"));
  }
  if (SignalProcess(seen->pid, seen->start_ticks, deed.signal)) return seen->pid;
  agent::v1::Inject inject;
  inject.set_harm(deed.harm);
  inject.set_uid(node.uid);
  return ctx.fleet.Inject(node.zone, std::move(inject));
}

Status HarmNode(AdminContext& ctx, const std::string& target, const Deed& deed, pb::InjectFaultResponse& response) {
  const auto node = ctx.region.store.Read([&](const State& state) { return FindNode(state, target); });
  if (!node) return ctx.region.store.Read([&](const State& state) { return NoSuchNode(state, target); });
  ASSIGN_OR_RETURN(const int64_t pid, Harm(ctx, *node, deed));
  const std::string role = node->role == Role::kNone ? "" : fmt::format(" ({})", Text(node->role));
  response.set_what_happened(fmt::format("{} process {} of {}/{}{} in {}", deed.done, pid, node->cluster_id, node->id, role,
                                         node->zone));
  return absl::OkStatus();
}

Status CheckZone(const AdminContext& ctx, const std::string& zone) {
  const auto& zones = ctx.region.addresses.zones();
  if (std::find(zones.begin(), zones.end(), zone) != zones.end()) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("there is no zone '{}'; there are {}", zone, fmt::join(zones, ", ")));
}

// Written down first, so that nobody starts the agent again; an answer of FAILED_PRECONDITION when it is already so.
Status SetZone(AdminContext& ctx, const std::string& name, ZoneStatus status) {
  RETURN_IF_ERROR(CheckZone(ctx, name));
  return ctx.region.store.Mutate([&](Draft& draft) -> Status {
    const Zone* before = draft.Find<Zone>(name);
    const ZoneStatus was = before == nullptr ? ZoneStatus::kUp : before->status;
    if (was == status) return absl::FailedPreconditionError(fmt::format("zone {} is {} already", name, Text(status)));
    draft.Put(Zone{name, status});
    return absl::OkStatus();
  });
}

// All of it, whatever state it is in: what its agent does not do, because it is away, frozen or slow, is done for it. What
// could not be killed is no lost zone.
Status LoseZone(AdminContext& ctx, const std::string& zone, pb::InjectFaultResponse& response) {
  RETURN_IF_ERROR(SetZone(ctx, zone, ZoneStatus::kLost));
  agent::v1::Inject inject;
  inject.set_harm(agent::v1::HARM_LOSE_ZONE);
  if (ctx.fleet.ZoneSeen(zone).connected) ctx.fleet.Inject(zone, std::move(inject)).IgnoreError();
  const int survivors = KillZone(ctx.facts.data_dir, zone);
  if (survivors > 0) {
    RETURN_IF_ERROR(SetZone(ctx, zone, ZoneStatus::kUp));
    ctx.start_agents();
    return absl::InternalError(fmt::format("{} processes of zone {} can't be killed: it is not lost", survivors, zone));
  }
  response.set_what_happened(fmt::format("zone {} is lost: its engines and its agent were killed", zone));
  return absl::OkStatus();
}

Status RestoreZone(AdminContext& ctx, const std::string& zone, pb::InjectFaultResponse& response) {
  RETURN_IF_ERROR(SetZone(ctx, zone, ZoneStatus::kUp));
  ctx.start_agents();
  response.set_what_happened(fmt::format("zone {} is back: its agent starts, its nodes are replaced", zone));
  return absl::OkStatus();
}

Status KillAgent(AdminContext& ctx, const std::string& zone, pb::InjectFaultResponse& response) {
  RETURN_IF_ERROR(CheckZone(ctx, zone));
  const int64_t pid = KillAgentOf(ctx.facts.data_dir, zone);
  if (pid == 0) return absl::FailedPreconditionError(fmt::format("zone {} has no agent now", zone));
  response.set_what_happened(fmt::format("killed agent {} of {}; its caches serve on", pid, zone));
  return absl::OkStatus();
}

}  // namespace

Status InjectFault(AdminContext& ctx, const pb::InjectFaultRequest& request, pb::InjectFaultResponse& response) {
  switch (request.kind()) {
    case pb::FAULT_KIND_KILL_NODE:
      return HarmNode(ctx, request.target(), {agent::v1::HARM_KILL, SIGKILL, "killed"}, response);
    case pb::FAULT_KIND_STOP_NODE:
      return HarmNode(ctx, request.target(), {agent::v1::HARM_STOP, SIGSTOP, "stopped"}, response);
    case pb::FAULT_KIND_CONTINUE_NODE:
      return HarmNode(ctx, request.target(), {agent::v1::HARM_CONTINUE, SIGCONT, "continued"}, response);
    case pb::FAULT_KIND_LOSE_ZONE:
      return LoseZone(ctx, request.target(), response);
    case pb::FAULT_KIND_RESTORE_ZONE:
      return RestoreZone(ctx, request.target(), response);
    case pb::FAULT_KIND_KILL_AGENT:
      return KillAgent(ctx, request.target(), response);
    default:
      return absl::InvalidArgumentError("say which fault: kill-node, stop-node, continue-node, lose-zone, restore-zone or kill-agent");
  }
}

}  // namespace elastilab
