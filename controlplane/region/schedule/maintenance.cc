#include "controlplane/region/schedule/maintenance.h"

#include <algorithm>
#include <chrono>

#include "controlplane/region/schedule/windows.h"

namespace elastilab {
namespace {

using std::chrono::minutes;

constexpr minutes kWeek = std::chrono::weeks(1);

// Since the last Sunday 00:00 UTC.
milliseconds TimeOfWeek(ServiceTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::days since_sunday = std::chrono::weekday(day) - std::chrono::Sunday;
  return since_sunday + (at - day);
}

template <typename Record>
void Add(std::vector<Appointment>& appointments, bool is_group, const Record& record) {
  if (record.pending.empty()) return;
  if (auto due = NextOpening(record.maintenance_window, record.pending_since)) {
    appointments.push_back({is_group, record.id, *due});
  }
}

}  // namespace

std::optional<ServiceTime> NextOpening(std::string_view window, ServiceTime from) {
  const auto weekly = ParseMaintenanceWindow(window);
  if (!weekly.ok()) return std::nullopt;
  const milliseconds into_window = (TimeOfWeek(from) - minutes(weekly->start) + kWeek) % kWeek;
  if (into_window < minutes(weekly->length)) return from;
  return from + (kWeek - into_window);
}

std::vector<Appointment> Appointments(const State& state) {
  std::vector<Appointment> appointments;
  for (const auto& [id, group] : state.groups) {
    if (group->status == GroupStatus::kAvailable) Add(appointments, true, *group);
  }
  for (const auto& [id, cluster] : state.clusters) {
    if (cluster->status == ClusterStatus::kAvailable && cluster->group_id.empty()) Add(appointments, false, *cluster);
  }
  std::stable_sort(appointments.begin(), appointments.end(), [](const auto& a, const auto& b) { return a.due < b.due; });
  return appointments;
}

}  // namespace elastilab
