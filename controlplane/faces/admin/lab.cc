#include <fmt/format.h>
#include <unistd.h>

#include "controlplane/faces/admin/handlers.h"

namespace elastilab {
namespace {

constexpr int64_t kYearMs = 31'536'000'000;
constexpr int kMaxTrailRecords = 10'000;
constexpr int kDefaultFailovers = 20;

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
  });
  int ready = 0;
  for (const auto& zone : response.zones()) ready += zone.nodes_ready();
  response.set_nodes_ready(ready);
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

Status Shutdown(AdminContext& ctx, const pb::ShutdownRequest&, pb::ShutdownResponse& response) {
  RETURN_IF_ERROR(ctx.region.store.Mutate([](Draft& draft) -> Status {
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
  }));
  size_t zones = 0;
  for (const auto& [name, zone] : ctx.fleet.ZonesSeen()) zones += zone.connected ? 1 : 0;
  ctx.fleet.SuspendAll();
  const size_t answered = ctx.fleet.WaitSuspended(zones, std::chrono::seconds(20));
  if (answered < zones) {
    return absl::DeadlineExceededError(
        fmt::format("{} of {} zones stopped their engines within 20 s; call down again", answered, zones));
  }
  response.set_engines_stopped(static_cast<int32_t>(ctx.region.store.Read([](const State& s) { return s.nodes.size(); })));
  ctx.stop_lab();
  return absl::OkStatus();
}

}  // namespace elastilab
