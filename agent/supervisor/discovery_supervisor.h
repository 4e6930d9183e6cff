// Keeps the process behind a memcached configuration endpoint alive: started with its state file, told by SIGHUP when
// the file changed, started again when it exits. It answers for the whole cluster, so it lives on when its node dies.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/journal/paths.h"
#include "agent/journal/recovery.h"
#include "agent/local_plan/node_wish.h"
#include "agent/supervisor/recorded_process.h"
#include "common/os/host.h"

namespace elastilab {

class DiscoverySupervisor {
 public:
  // `program` is the path of elastilab-discovery; `ended` is called after each exit.
  DiscoverySupervisor(Host& host, std::string program, const NodeFiles& files, std::function<void()> ended);

  // Takes over what an earlier agent started.
  void Recover(const HostView& host);
  // Makes it answer so. A changed listening address needs a new process.
  void Want(const DiscoveryWish& wish);
  // Ends it for good (SIGKILL: it holds nothing worth saving).
  void End();

  bool alive() const { return process_.alive(); }
  ProcessIdentity identity() const { return process_.record().process; }

 private:
  void StartWhenDue();
  void Start();
  Status TryStart();
  void OnExit();

  Host& host_;
  std::string program_;
  NodeFiles files_;
  std::function<void()> ended_;
  RecordedProcess process_;
  const std::unique_ptr<Alarm> restart_;
  std::optional<DiscoveryWish> wish_;
  RealTime started_;
  int attempts_ = 0;
};

}  // namespace elastilab
