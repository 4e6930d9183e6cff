// The engines that this agent has drivers for, and the binaries found on this host: the one place that lists them.
#pragma once

#include <map>
#include <memory>

#include "agent/session/zone_agent.h"
#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// Asks the installed binaries for their versions when it is made: some milliseconds.
class EngineSet {
 public:
  explicit EngineSet(boost::asio::io_context& io);
  // Points into this object.
  Engines View() const;

 private:
  std::vector<EngineBinary> installed_;
  std::map<EngineFamily, std::unique_ptr<EngineDriver>> drivers_;
};

}  // namespace elastilab
