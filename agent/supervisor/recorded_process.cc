#include "agent/supervisor/recorded_process.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "agent/journal/journal.h"
#include "common/fault_point.h"

namespace elastilab {

RecordedProcess::RecordedProcess(Host& host, ProcessFiles files, ProcessRecord record, Exited exited)
    : host_(host), files_(std::move(files)), record_(std::move(record)), exited_(std::move(exited)) {}

Status RecordedProcess::Start(Command command) {
  RETURN_IF_ERROR(host_.files().MakeDirectories(files_.working_dir));
  command.working_dir = files_.working_dir;
  command.log_file = files_.log_file;
  log_start_ = host_.files().FileSize(files_.log_file);
  record_.state = RecordState::kIntent;
  record_.process = {};
  record_.run_id.clear();
  record_.was_ready = record_.stop_ordered = false;
  record_.exit_text.clear();
  record_.exit_micros = 0;
  RETURN_IF_ERROR(WriteRecord(host_.files(), files_.record, record_));
  RETURN_IF_ERROR(FaultPoint("agent.before_spawn"));
  ASSIGN_OR_RETURN(process_, host_.Spawn(command, [this](const ProcessExit& exit) { OnExit(exit); }));
  (void)FaultPoint("agent.after_spawn");  // only `crash` makes sense here
  record_.state = RecordState::kRunning;
  record_.process = process_->identity();
  record_.boot_id = host_.BootId();
  Save();
  return absl::OkStatus();
}

Status RecordedProcess::Adopt(const ProcessIdentity& identity) {
  ASSIGN_OR_RETURN(process_, host_.Adopt(identity, [this](const ProcessExit& exit) { OnExit(exit); }));
  const bool was_running = record_.state == RecordState::kRunning;
  record_.state = RecordState::kRunning;
  record_.process = identity;
  record_.boot_id = host_.BootId();
  if (!was_running) Save();
  return absl::OkStatus();
}

void RecordedProcess::Signal(int signal) {
  if (process_ != nullptr) process_->Signal(signal);
}

void RecordedProcess::Save() {
  if (Status status = WriteRecord(host_.files(), files_.record, record_); !status.ok()) {
    spdlog::error("journal: {}", std::string(status.message()));
  }
}

std::string RecordedProcess::LogTail() const { return host_.files().LastLines(files_.log_file, log_start_, 2); }

void RecordedProcess::OnExit(const ProcessExit& exit) {
  (void)FaultPoint("agent.on_exit");  // only `crash` makes sense here
  process_.reset();
  record_.state = RecordState::kExited;
  record_.exit_text = exit.text;
  record_.exit_micros = exit.micros;
  exited_();
}

}  // namespace elastilab
