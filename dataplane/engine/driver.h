// One door to every kind of engine. A driver knows how its engine is configured, asked, promoted and stopped; it knows
// nothing of zones, incarnations or restarts (agent/supervisor does).
//
// All calls except Launch are asynchronous on the io_context the driver was built with: they never block, call `done`
// exactly once on that context's thread and never from inside the call, and end with DeadlineExceeded when the engine
// does not answer within `timeout`, Unavailable when nothing listens (nothing was sent) or when a try later may help,
// Aborted when the connection was lost after sending.
// Not thread-safe: one thread runs the io_context and makes the calls.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/os/command.h"
#include "common/status.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

using Done = std::function<void(Status)>;
using StatusDone = std::function<void(StatusOr<EngineStatus>)>;

// One running engine process, seen through its control connection (a Unix socket for redis and valkey).
// Destroying it closes the connection and drops pending calls without calling them back; the process lives on.
class EngineControl {
 public:
  virtual ~EngineControl() = default;

  // Does it answer? Any well-formed reply counts, also -LOADING and -BUSY.
  virtual void Ping(std::chrono::milliseconds timeout, Done done) = 0;
  // Reads role, offset, link and run id.
  virtual void Query(std::chrono::milliseconds timeout, StatusDone done) = 0;
  // Makes the role, the primary to follow and the addresses to listen on true, in an order that never lets two nodes
  // take writes on one address: gives addresses up before it is demoted, takes them after it is promoted.
  // Already so is success. `from` is what was applied last (empty spec after a start).
  virtual void Apply(const LiveSpec& from, const LiveSpec& to, std::chrono::milliseconds timeout, Done done) = 0;
  // Changes parameters that the engine can change while it runs. FailedPrecondition: some need a new process, which the
  // error names, and nothing was changed. InvalidArgument: the engine refuses a value.
  virtual void SetParameters(const std::map<std::string, std::string>& parameters, std::chrono::milliseconds timeout,
                             Done done) = 0;
  // Hands the role of primary over to the replica at `to`; writes are paused for `patience` at most. OK: the roles are
  // switched (or were already); FailedPrecondition: called off, for the reason that the error gives, and the engine is
  // what it was, except that it may have given up its endpoints; any other error: look again.
  virtual void HandOver(const HostPort& to, std::chrono::milliseconds patience, Done done) = 0;
  // Asks the engine to write its data set and exit (`save`), or just to exit. Done when the request was accepted;
  // the supervisor sees the exit. (redis: SHUTDOWN; memcached: SIGTERM to the pid that it says it has.)
  virtual void Shutdown(bool save, std::chrono::milliseconds timeout, Done done) = 0;
};

class EngineDriver {
 public:
  virtual ~EngineDriver() = default;

  // What to run for `launch`, with the first role, primary and addresses already in its configuration where the
  // engine allows (a primary starts on its endpoint at once; a replica never starts on one).
  // InvalidArgument when the spec can't be run by this engine, naming the value.
  virtual StatusOr<Command> Launch(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                                   const NodePaths& paths) = 0;
  // What is already true in a process freshly started by that command: the `from` of the first Apply.
  virtual LiveSpec StateAfterLaunch(const LaunchSpec& launch, const LiveSpec& live) const = 0;
  // Connects lazily and again after errors.
  virtual std::unique_ptr<EngineControl> Control(const LaunchSpec& launch, const NodePaths& paths) = 0;
  // What the files of a node that does not run hold.
  virtual SavedData Saved(const LaunchSpec& launch, const NodePaths& paths) const = 0;
  // Called once the engine answers for the first time after a start: clean-up such as a dump that served its one
  // resume.
  virtual void AfterReady(const LaunchSpec& launch, const NodePaths& paths) = 0;
};

// The installed binaries, found on PATH and the usual places and asked for their version. Blocks for some milliseconds.
std::vector<EngineBinary> FindEngineBinaries();

// The binary of the family that fits `version` best: same major.minor, else the nearest newer, else the nearest older.
// NotFound names the Debian package to install.
StatusOr<EngineBinary> ChooseBinary(const std::vector<EngineBinary>& installed, EngineFamily family,
                                    const std::string& version);

}  // namespace elastilab
