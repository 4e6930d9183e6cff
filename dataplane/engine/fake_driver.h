// A driver that misbehaves as it is told, for tests of the agent.
//
//   FakeDriver driver(io);
//   driver.node("demo-001/0001").behaviour = {.start_takes = 50ms, .exit_after = 2s, .exit_code = 3};
//
// It launches a harmless real process (a shell that waits for the code to exit with), so that pids, signals and exits
// are true; the engine that the process would be is a FakeNode in memory, which a test reads and bends at any time. A
// node goes by LaunchSpec.name. Everything is on the io_context's thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// How a node fails. The defaults are a good engine.
struct FakeBehaviour {
  std::chrono::milliseconds start_takes{0};             // from Launch to the first answer; refused until then
  std::chrono::milliseconds loading_takes{0};           // answers from then on, but says `loading`
  std::chrono::milliseconds link_takes{0};              // from following a primary to link_up
  std::optional<std::chrono::milliseconds> exit_after;  // from Launch
  int exit_code = 1;                                    // of that exit
  Status launch_error;                                  // Launch fails
  bool never_answers = false;                           // every call ends with DeadlineExceeded; may be set at any time
  bool refuse_promote = false;                          // Apply of a primary role fails
  Status apply_error;                                   // every Apply fails
  std::vector<std::string> restart_parameters;          // those that SetParameters can't change
  bool ignores_shutdown = false;                        // accepts Shutdown and stays
  Status handover_error;                                // every HandOver ends so
  SavedData saved;                                      // what its files hold while it does not run
};

struct FakeNode {
  FakeBehaviour behaviour;
  // What it answers. role, follows and link_up come from Apply; version and run_id from Launch; the rest is the test's.
  EngineStatus status;
  // What has been done to it.
  int launches = 0;
  int pings = 0;
  int after_ready = 0;
  LiveSpec live;                  // in force
  std::vector<LiveSpec> applied;  // every successful Apply, in order
  std::map<std::string, std::string> parameters;
  std::optional<bool> shutdown;  // `save` of the last Shutdown
  std::vector<HostPort> handed_over;
};

struct FakeEngines;

class FakeDriver final : public EngineDriver {
 public:
  explicit FakeDriver(boost::asio::io_context& io);
  ~FakeDriver() override;

  // Made on first use; stays where it is.
  FakeNode& node(const std::string& name);

  StatusOr<Command> Launch(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                           const NodePaths& paths) override;
  LiveSpec StateAfterLaunch(const LaunchSpec& launch, const LiveSpec& live) const override;
  std::unique_ptr<EngineControl> Control(const LaunchSpec& launch, const NodePaths& paths) override;
  SavedData Saved(const LaunchSpec& launch, const NodePaths& paths) const override;
  void AfterReady(const LaunchSpec& launch, const NodePaths& paths) override;

 private:
  std::shared_ptr<FakeEngines> engines_;
};

}  // namespace elastilab
