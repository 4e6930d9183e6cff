// The thread that does things by the service clock: applies queued changes when their maintenance window opens, and
// forgets what has been kept for long enough.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "common/clock.h"
#include "common/status.h"
#include "controlplane/region/schedule/maintenance.h"
#include "controlplane/region/schedule/retention.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

class MaintenanceCalendar {
 public:
  // `keep` applies what the appointment is for (services/elasticache/queued_changes.h).
  MaintenanceCalendar(Store& store, const Clock& clock, std::function<Status(const Appointment&)> keep)
      : store_(store), clock_(clock), keep_(std::move(keep)), retention_(store, clock) {}
  ~MaintenanceCalendar() { Stop(); }

  void Start();
  void Stop();
  // Looks at the calendar again: the clock was moved. Thread-safe.
  void Wake();
  // For the store's listener: looks again when something that changed has a queue. Thread-safe.
  void OnChange(const Change& change);

  // Applies all that is due; a test calls it instead of Start. Returns how many were applied. One that fails, or throws,
  // keeps no other waiting.
  int KeepAppointments();

 private:
  void Run();
  void Forget();

  Store& store_;
  const Clock& clock_;
  const std::function<Status(const Appointment&)> keep_;
  Retention retention_;
  std::mutex mu_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
