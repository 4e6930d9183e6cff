// Applies queued changes when their maintenance window opens on the service clock.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "common/clock.h"
#include "common/status.h"
#include "controlplane/region/schedule/maintenance.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

class MaintenanceCalendar {
 public:
  // `keep` applies what the appointment is for (services/elasticache/queued_changes.h).
  MaintenanceCalendar(const Store& store, const Clock& clock, std::function<Status(const Appointment&)> keep)
      : store_(store), clock_(clock), keep_(std::move(keep)) {}
  ~MaintenanceCalendar() { Stop(); }

  void Start();
  void Stop();
  // Looks at the calendar again: something was queued or became available, or the clock was moved. Thread-safe.
  void Wake();

  // Applies all that is due; a test calls it instead of Start. Returns how many were applied.
  int KeepAppointments();

 private:
  void Run();

  const Store& store_;
  const Clock& clock_;
  const std::function<Status(const Appointment&)> keep_;
  std::mutex mu_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
