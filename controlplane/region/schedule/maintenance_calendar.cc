#include "controlplane/region/schedule/maintenance_calendar.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "common/contain.h"

namespace elastilab {
namespace {

// The wall clock may be stepped under a sleeping thread, so that no sleep is longer than this.
constexpr milliseconds kLongestSleep = std::chrono::minutes(1);
constexpr milliseconds kGather(20);

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

void MaintenanceCalendar::OnChange(const Change& change) {
  // A look is at all that there is: most changes are no reason for it.
  const bool queued = store_.Read([&](const State& state) {
    const auto has_queue = [&]<typename Record>(const std::string& id) {
      const Record* record = state.Find<Record>(id);
      return record != nullptr && !record->pending.empty();
    };
    const auto cluster = [&](const std::string& id) { return has_queue.template operator()<CacheCluster>(id); };
    const auto group = [&](const std::string& id) { return has_queue.template operator()<ReplicationGroup>(id); };
    return std::any_of(change.clusters.begin(), change.clusters.end(), cluster) ||
           std::any_of(change.groups.begin(), change.groups.end(), group);
  });
  if (queued) Wake();
}

int MaintenanceCalendar::KeepAppointments() {
  int kept = 0;
  for (const Appointment& appointment : store_.Read([](const State& state) { return Appointments(state); })) {
    if (appointment.due > clock_.Now()) break;
    const Status status = Contain([&] { return keep_(appointment); });
    kept += status.ok() ? 1 : 0;
    if (!status.ok()) spdlog::warn("maintenance of {}: {}", appointment.id, std::string(status.message()));
  }
  return kept;
}

void MaintenanceCalendar::Forget() {
  const Status forgot = Contain([&] { return retention_.Look(); });
  if (!forgot.ok()) spdlog::warn("old events and failovers stay for now: {}", std::string(forgot.message()));
}

void MaintenanceCalendar::Run() {
  std::unique_lock lock(mu_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    KeepAppointments();
    Forget();
    const auto appointments = store_.Read([](const State& state) { return Appointments(state); });
    const ServiceTime now = clock_.Now();
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
