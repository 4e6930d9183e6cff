// What has been seen of nodes and agents. Lives in memory only: agents tell it all again after a restart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/region/model/records.h"

namespace elastilab {

// As agents report it; proto/agent/v1/agent.proto documents each.
enum class Phase { kUnknown, kAbsent, kStarting, kReady, kBusy, kFrozen, kExited, kStopped, kFailed };
std::string_view Text(Phase phase);

// What the control plane found when it asked an engine itself, over the network as a client would.
enum class DirectVerdict {
  kUnknown,
  kAnswers,
  kGone,    // its process is gone from this host, seen by pid and start time: dead, whatever its agent does
  kFrozen,  // no answer, and its process is stopped by a signal
  kBusy,    // no answer, and its process runs
  kSilent,  // no answer, and who its process is is not known: it may be alive
};
std::string_view Text(DirectVerdict verdict);

// What a process keeps its data set in while it does not run: a dump that it wrote in good order, or an append-only file.
struct SavedCopy {
  int64_t bytes = 0;    // 0: nothing is saved
  int64_t offset = -1;  // of the replication stream when it was saved; -1: the files do not say
  std::string history = {};  // names that stream: offsets of different ones can't be compared
  bool operator==(const SavedCopy&) const = default;
};

// How far an engine is with reading its data set.
struct LoadingProgress {
  bool loading = false;
  int64_t loaded_bytes = 0;
  int64_t total_bytes = 0;
  int64_t seconds_left = 0;
  bool operator==(const LoadingProgress&) const = default;
};

// What came of a node's task (proto/agent/v1/agent.proto, Task).
enum class TaskState { kNone, kRunning, kDone, kCalledOff };
struct TaskObservation {
  int64_t id = 0;
  TaskState state = TaskState::kNone;
  std::string text;  // why it was called off
  bool operator==(const TaskObservation&) const = default;
};

struct NodeObservation {
  int64_t incarnation = 0;
  int64_t applied_revision = 0;
  Phase phase = Phase::kUnknown;
  std::string problem;
  int64_t probe_id = 0;
  int64_t pid = 0;
  int64_t start_ticks = 0;
  int64_t restarts = 0;
  std::string engine_version;
  std::string exit_text;
  int64_t exit_micros = 0;  // CLOCK_MONOTONIC
  Role role = Role::kNone;
  int64_t offset = 0;
  int64_t offset_micros = 0;
  std::string history;      // names the stream that the offset counts
  bool link_up = false;
  Endpoint follows;
  std::vector<std::string> endpoints;
  int64_t keys = -1;          // in all databases; -1: not read yet
  bool began_on_files = false;  // its process had something to load
  int64_t previous_keys = -1; // of the process before this one, when they were last counted; -1: not known
  int64_t silent_micros = 0;  // CLOCK_MONOTONIC of its last answer, while it is busy or frozen
  LoadingProgress loading;
  SavedCopy saved;            // of a process that does not run
  TaskObservation task;
  DirectVerdict direct = DirectVerdict::kUnknown;  // of the incarnation in `direct_incarnation`
  int64_t direct_incarnation = 0;
  int64_t direct_micros = 0;
  int direct_misses = 0;            // questions in a row without an answer
  int64_t direct_silent_micros = 0; // CLOCK_MONOTONIC of the first of them
  bool operator==(const NodeObservation&) const = default;
};

struct InstalledEngine {
  std::string family, version, path;
  bool operator==(const InstalledEngine&) const = default;
};

struct ZoneObservation {
  bool connected = false;   // its agent's stream is open
  int64_t agent_pid = 0;    // of the last agent seen
  std::string boot_id;      // of its host
  bool fences_itself = false;       // it gives its primaries up when its lease lapses
  int64_t lease_over_micros = 0;    // CLOCK_MONOTONIC from when on it certainly has, while it is not connected
  std::vector<InstalledEngine> engines;
  bool operator==(const ZoneObservation&) const = default;
};

}  // namespace elastilab
