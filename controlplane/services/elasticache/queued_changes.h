// What waits for a maintenance window, applied: the same operation that a user would call with ApplyImmediately, called
// by the service.
#pragma once

#include "controlplane/region/schedule/maintenance.h"
#include "controlplane/services/call/dispatcher.h"

namespace elastilab {

Status ApplyQueuedChanges(const Dispatcher& dispatcher, Region& region, const Appointment& appointment);

}  // namespace elastilab
