// The control plane, assembled: everything below is introduced to each other here and nowhere else.
#pragma once

#include <functional>
#include <memory>

#include "common/status.h"
#include "controlplane/app/options.h"

namespace elastilab {

class ControlPlane {
 public:
  // Opens the data directory and starts to serve. Errors name the thing and the fix; nothing is left half-made.
  // `on_stop` is called once, from any thread, when the admin API asks the program to end.
  static StatusOr<std::unique_ptr<ControlPlane>> Start(const ControlPlaneOptions& options, std::function<void()> on_stop);
  virtual ~ControlPlane() = default;

  // Waits until every zone that should have an agent has one.
  virtual Status WaitReady(std::chrono::milliseconds timeout) = 0;
  // Stops serving. Agents and engines live on.
  virtual void Stop() = 0;
};

}  // namespace elastilab
