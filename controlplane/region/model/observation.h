// What has been seen of nodes and agents. Lives in memory only: agents tell it all again after a restart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/region/model/records.h"

namespace elastilab {

// As agents report it; proto/agent/v1/agent.proto documents each.
enum class Phase { kUnknown, kAbsent, kStarting, kReady, kSilent, kExited, kStopped, kFailed };
std::string_view Text(Phase phase);

// What the control plane found when it asked an engine itself, over the network as a client would.
enum class DirectVerdict {
  kUnknown,
  kAnswers,
  kGone,    // nothing listens: the process is dead, whatever its agent does
  kSilent,  // something listens and does not answer: it may still be alive
};
std::string_view Text(DirectVerdict verdict);

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
  bool link_up = false;
  Endpoint follows;
  std::vector<std::string> endpoints;
  DirectVerdict direct = DirectVerdict::kUnknown;  // of the incarnation in `direct_incarnation`
  int64_t direct_incarnation = 0;
  int64_t direct_micros = 0;
  bool operator==(const NodeObservation&) const = default;
};

struct InstalledEngine {
  std::string family, version, path;
  bool operator==(const InstalledEngine&) const = default;
};

struct ZoneObservation {
  bool connected = false;   // its agent's stream is open
  int64_t agent_pid = 0;    // of the last agent seen
  std::vector<InstalledEngine> engines;
  bool operator==(const ZoneObservation&) const = default;
};

}  // namespace elastilab
