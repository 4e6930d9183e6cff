// A simulated zone: its agent's inbox and its engines. For region.cc and its neighbours only.
#pragma once

#include "tests/sim/region.h"

namespace elastilab {

// The control plane's messages to one agent, in order.
class SimRegion::Link final : public AgentLink {
 public:
  void Send(const agent::v1::ControlMessage& message) override { inbox.push_back(message); }
  std::deque<agent::v1::ControlMessage> inbox;
};

struct SimRegion::Zone {
  std::string name;
  std::shared_ptr<Link> link;             // null: its agent is dead
  bool lost = false;
  std::map<NodeUid, SimEngine> engines;   // what the journal knows, dead ones included
};

}  // namespace elastilab
