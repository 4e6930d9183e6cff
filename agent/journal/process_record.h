// What the journal says about one process: lines of "key value", for people with a pager as well as for the next agent.
//
//   intent ──spawn──▶ running ──┬─▶ exited    by itself, or killed: whether it comes back is the wish's business
//     ▲                         └─▶ stopped   by us, in an orderly way: it starts again on its files when asked to run
//     └───────────── start again ──────┘
//
// An agent that dies between the intent and `running` leaves a process without a pid in the record; recovery finds it
// by its log file.
#pragma once

#include <cstdint>
#include <string>

#include "common/os/proc_fs.h"
#include "common/status.h"

namespace elastilab {

enum class RecordState { kIntent, kRunning, kExited, kStopped };

const char* RecordStateName(RecordState state);

struct ProcessRecord {
  RecordState state = RecordState::kIntent;
  int64_t incarnation = 0;
  bool fenced = false;             // never start it again under this incarnation
  ProcessIdentity process;         // of the last process
  std::string boot_id;
  std::string run_id;              // what the engine calls this run of itself; empty until it answered
  bool was_ready = false;          // answered at least once
  bool stop_ordered = false;       // it was asked to save and end
  std::string engine_version;      // what really runs
  std::string launch_digest;       // of the LaunchSpec it was started with (node_wish.h)
  std::string parameters_digest;   // of the parameters in force
  int64_t applied_revision = 0;
  int64_t restarts = 0;            // in-place restarts within this incarnation
  std::string exit_text;
  int64_t exit_micros = 0;
  int64_t last_offset = 0;         // of the process that ended, when it was last asked, and when that was
  int64_t last_offset_micros = 0;
  int64_t last_keys = -1;
  bool began_on_files = false;     // the last process had something to load
  int64_t task_id = 0;             // of the last task that ended, and how
  bool task_done = false;
  std::string task_text;           // why it was called off

  bool operator==(const ProcessRecord&) const = default;
};

std::string FormatProcessRecord(const ProcessRecord& record);
// InvalidArgument names the line it does not understand; unknown keys of newer agents are skipped.
StatusOr<ProcessRecord> ParseProcessRecord(const std::string& text);

}  // namespace elastilab
