// The whole truth about one node as its supervisor sees it: a NodeReport without protobuf (session/wire.h translates).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/os/proc_fs.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// Meanings: agent.proto, enum Phase.
enum class Phase { kAbsent, kStarting, kReady, kSilent, kExited, kStopped, kFailed };

const char* PhaseName(Phase phase);

struct NodeState {
  int64_t uid = 0;
  int64_t generation = 0;
  int64_t applied_revision = 0;
  Phase phase = Phase::kAbsent;
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

  bool operator==(const NodeState&) const = default;
};

}  // namespace elastilab
