// The planner's input and output. A World is everything that bears on one key (a replication group, or a cache cluster
// that stands alone), as values that a test can write down. A Plan is the same records as they should be next, what
// users are told, and what to find out. Planning is pure: same world, same plan; at the fixpoint the plan is empty.
#pragma once

#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "controlplane/region/evidence/evidence.h"
#include "controlplane/region/model/observation.h"
#include "controlplane/region/model/records.h"

namespace elastilab {

// The stored records of one key.
struct Records {
  std::optional<ReplicationGroup> group;
  std::map<std::string, NodeGroup> node_groups;  // by id: "0001"
  std::map<std::string, CacheCluster> clusters;
  std::map<NodeUid, CacheNode> nodes;
  std::map<int64_t, FailoverRecord> failovers;   // under way
  // Those that the clusters, or the group itself, use, default ones included; by name. Nothing here changes them.
  std::map<std::string, ParameterGroup> parameter_groups;
  bool operator==(const Records&) const = default;
};

struct World {
  ServiceTime now;
  int64_t now_micros = 0;  // CLOCK_MONOTONIC, as agents use it
  int64_t started_micros = 0;  // when this control plane began to listen for agents
  bool suspended = false;  // the lab is going down: change nothing
  int64_t busy_patience_micros = kBusyPatienceMicros;
  Records records;
  std::map<NodeUid, NodeObservation> seen;
  std::map<std::string, ZoneObservation> zones;  // as seen; none for an agent not heard of since the start
  std::set<std::string> lost_zones;              // as decided by a user
};

// What a plan decided, by name, for logs and for people who ask why.
enum class ActionKind { kPromote, kHandOver, kCallOff, kFence, kReplace, kResume, kUpdate, kWait };
std::string_view Text(ActionKind kind);

struct PlannedAction {
  ActionKind kind = ActionKind::kWait;
  std::string subject;   // "demo-001/0001", "demo 0001"
  std::string reason;
  bool operator==(const PlannedAction&) const = default;
};

struct Plan {
  Records records;              // as they should be; those missing here are erased
  std::vector<Event> events;    // in order
  std::map<NodeUid, int64_t> probes;         // ask the agent for a fresh report with this probe id
  std::set<NodeUid> ask_directly;            // ask the engine itself, without its agent
  std::set<NodeUid> fence_directly;          // kill the process by pid: its agent can't
  std::set<NodeUid> withdraw;                // tell the agent to remove it
  std::vector<PlannedAction> decisions;           // those of this pass, waiting included; they change nothing by themselves
  std::optional<int64_t> wake_at_micros;     // look again then, even if nothing happens

  void WakeAt(int64_t micros) {
    if (!wake_at_micros || micros < *wake_at_micros) wake_at_micros = micros;
  }
  void Tell(SourceType type, std::string source, std::string message, ServiceTime at) {
    events.push_back({0, type, std::move(source), std::move(message), at});
  }
};

// Decides the next step for a cache cluster that stands alone.
Plan PlanCluster(const World& world);
// Decides the next step for a replication group.
Plan PlanGroup(const World& world);

// For test failures.
std::ostream& operator<<(std::ostream& out, const Plan& plan);

}  // namespace elastilab
