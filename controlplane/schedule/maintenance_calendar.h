// Applies queued changes when their maintenance window opens on the service clock: the same operation that a user would
// call with ApplyImmediately, called by the service.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "controlplane/api/dispatcher.h"
#include "controlplane/schedule/maintenance.h"

namespace elastilab {

class MaintenanceCalendar {
 public:
  MaintenanceCalendar(Region& region, const Dispatcher& dispatcher) : region_(region), dispatcher_(dispatcher) {}
  ~MaintenanceCalendar() { Stop(); }

  void Start();
  void Stop();
  // Looks at the calendar again: something was queued or became available, or the clock was moved. Thread-safe.
  void Wake();

  // Applies all that is due; a test calls it instead of Start. Returns how many were applied.
  int KeepAppointments();

 private:
  void Run();
  Status Keep(const Appointment& appointment);

  Region& region_;
  const Dispatcher& dispatcher_;
  std::mutex mu_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
