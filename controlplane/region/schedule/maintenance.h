// Which queued changes the maintenance windows have reached. Pure: service time comes in as a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "controlplane/region/store/state.h"

namespace elastilab {

// The first instant at or after `from` that lies in the weekly window ("sun:05:00-sun:06:00", UTC): `from` itself when
// the window is open then. Nullopt for a text that is no window.
std::optional<ServiceTime> NextOpening(std::string_view window, ServiceTime from);

struct Appointment {
  bool is_group = false;
  std::string id;
  ServiceTime due;
  bool operator==(const Appointment&) const = default;
};

// What waits for its window, earliest first. A window that a clock jump has passed over has opened: its work is due.
std::vector<Appointment> Appointments(const State& state);

}  // namespace elastilab
