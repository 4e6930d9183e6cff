// Keeps asking one running engine how it is, and makes the live part of the wish true in it.
//
//   Ping    every 5 ms until it answers for the first time, then every 100 ms. Misses feed dataplane/health's verdict.
//   Query   every 5 ms until it has loaded and, for a replica, until its link is up; about once a second when settled;
//           at once on Probe and after an Apply. A link that takes longer than 3 s is asked for every 100 ms.
//   Task    as soon as it is wished for and has not ended yet. While hands are to be off the engine, nothing is applied.
//   Apply   as soon as the wish differs from what is in force; again after an error. One at a time, so that a wish that
//           changes meanwhile is applied from what really is there.
//
// Lives as long as the process does. Not thread-safe: one io_context thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/local_plan/node_wish.h"
#include "agent/supervisor/node_state.h"
#include "agent/supervisor/timing.h"
#include "common/os/host.h"
#include "dataplane/engine/driver.h"
#include "dataplane/health/verdict.h"

namespace elastilab {

class EngineWatch {
 public:
  // What is in force when the watch begins.
  struct InForce {
    LiveSpec live;
    std::string parameters_digest;
    int64_t revision = 0;      // 0: none in full
    bool was_ready = false;    // an adopted engine that had answered an earlier agent
    TaskOutcome task = {};     // the last one that ended
  };
  struct Events {
    std::function<void()> ready;    // once: it answers and has loaded
    std::function<void()> changed;  // something worth a report; probes() says which Probe it answers
    std::function<void()> applied;  // in_force() moved, or a task ended
    std::function<void(const std::string& why)> needs_restart;  // only a new process can do it
  };

  // `pid` is for /proc: a stopped process is not a slow one. Events never come from inside these calls, except from
  // Want.
  EngineWatch(Host& host, std::unique_ptr<EngineControl> control, int64_t pid, InForce in_force,
              const SupervisorTiming& timing, Events events);

  void Want(const NodeWish& wish);
  // Queries at once; `changed` follows, whatever the answer.
  void Probe(int64_t probe_id);
  // Asks no more: the engine is being stopped.
  void Quiet();
  EngineControl& control() { return *control_; }

  bool answered() const { return answered_; }  // ever
  bool ready() const { return ready_; }
  // kAnswers while it answers, or has not missed enough questions to be judged.
  Verdict verdict() const { return verdict_; }
  int64_t last_answer_micros() const { return MonotonicMicros(last_answer_); }
  const TaskOutcome& task() const { return task_; }
  bool has_status() const { return status_.has_value(); }
  const InForce& in_force() const { return in_force_; }
  // As last read; all empty before the first answer.
  EngineStatus status() const { return status_.value_or(EngineStatus{}); }
  int64_t status_micros() const { return status_micros_; }
  const std::string& problem() const { return problem_; }
  // The probes answered by what is known now; empty afterwards.
  std::vector<int64_t> TakeAnsweredProbes();

 private:
  using Instant = RealTime;

  void Tick();
  void Arm();
  void Ping(Instant now);
  void OnPing(const Status& status);
  void Query(Instant now);
  void OnQuery(const StatusOr<EngineStatus>& status);
  void Learn(const EngineStatus& status);
  bool Pending() const;
  void Apply();
  void OnApplied(const LiveSpec& live, const Status& status);
  void SetParameters();
  void OnParametersSet(const std::string& digest, const Status& status);
  bool CompleteRevision();
  void ReportAfterQuery();
  void ApplyFailed(const Status& status);
  bool LinkAwaited() const;
  Instant NextQuery(Instant now) const;
  void Judge();
  bool TaskIsDue() const;
  void RunTask();
  void OnTaskEnded(int64_t id, const Status& status);

  Host& host_;
  std::unique_ptr<EngineControl> control_;
  int64_t pid_;
  int64_t uid_ = 0;
  InForce in_force_;
  SupervisorTiming timing_;
  Events events_;
  const std::unique_ptr<Alarm> alarm_;
  std::optional<NodeWish> wish_;
  std::string wanted_parameters_;  // digest of wish_'s

  bool quiet_ = false;
  bool answered_ = false;
  bool ready_ = false;
  Verdict verdict_ = Verdict::kAnswers;
  TaskOutcome task_;
  bool pinging_ = false;
  bool querying_ = false;
  bool query_again_ = false;  // asked for while one was under way
  bool applying_ = false;
  int misses_ = 0;
  Instant last_answer_;
  Instant next_ping_;
  Instant next_query_;
  Instant next_apply_;
  Instant busy_until_;
  Instant last_offset_news_;
  std::optional<EngineStatus> status_;
  int64_t status_micros_ = 0;
  std::string problem_;
  std::vector<int64_t> open_probes_;
  std::vector<int64_t> asked_probes_;  // those that the query under way will answer
  std::vector<int64_t> answered_probes_;
};

}  // namespace elastilab
