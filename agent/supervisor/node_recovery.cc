// How a NodeSupervisor takes up what an earlier agent left: the journal's record, the process, the files.
#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "agent/supervisor/node_supervisor.h"

namespace elastilab {

bool NodeSupervisor::Recover(const HostView& host) {
  LookAtFiles();
  const StatusOr<ProcessRecord> record = ReadRecord(context_.host.files(), files_.engine.record);
  Recovered found = JudgeRecord(record, TracesOfEngine(), host);
  TakeUp(record, found);
  never_started_ = found.fate == Fate::kNeverStarted || ForOlderIncarnation();
  if (found.fate == Fate::kAlive && !process_.Adopt(found.process).ok()) found.fate = Fate::kVanished;
  if (found.fate == Fate::kVanished) EndedUnseen(RecordState::kExited, "gone while no agent watched");
  if (found.fate == Fate::kStopped) EndedUnseen(RecordState::kStopped, process_.record().exit_text);
  if (wish_.discovery) {
    MakeDiscovery();
    discovery_->Recover(host);
    UpdateDiscovery();
  }
  if (!process_.alive()) {
    // What was last seen of it is evidence of what is lost.
    last_status_.replication_offset = process_.record().last_offset;
    last_status_.keys = process_.record().last_keys;
    last_status_micros_ = process_.record().last_offset_micros;
    return false;
  }
  WatchAdopted(found.recorded);
  Step();
  return true;
}

void NodeSupervisor::WatchAdopted(bool recorded) {
  goal_ = wish_.fenced || process_.record().fenced ? Goal::kFence : Goal::kRun;
  EngineDriver* driver = context_.driver(wish_.launch.family);
  if (driver != nullptr) {
    const ProcessRecord& r = process_.record();
    const bool in_force = r.applied_revision == wish_.revision && !wish_.hands_off;
    WatchEngine(*driver, {.live = in_force ? wish_.live : LiveSpec{},
                          .parameters_digest = r.parameters_digest,
                          .revision = r.applied_revision,
                          .was_ready = r.was_ready && recorded,
                          .task = RecordedTask()});
  }
  ready_since_ = context_.host.Now();
  if (!process_.record().was_ready) start_alarm_->Set(context_.timing.start_deadline, [this] { OnStartDeadline(); });
}

Traces NodeSupervisor::TracesOfEngine() const {
  return {.log_file = files_.engine.log_file,
          .address = wish_.launch.address,
          .port = wish_.launch.port,
          .has_log = context_.host.files().FileSize(files_.engine.log_file) > 0,
          .saved = saved_.bytes > 0};
}

// What the journal says, or what has to be assumed when it says nothing that makes sense.
void NodeSupervisor::TakeUp(const StatusOr<ProcessRecord>& record, const Recovered& found) {
  if (record.ok()) {
    process_.record() = *record;
    return;
  }
  if (found.fate == Fate::kNeverStarted) return;
  process_.record() = AssumedRecord(found, wish_.incarnation(), LaunchDigest(wish_.launch));
  spdlog::error("{}: its process record is lost: {}", wish_.launch.name, std::string(record.status().message()));
  unrecorded_ = WhyUnsure(found, TracesOfEngine());
}

void NodeSupervisor::EndedUnseen(RecordState state, const std::string& how) {
  ProcessRecord& record = process_.record();
  if (state == RecordState::kStopped && record.state == state) return;  // seen by the agent before
  record.state = state;
  record.exit_text = how;
  record.exit_micros = MonotonicMicros(context_.host.Now());
  process_.Save();
}

void NodeSupervisor::LookAtFiles() {
  EngineDriver* driver = context_.driver(wish_.launch.family);
  saved_ = driver == nullptr ? SavedData{} : driver->Saved(wish_.launch, Paths());
}

TaskOutcome NodeSupervisor::RecordedTask() const {
  const ProcessRecord& r = process_.record();
  if (r.task_id == 0) return {};
  return {r.task_id, r.task_done ? TaskProgress::kDone : TaskProgress::kCalledOff, r.task_text};
}

}  // namespace elastilab
