#include "controlplane/region/fleet/report.h"

#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

Phase PhaseOf(agent::v1::Phase phase) {
  switch (phase) {
    case agent::v1::PHASE_ABSENT:
      return Phase::kAbsent;
    case agent::v1::PHASE_STARTING:
      return Phase::kStarting;
    case agent::v1::PHASE_READY:
      return Phase::kReady;
    case agent::v1::PHASE_FROZEN:
      return Phase::kFrozen;
    case agent::v1::PHASE_BUSY:
      return Phase::kBusy;
    case agent::v1::PHASE_EXITED:
      return Phase::kExited;
    case agent::v1::PHASE_STOPPED:
      return Phase::kStopped;
    case agent::v1::PHASE_FAILED:
      return Phase::kFailed;
    default:
      return Phase::kUnknown;
  }
}

Role RoleOf(agent::v1::NodeRole role) {
  if (role == agent::v1::NODE_ROLE_PRIMARY) return Role::kPrimary;
  return role == agent::v1::NODE_ROLE_REPLICA ? Role::kReplica : Role::kNone;
}

TaskState TaskStateOf(agent::v1::TaskState state) {
  switch (state) {
    case agent::v1::TASK_STATE_RUNNING:
      return TaskState::kRunning;
    case agent::v1::TASK_STATE_DONE:
      return TaskState::kDone;
    case agent::v1::TASK_STATE_CALLED_OFF:
      return TaskState::kCalledOff;
    default:
      return TaskState::kNone;
  }
}

}  // namespace

NodeObservation Observed(const agent::v1::NodeReport& report, const NodeObservation& before) {
  NodeObservation seen = before;
  seen.incarnation = report.incarnation();
  seen.applied_revision = report.applied_revision();
  seen.phase = PhaseOf(report.phase());
  seen.problem = report.problem();
  if (report.probe_id() != 0) seen.probe_id = report.probe_id();
  seen.pid = report.pid();
  seen.start_ticks = report.start_ticks();
  seen.restarts = report.restarts();
  seen.engine_version = report.engine_version();
  seen.exit_text = report.exit_text();
  seen.exit_micros = report.exit_micros();
  seen.role = RoleOf(report.role());
  // A dead process keeps the last offset that was read of it: the loss window is judged by it.
  if (report.offset_micros() != 0) {
    seen.offset = report.replication_offset();
    seen.offset_micros = report.offset_micros();
  }
  if (!report.history().empty()) seen.history = report.history();
  seen.link_up = report.link_up();
  seen.follows = {report.follows().address(), report.follows().port()};
  seen.endpoints.assign(report.endpoints().begin(), report.endpoints().end());
  seen.silent_micros = report.silent_micros();
  seen.loading = {report.has_loading(), report.loading().loaded_bytes(), report.loading().total_bytes(),
                  report.loading().seconds_left()};
  // Those of a dead process are kept, as its offset is.
  if (report.keys_known()) seen.keys = report.keys();
  seen.began_on_files = report.began_on_files();
  seen.previous_keys = report.previous_keys_known() ? report.previous_keys() : -1;
  seen.saved = report.has_saved() ? SavedCopy{report.saved().bytes(), report.saved().offset(), report.saved().history()} : SavedCopy{};
  seen.task = {report.task().id(), TaskStateOf(report.task().state()), report.task().text()};
  return seen;
}

NodeObservation WithoutProcess(const NodeObservation& before) {
  NodeObservation seen = before;
  seen.phase = Phase::kExited;
  seen.exit_text = "its agent has no trace of it";
  seen.exit_micros = 0;
  seen.link_up = false;
  seen.endpoints.clear();
  return seen;
}

}  // namespace elastilab
