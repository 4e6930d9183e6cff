// The agent of one availability zone: what the journal and the control plane say goes through local_plan to the
// supervisors, what they see goes to the control plane.
//
//   Start ─▶ recover: adopt what runs, mark what is gone ─▶ connect
//     stream opened   Hello{everything}
//     Welcome         what runs and had no assignment that could be read is adopted, too; plan for all nodes; what is not
//                     wished for goes, and only now what nobody claims
//     Assign          plan for one
//     report          NodeReport, at once
//     stream lost     go on supervising; the next Hello carries what was missed
//
// Each wish is in the journal before anything is done about it. Not thread-safe: one io_context thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/journal/journal.h"
#include "agent/local_plan/local_plan.h"
#include "agent/session/control_link.h"
#include "agent/supervisor/node_supervisor.h"
#include "common/os/host.h"

namespace elastilab {

namespace agent::v1 {
class Assignment;
class Inject;
class Welcome;
class Withdraw;
}  // namespace agent::v1

// The engines this agent can run.
struct Engines {
  std::vector<EngineBinary> installed;
  std::function<EngineDriver*(EngineFamily)> driver;
  std::function<StatusOr<EngineBinary>(EngineFamily, const std::string& version)> choose;
};

struct ZoneAgentOptions {
  std::string zone;
  std::string version;             // of this program
  std::string control_plane;       // "unix:/path", for the log
  LinkFactory link;                // to there
  std::string discovery_program;
  SupervisorTiming timing;
};

class ZoneAgent {
 public:
  // `finished` is called when a Suspend has been carried out and answered.
  ZoneAgent(Host& host, Journal journal, ZoneAgentOptions options, Engines engines,
            std::function<void()> finished);
  // Engines live on.
  ~ZoneAgent();

  void Start();

 private:
  void Recover();
  HostView LookAtHost() const;
  void PlanRecovered();
  void ConnectWhenSettled(RealTime deadline);

  void OnOpened();
  void OnReceived(const agent::v1::ControlMessage& message);
  void OnLost(const Status& status);
  void OnWelcome(const agent::v1::Welcome& welcome);
  void OnAssign(const agent::v1::Assignment& assignment);
  void OnWithdraw(const agent::v1::Withdraw& withdraw);
  void OnProbe(int64_t uid, int64_t probe_id);
  void OnInject(const agent::v1::Inject& inject);
  void OnSuspend();
  void SuspendedOne();

  // The wish in it, or nothing after a report that says why not.
  std::optional<NodeWish> Understand(const agent::v1::Assignment& assignment);
  void Execute(const std::vector<LocalAction>& plan, const std::map<int64_t, NodeWish>& wishes,
               const std::map<int64_t, std::string>& bytes);
  void ExecuteOne(LocalActionKind kind, const NodeWish& wish);
  NodeSupervisor& SupervisorOf(const NodeWish& wish);
  // Takes over what is left of a node whose wish was not known until now.
  void Claim(const NodeWish& wish, const std::string& bytes);
  NodeState Unclaimed(int64_t uid, const HostView& view) const;
  // Ends what nobody wishes for and nobody claims. `spoken_of`: the nodes that Welcome names, understood or not.
  void Sweep(const std::set<int64_t>& spoken_of);
  std::map<int64_t, LocalNode> Local() const;
  void Withdraw(int64_t uid);
  void LoseZone();
  void Report(const NodeState& state);
  void HeartbeatEvery(std::chrono::milliseconds interval);

  Host& host_;
  Journal journal_;
  ZoneAgentOptions options_;
  Engines engines_;
  std::function<void()> finished_;
  SupervisorContext context_;
  std::map<int64_t, std::unique_ptr<NodeSupervisor>> supervisors_;
  std::set<int64_t> unclaimed_;  // nodes of which something is there but no wish
  const std::unique_ptr<Alarm> settle_;
  const std::unique_ptr<Alarm> heartbeat_;
  std::chrono::milliseconds lease_{3'000};
  RealTime last_received_;
  bool suspending_ = false;
  size_t to_suspend_ = 0;
  std::string last_loss_;  // so that a control plane that is away for hours is one line in the log
  const std::unique_ptr<ControlLink> link_;  // last: its destructor waits for callbacks that use the rest
};

}  // namespace elastilab
