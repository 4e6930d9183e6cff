// The whole truth about one node as its supervisor sees it: a NodeReport without protobuf (session/wire.h translates).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/os/proc_fs.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// Meanings: agent.proto, enum NodePhase.
enum class NodePhase { kAbsent, kStarting, kReady, kBusy, kFrozen, kExited, kStopped, kFailed };

const char* NodePhaseName(NodePhase phase);

enum class TaskProgress { kNone, kRunning, kDone, kCalledOff };

struct TaskOutcome {
  int64_t id = 0;
  TaskProgress state = TaskProgress::kNone;
  std::string text;  // why it was called off
  bool operator==(const TaskOutcome&) const = default;
};

struct NodeState {
  int64_t uid = 0;
  int64_t incarnation = 0;
  int64_t applied_revision = 0;
  NodePhase phase = NodePhase::kAbsent;
  std::string problem;
  int64_t probe_id = 0;

  ProcessIdentity process;
  int64_t restarts = 0;
  std::string engine_version;
  std::string exit_text;
  int64_t exit_micros = 0;

  EngineStatus engine;  // as last read; of a dead process too, its offset is evidence
  int64_t offset_micros = 0;
  std::vector<std::string> endpoints;
  int64_t silent_micros = 0;   // MonotonicMicros of the last answer, while busy or frozen
  bool began_on_files = false; // the process had something to load
  int64_t previous_keys = -1;  // of the process before this one, when last read
  SavedData saved;             // while no process runs
  TaskOutcome task;            // of the task that the wish names

  bool operator==(const NodeState&) const = default;
};

}  // namespace elastilab
