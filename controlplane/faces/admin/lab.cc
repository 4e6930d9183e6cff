#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "controlplane/faces/admin/handlers.h"
#include "controlplane/faces/admin/zone_processes.h"

namespace elastilab {
namespace {

constexpr int64_t kYearMs = 31'536'000'000;
constexpr int kMaxTrailRecords = 10'000;
constexpr int kDefaultFailovers = 20;
constexpr size_t kTroublesShown = 10;
constexpr milliseconds kDownPatience{20'000};
constexpr milliseconds kLongestDown = std::chrono::hours(1);
constexpr milliseconds kAgentsOwnPatience{15'000};  // after which an agent kills an engine that does not stop

void SetTime(ServiceTime t, google::protobuf::Timestamp& out) {
  const int64_t ms = t.time_since_epoch().count();
  out.set_seconds(ms / 1000);
  out.set_nanos(static_cast<int32_t>(ms % 1000) * 1'000'000);
}

void FillZone(const State& state, const Fleet& fleet, const std::string& name, pb::ZoneInfo& zone) {
  const ZoneObservation seen = fleet.ZoneSeen(name);
  const Zone* record = state.Find<Zone>(name);
  zone.set_name(name);
  zone.set_status(std::string(Text(record == nullptr ? ZoneStatus::kUp : record->status)));
  zone.set_agent_connected(seen.connected);
  zone.set_agent_pid(seen.agent_pid);
  for (const auto& engine : seen.engines) {
    auto* info = zone.add_engines();
    info->set_family(engine.family);
    info->set_version(engine.version);
    info->set_path(engine.path);
  }
  for (const auto& [uid, node] : state.nodes) {
    if (node->zone != name) continue;
    zone.set_nodes(zone.nodes() + 1);
    if (node->status == NodeStatus::kAvailable) zone.set_nodes_ready(zone.nodes_ready() + 1);
  }
}

void FillFailover(const FailoverRecord& record, pb::Failover& out) {
  out.set_id(record.id);
  out.set_replication_group_id(record.group_id);
  out.set_node_group_id(record.node_group_id);
  out.set_cause(std::string(Text(record.cause)));
  out.set_evidence(record.evidence);
  out.set_old_primary(record.old_primary);
  out.set_new_primary(record.new_primary);
  SetTime(record.started_at, *out.mutable_started_at());
  out.set_fenced_micros(record.fenced_micros);
  out.set_chosen_micros(record.chosen_micros);
  out.set_promoted_micros(record.promoted_micros);
  out.set_replaced_micros(record.replaced_micros);
  out.set_old_offset(record.old_offset);
  out.set_old_offset_age_micros(record.old_offset_age_micros);
  out.set_new_offset(record.new_offset);
  out.set_lost_bytes(record.lost_bytes);
  out.set_lost_everything(record.lost_everything);
  out.set_old_keys(record.old_keys);
  out.set_new_keys(record.new_keys);
  out.set_outcome(record.outcome);
}

// What keeps the control plane, or single clusters and groups, from going on.
void FillProblems(const AdminContext& ctx, pb::GetLabResponse& response) {
  for (std::string& problem : ctx.problems()) response.add_problems(std::move(problem));
  const auto troubles = ctx.reconciler.Troubles();
  size_t shown = 0;
  for (const auto& [key, trouble] : troubles) {
    if (shown++ == kTroublesShown) {
      response.add_problems(fmt::format("… and {} more", troubles.size() - kTroublesShown));
      return;
    }
    response.add_problems(fmt::format("{}: its next step fails: {}; elastilab explain {}", key.id,
                                      std::string(trouble.why.message()), key.id));
  }
}

// From here on nothing is started or changed; what is stopped now keeps its files.
Status Suspend(Draft& draft) {
  LabSettings settings = *draft.Find<LabSettings>(1);
  settings.suspended = true;
  draft.Put(settings);
  for (const CacheNode* found : draft.All<CacheNode>()) {
    if (!found->ever_ready || found->status == NodeStatus::kDeleting) continue;
    CacheNode node = *found;
    node.stopped = true;
    draft.Put(node);
  }
  return absl::OkStatus();
}

// The nodes stay marked as stopped: one that serves loses the mark with its next pass, one that was stopped is started
// on its files by the next agent of its zone, which the present one makes way for when it is done.
Status Resume(Draft& draft) {
  LabSettings settings = *draft.Find<LabSettings>(1);
  settings.suspended = false;
  draft.Put(settings);
  return absl::OkStatus();
}

// A down that is not done in time is none: the lab goes on. An agent that has not carried out its order must not do so
// later, when nothing protects what it stops any more: it is killed, and its engines are adopted by the next one.
Status GoOn(AdminContext& ctx, const std::set<std::string>& late, milliseconds patience) {
  ctx.fleet.EndSuspension();
  for (const std::string& zone : late) KillAgentOf(ctx.facts.data_dir, zone);
  const Status resumed = ctx.region.store.Mutate(Resume);
  ctx.start_agents();
  const std::string what = fmt::format("{} did not stop {} engines within {} ms", fmt::join(late, ", "),
                                       late.size() == 1 ? "its" : "their", patience.count());
  if (!resumed.ok()) {
    return absl::FailedPreconditionError(
        fmt::format("{}, and the lab can't go on: {}; call down again", what, std::string(resumed.message())));
  }
  return absl::FailedPreconditionError(
      fmt::format("{}: the lab goes on, and starts again what was stopped; give down more time, or --force it", what));
}

}  // namespace

Status GetLab(AdminContext& ctx, const pb::GetLabRequest&, pb::GetLabResponse& response) {
  response.set_version(ctx.facts.version);
  response.set_pid(getpid());
  response.set_data_dir(ctx.facts.data_dir);
  response.set_region(ctx.region.location.region);
  response.set_account(ctx.region.location.account);
  response.set_grpc_address(ctx.facts.grpc_address);
  response.set_dns_address(ctx.facts.dns_address);
  response.set_http_address(ctx.facts.http_address);
  SetTime(ctx.facts.started_at, *response.mutable_started_at());
  response.set_revision(ctx.region.store.Revision());
  ctx.region.store.Read([&](const State& state) {
    for (const std::string& name : ctx.region.addresses.zones()) FillZone(state, ctx.fleet, name, *response.add_zones());
    response.set_cache_clusters(static_cast<int32_t>(state.clusters.size()));
    response.set_replication_groups(static_cast<int32_t>(state.groups.size()));
    response.set_nodes(static_cast<int32_t>(state.nodes.size()));
    response.set_suspended(state.Find<LabSettings>(1)->suspended);
  });
  int ready = 0;
  for (const auto& zone : response.zones()) ready += zone.nodes_ready();
  response.set_nodes_ready(ready);
  FillProblems(ctx, response);
  return absl::OkStatus();
}

Status ListFailovers(AdminContext& ctx, const pb::ListFailoversRequest& request,
                     pb::ListFailoversResponse& response) {
  const int limit = request.limit() > 0 ? request.limit() : kDefaultFailovers;
  ctx.region.store.Read([&](const State& state) {
    for (auto it = state.failovers.rbegin(); it != state.failovers.rend() && response.failovers_size() < limit; ++it) {
      const FailoverRecord& record = *it->second;
      if (!request.replication_group_id().empty() && record.group_id != request.replication_group_id()) continue;
      FillFailover(record, *response.add_failovers());
    }
  });
  return absl::OkStatus();
}

Status LookupTrail(AdminContext& ctx, const pb::LookupTrailRequest& request, pb::LookupTrailResponse& response) {
  if (request.limit() < 0 || request.limit() > kMaxTrailRecords) {
    return absl::InvalidArgumentError(fmt::format("limit is 1 to {}, not {}", kMaxTrailRecords, request.limit()));
  }
  TrailQuery query{request.user(), request.event_name(), request.refused_only()};
  if (request.limit() > 0) query.limit = static_cast<size_t>(request.limit());
  ASSIGN_OR_RETURN(const std::vector<std::string> records, ctx.trail.Read(query));
  for (const std::string& record : records) response.add_records(record);
  response.set_path(ctx.trail.path());
  return absl::OkStatus();
}

Status GetClock(AdminContext& ctx, const pb::GetClockRequest&, pb::GetClockResponse& response) {
  SetTime(ctx.clock.Now(), *response.mutable_service_time());
  response.set_offset_ms(ctx.clock.Offset().count());
  return absl::OkStatus();
}

Status AdvanceClock(AdminContext& ctx, const pb::AdvanceClockRequest& request, pb::GetClockResponse& response) {
  if (request.by_ms() < 0 || request.by_ms() > kYearMs) {
    return absl::InvalidArgumentError(
        fmt::format("the clock can be advanced by 0 to {} ms (a year), not by {}", kYearMs, request.by_ms()));
  }
  RETURN_IF_ERROR(ctx.region.store.Mutate([&](Draft& draft) -> Status {
    LabSettings settings = *draft.Find<LabSettings>(1);
    settings.clock_offset_ms += request.by_ms();
    draft.Put(settings);
    return absl::OkStatus();
  }));
  ctx.clock.Advance(milliseconds(request.by_ms()));
  return GetClock(ctx, {}, response);
}

Status Shutdown(AdminContext& ctx, const pb::ShutdownRequest& request, pb::ShutdownResponse& response) {
  const milliseconds patience =
      request.timeout_ms() > 0 ? std::min(milliseconds(request.timeout_ms()), kLongestDown) : kDownPatience;
  RETURN_IF_ERROR(ctx.region.store.Mutate(Suspend));
  std::set<std::string> zones;
  for (const auto& [name, zone] : ctx.fleet.ZonesSeen()) {
    if (zone.connected) zones.insert(name);
  }
  ctx.fleet.SuspendAll();
  std::set<std::string> stopped = ctx.fleet.WaitSuspended(zones.size(), patience);
  // One that still lives comes to its end by itself.
  const bool works = std::any_of(zones.begin(), zones.end(), [&](const std::string& zone) {
    return !stopped.contains(zone) && ctx.fleet.ZoneSeen(zone).connected;
  });
  if (works) stopped = ctx.fleet.WaitSuspended(zones.size(), kAgentsOwnPatience);
  for (const std::string& zone : stopped) zones.erase(zone);
  if (!zones.empty()) return GoOn(ctx, zones, patience);
  response.set_engines_stopped(ctx.region.store.Read([&](const State& state) {
    return static_cast<int32_t>(std::count_if(state.nodes.begin(), state.nodes.end(), [&](const auto& node) {
      return stopped.contains(node.second->zone);
    }));
  }));
  ctx.stop_lab();
  return absl::OkStatus();
}

}  // namespace elastilab
