// What the control plane knows of its agents and, through them, of every node: the observed state, and the way to send
// wishes. Memory only. The gRPC side is agent_service.h; simulations plug in links of their own.
//
// Thread-safe. Calls made under the fleet's lock never call out, except Send on a link, which must not block.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/status.h"
#include "controlplane/region/model/observation.h"

namespace elastilab::agent::v1 {
class Assignment;
class ControlMessage;
class Hello;
class Inject;
class Injected;
class NodeReport;
}  // namespace elastilab::agent::v1

namespace elastilab {

// One agent's open stream.
class AgentLink {
 public:
  virtual ~AgentLink() = default;
  // Queues the message; never blocks. Messages to a broken stream vanish: Hello brings everything again.
  virtual void Send(const agent::v1::ControlMessage& message) = 0;
};

class Fleet {
 public:
  // A node's observation, or its zone's connection, has changed. `zone` is set in the second case. Must not block.
  struct Listener {
    std::function<void(NodeUid)> node;
    std::function<void(const std::string& zone)> zone;
    // All that should run in a zone, for Welcome.
    std::function<std::vector<agent::v1::Assignment>(const std::string& zone, const std::set<NodeUid>& known)> assignments;
  };

  explicit Fleet(const Clock& clock) : clock_(clock), started_(clock.Monotonic()) {}
  RealTime started() const { return started_; }
  void SetListener(Listener listener) { listener_ = std::move(listener); }

  // From the agent's stream. Connect answers with Welcome; false when another agent serves the zone. Welcome's wishes are
  // read before it is sent: what is decided meanwhile goes out after it, so that it can't undo what it doesn't know.
  bool Connect(const std::shared_ptr<AgentLink>& link, const agent::v1::Hello& hello);
  void Report(const AgentLink& link, const agent::v1::NodeReport& report);
  // Answered likewise, so that the agent hears something when nothing is to be done.
  void Heartbeat(const AgentLink& link);
  void Suspended(const AgentLink& link);
  void Injected(const AgentLink& link, const agent::v1::Injected& injected);
  void Disconnect(const AgentLink& link);

  // To agents. Assign sends only what the agent has not got yet; Lacks says so before the assignment is made, at less
  // cost, and is false without an agent. The others return whether the zone has an agent.
  bool Lacks(const std::string& zone, NodeUid uid, int64_t incarnation, int64_t revision) const;
  bool Assign(const std::string& zone, const agent::v1::Assignment& assignment);
  bool Send(const std::string& zone, const agent::v1::ControlMessage& message);
  // Does harm through the zone's agent and returns, once it is done, the pid of the process that it was done to: the
  // agent's own for HARM_LOSE_ZONE. Blocks. FAILED_PRECONDITION when there is no agent or no process, UNAVAILABLE when
  // the agent did not answer within kAnswerPatience.
  StatusOr<int64_t> Inject(const std::string& zone, agent::v1::Inject harm);

  // The agent of a node's zone has no trace of an incarnation that ran before: it is dead.
  void SetWithoutTrace(NodeUid uid, const std::string& zone, int64_t incarnation);
  // What was seen by asking an engine without its agent.
  void SetDirect(NodeUid uid, int64_t incarnation, DirectVerdict verdict);

  std::optional<NodeObservation> Observation(NodeUid uid) const;
  ZoneObservation ZoneSeen(const std::string& zone) const;
  std::map<std::string, ZoneObservation> ZonesSeen() const;
  // Whether any connected agent has an engine of this family ("redis"); true while no agent is connected.
  bool HasEngine(const std::string& family) const;
  void Forget(NodeUid uid);

  // Treats agents that have been silent for longer than the lease as gone. Call now and then.
  void CheckLeases();
  // Asks every agent to stop its engines in good order; WaitSuspended returns the zones that have, once there are as many
  // or the time is over.
  // An agent that connects until then is asked as well: one that died over it is started again.
  void SuspendAll();
  void EndSuspension();
  std::set<std::string> WaitSuspended(size_t zones, std::chrono::milliseconds timeout);

  static constexpr std::chrono::milliseconds kLease{3000};
  static constexpr std::chrono::milliseconds kAnswerPatience{2000};

 private:
  struct Session {
    std::shared_ptr<AgentLink> link;
    RealTime last_heard;
    bool lapsed = false;
    // Incarnation and revision last sent, per node.
    std::map<NodeUid, std::pair<int64_t, int64_t>> sent;
    bool welcome = false;                     // Welcome has been sent
    std::vector<std::function<void()>> held;  // what is to be sent after it, in order
    std::set<NodeUid> withdrawn;              // among that
  };
  void Deliver(Session& session, const agent::v1::ControlMessage& message);
  const std::string* ZoneOf(const AgentLink& link) const;
  void MarkAway(const std::string& zone);
  void Heard(const std::string& zone, std::vector<std::string>& changed);

  const Clock& clock_;
  const RealTime started_;
  Listener listener_;
  mutable std::mutex mu_;
  std::map<std::string, Session> sessions_;
  std::map<std::string, ZoneObservation> zones_;
  std::map<NodeUid, NodeObservation> nodes_;
  std::map<NodeUid, std::string> zone_of_node_;
  std::set<std::string> suspended_;
  bool suspending_ = false;
  int64_t last_inject_ = 0;
  std::map<int64_t, int64_t> injected_;  // inject id → pid, until its caller has taken it
  std::condition_variable_any answered_;
};

// Microseconds of CLOCK_MONOTONIC, as agents and the planner use them.
int64_t Micros(RealTime t);

}  // namespace elastilab
