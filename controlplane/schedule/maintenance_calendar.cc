#include "controlplane/schedule/maintenance_calendar.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

// The wall clock may be stepped under a sleeping thread, so that no sleep is longer than this.
constexpr milliseconds kLongestSleep = std::chrono::minutes(1);
constexpr milliseconds kGather(20);

Caller TheService(const Region& region) {
  Caller caller;
  caller.type = PrincipalType::kService;
  caller.account = region.location.account;
  caller.arn = "elasticache.amazonaws.com";
  return caller;
}

}  // namespace

void MaintenanceCalendar::Start() {
  thread_ = std::thread([this] { Run(); });
}

void MaintenanceCalendar::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void MaintenanceCalendar::Wake() {
  {
    std::lock_guard lock(mu_);
    woken_ = true;
  }
  changed_.notify_one();
}

Status MaintenanceCalendar::Keep(const Appointment& appointment) {
  RequestContext context{region_, "maintenance-" + appointment.id, region_.clock.Now(), TheService(region_)};
  if (appointment.is_group) {
    v1::ModifyReplicationGroupRequest request;
    v1::ModifyReplicationGroupResponse response;
    request.set_replication_group_id(appointment.id);
    request.set_apply_immediately(true);
    return dispatcher_.Dispatch("ModifyReplicationGroup", context, request, &response);
  }
  v1::ModifyCacheClusterRequest request;
  v1::ModifyCacheClusterResponse response;
  request.set_cache_cluster_id(appointment.id);
  request.set_apply_immediately(true);
  return dispatcher_.Dispatch("ModifyCacheCluster", context, request, &response);
}

int MaintenanceCalendar::KeepAppointments() {
  int kept = 0;
  for (const Appointment& appointment : region_.store.Read([](const State& state) { return Appointments(state); })) {
    if (appointment.due > region_.clock.Now()) break;
    const Status status = Keep(appointment);
    kept += status.ok() ? 1 : 0;
    if (!status.ok()) spdlog::warn("maintenance of {}: {}", appointment.id, std::string(status.message()));
  }
  return kept;
}

void MaintenanceCalendar::Run() {
  std::unique_lock lock(mu_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    KeepAppointments();
    const auto appointments = region_.store.Read([](const State& state) { return Appointments(state); });
    const ServiceTime now = region_.clock.Now();
    lock.lock();
    milliseconds sleep = kLongestSleep;
    if (!appointments.empty()) {
      // One that is still due was refused: it is tried again, not at once.
      const milliseconds until = appointments.front().due - now;
      if (until > milliseconds(0)) sleep = std::min(sleep, until);
    }
    changed_.wait_for(lock, sleep, [this] { return stopping_ || woken_; });
    // Many changes in a row are one reason to look.
    changed_.wait_for(lock, kGather, [this] { return stopping_; });
  }
}

}  // namespace elastilab
