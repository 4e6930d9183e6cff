// Keeps one cache node as its wish says. local_plan decides which of the verbs below is due; this class carries it out
// and from then on acts by itself: it starts, asks, applies, restarts with back-off and reports.
//
//            Start                    first answer                missed pings
//   (none) ────────▶ starting ──────────────────────▶ ready ◀──────────────────────▶ silent
//                     │    ▲                            │                              │
//        exit, or no  │    │ back-off          exit     │◀─────────────────────────────┘
//        answer in 30 s    │                            ▼
//                     └▶ failed          restart in place: starting again
//                                        report:           exited, until a new wish
//   Fence     SIGKILL; exited, for ever under this incarnation
//   Replace   SIGKILL, wipe, start        Restart    orderly stop, start on the same files
//   Suspend   orderly stop; stopped       Withdraw   SIGKILL, remove the files; absent
//
// An orderly stop is asked for until it is done: an engine that can't save, or is busy, goes on and says so in `problem`.
// It is never killed for that.
//
// All verbs may come at any time, also while an earlier one is under way: they set the goal, and Step, which is called
// after everything that happens, looks at the goal and at the process and does what is missing.
//
// The news of an exit goes to `report` before anything else is done about it: a failover is waiting for it.
// Not thread-safe: one io_context thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/journal.h"
#include "agent/journal/recovery.h"
#include "agent/local_plan/local_plan.h"
#include "agent/supervisor/discovery_supervisor.h"
#include "agent/supervisor/engine_watch.h"
#include "agent/supervisor/node_state.h"
#include "agent/supervisor/recorded_process.h"
#include "agent/supervisor/timing.h"
#include "common/os/host.h"
#include "dataplane/engine/driver.h"

namespace elastilab {

// What all supervisors of a zone share. Outlives them.
struct SupervisorContext {
  Host& host;
  const Journal& journal;
  std::function<EngineDriver*(EngineFamily)> driver;  // null: no driver for this family
  std::function<StatusOr<EngineBinary>(EngineFamily, const std::string& version)> choose_binary;
  std::string discovery_program;
  std::function<void(const NodeState&)> report;
  SupervisorTiming timing;
};

class NodeSupervisor {
 public:
  // Starts nothing yet. The assignment is in the journal already.
  NodeSupervisor(const SupervisorContext& context, NodeWish wish);

  // Takes up what the journal and the host say about this node, when the agent starts. True when a process was adopted.
  bool Recover(const HostView& host);

  void Start(NodeWish wish);
  void Replace(NodeWish wish);
  void Apply(NodeWish wish);
  void Restart(NodeWish wish);
  void Fence(NodeWish wish);
  void Keep(NodeWish wish);
  // `done` is called once nothing is left, after the report.
  void Withdraw(std::function<void()> done);
  // `done` is called once nothing runs. An exited node stays exited.
  void Suspend(std::function<void()> done);

  // A report with this id follows: after a fresh look at the engine, or at once when there is none.
  void Probe(int64_t probe_id);
  // For practice: the consequences are handled like those of any other signal. The pid that got it; 0: no process.
  int64_t Signal(int signal);
  void KillAll();

  const NodeWish& wish() const { return wish_; }
  LocalNode Local() const;
  NodeState State() const;
  // The journal's record and the engine agree, or there is nothing to ask.
  bool settled() const { return watch_ == nullptr || watch_->has_status(); }
  bool withdrawn() const { return goal_ == Goal::kWithdraw && !process_.alive(); }
  // What recovery must not take for orphans.
  std::vector<ProcessIdentity> Processes() const;

 private:
  enum class Goal { kRest, kRun, kFence, kWithdraw, kSuspend };

  Traces TracesOfEngine() const;
  void TakeUp(const StatusOr<ProcessRecord>& record, const Recovered& found);
  void EndedUnseen(RecordState state, const std::string& how);
  void WatchAdopted(bool recorded);
  void Accept(Goal goal, NodeWish wish);
  void Step();
  void StepDead();
  bool ForOlderIncarnation() const { return process_.record().incarnation != wish_.incarnation(); }

  void StartAfterBackOff(std::chrono::milliseconds healthy_for);
  void StartNow();
  Status TryStart();
  StatusOr<Command> MakeCommand(EngineDriver& driver);
  NodePaths Paths() const { return {files_.engine.working_dir, files_.socket, files_.engine.log_file}; }
  void StartFailed(const std::string& why);
  void OnStartDeadline();
  void WatchEngine(EngineDriver& driver, EngineWatch::InForce in_force);

  void OnReady();
  void OnChanged();
  void OnApplied();
  void OnNeedsRestart(const std::string& why);
  bool ImpostorAnswers() const;

  void StopOrderly();
  void AskToStop();
  void OnStopAnswered(const Status& status);
  void Terminate();
  void LookAtFiles();
  void Kill();
  void OnExit();
  void AfterUnexpectedExit(bool had_been_ready, std::chrono::milliseconds healthy_for);
  void Finish();

  void UpdateDiscovery();
  void MakeDiscovery();
  NodePhase CurrentPhase() const;
  TaskOutcome RecordedTask() const;
  void Report(int64_t probe_id = 0);
  std::string WithoutSecrets(std::string text) const;

  const SupervisorContext& context_;
  NodeWish wish_;
  NodeFiles files_;
  RecordedProcess process_;
  std::optional<DiscoverySupervisor> discovery_;
  std::unique_ptr<EngineWatch> watch_;  // while the process lives

  Goal goal_ = Goal::kRest;
  bool never_started_ = true;   // under this incarnation
  bool restart_wanted_ = false; // an orderly stop, then a start
  bool stopping_ = false;       // the orderly stop is under way
  bool killed_ = false;         // we sent SIGKILL
  bool in_place_ = false;       // the start that is due repeats one that had been ready
  int attempts_ = 0;            // for DecideRestart
  std::string unrecorded_;      // of a process that was adopted without a record and has not answered yet
  std::string failure_;         // why the last start failed; empty once ready
  std::string stop_problem_;    // why an orderly stop has not come about yet
  SavedData saved_;             // while no process runs
  int64_t previous_keys_ = -1;  // of the process before the present one
  RealTime ready_since_;
  const std::unique_ptr<Alarm> start_alarm_;  // the next start, or the deadline of the present one
  const std::unique_ptr<Alarm> stop_alarm_;
  EngineStatus last_status_;
  int64_t last_status_micros_ = 0;
  std::function<void()> finished_;
};

}  // namespace elastilab
