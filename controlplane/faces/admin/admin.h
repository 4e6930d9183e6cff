// The lab's own API (proto/admin/v1/admin.proto says what each call means): zones, faults, clock, explanations.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/clock.h"
#include "controlplane/identity/authorization/authorizer.h"
#include "controlplane/identity/directory/directory.h"
#include "controlplane/identity/trail/trail.h"
#include "controlplane/region/fleet/fleet.h"
#include "controlplane/region/reconcile/reconciler.h"
#include "controlplane/services/call/context.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

struct LabFacts {
  std::string version;
  std::string data_dir;
  std::string grpc_address;
  std::string dns_address;
  std::string http_address;
  ServiceTime started_at;
};

// Outlives all calls. Thread-safe.
struct AdminContext {
  Region& region;
  Fleet& fleet;
  const Reconciler& reconciler;
  SystemClock& clock;
  const Trail& trail;
  const Authorizer& authorizer;
  const Directory& directory;
  LabFacts facts;
  std::function<void()> start_agents;                       // those of some zones may run again
  std::function<void()> stop_lab;                           // ends the control plane, after the reply
  std::function<std::vector<std::string>()> problems;       // what keeps the control plane from doing its work
};

// Method name to handler; all are quick except Shutdown. WaitForChange is not among them: see change_waiter.h.
using AdminHandler = std::function<Status(AdminContext&, const google::protobuf::Message&, google::protobuf::Message*)>;
std::map<std::string, AdminHandler, std::less<>> AdminHandlers();

}  // namespace elastilab
