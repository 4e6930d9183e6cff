// Starting and stopping the control plane. It starts the agents itself, and they the engines.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/client/rpc.h"
#include "cli/lab/settings.h"
#include "common/status.h"

namespace elastilab {

// Whether a control plane holds the data directory; its pid, else 0.
int64_t RunningDaemon(const LabFiles& files);

// The program beside this one, else the one in PATH; the error says where it was looked for.
StatusOr<std::string> FindProgram(const std::string& name);

// Makes the data directory and what the daemon needs in it, 0700. Errors name the directory and the fix.
Status PrepareDataDir(const LabFiles& files);

// FailedPrecondition names the holder of the first port that is taken and the flag to change.
Status CheckPorts(const LabSettings& settings);

std::vector<std::string> DaemonArguments(const LabFiles& files, const LabSettings& settings, int ready_fd);

// Starts elastilabd in a session of its own and waits until it takes calls with all agents connected. On failure the
// error is the daemon's own line, or the end of its log; it can be that the daemon runs but lacks an agent.
Status StartDaemon(const LabFiles& files, const LabSettings& settings, std::chrono::milliseconds timeout);

struct StopReport {
  bool was_running = false;
  int engines_stopped = 0;  // by the daemon, in good order
  int leftovers = 0;        // agents and engines without a daemon, stopped by signals
  int killed = 0;           // of all: did not stop when asked
};

// Stops everything of the lab: through the daemon while one answers; what is left after that (all, if the daemon was
// dead) by signals, the agents first so that they don't restart engines. SIGTERM makes engines save what they persist,
// so nothing needs a daemon to be brought back just to stop. Afterwards no process, lock or socket is left. A daemon that
// refuses (PermissionDenied, Unauthenticated), or whose engines did not stop in time (FailedPrecondition: the lab goes on),
// is left alone, with all that it runs; the latter not with `force`.
StatusOr<StopReport> StopLab(Rpc& rpc, const LabFiles& files, std::chrono::milliseconds timeout, bool force = false);

}  // namespace elastilab
