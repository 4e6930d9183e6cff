// An agent that hears nothing for three leases takes the control plane for gone and connects again, which looks like a
// lost zone for a moment. So every heartbeat is answered, also when there is nothing to do.
#include <gtest/gtest.h>

#include "common/clock.h"
#include "controlplane/region/fleet/fleet.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

class CountingLink final : public AgentLink {
 public:
  void Send(const agent::v1::ControlMessage& message) override { heartbeats += message.has_heartbeat(); }
  int heartbeats = 0;
};

TEST(HeartbeatTest, IsAnsweredToTheZoneThatSentIt) {
  ManualClock clock;
  Fleet fleet(clock);
  fleet.SetListener({.node = [](NodeUid) {},
                     .zone = [](const std::string&) {},
                     .assignments = [](const std::string&, const std::set<NodeUid>&) {
                       return std::vector<agent::v1::Assignment>();
                     }});
  const auto a = std::make_shared<CountingLink>();
  const auto b = std::make_shared<CountingLink>();
  for (const auto& [zone, link] : {std::pair("us-east-1a", a), std::pair("us-east-1b", b)}) {
    agent::v1::Hello hello;
    hello.set_zone(zone);
    ASSERT_TRUE(fleet.Connect(link, hello));
  }
  fleet.Heartbeat(*a);
  fleet.Heartbeat(*a);
  EXPECT_EQ(a->heartbeats, 2);
  EXPECT_EQ(b->heartbeats, 0);
  fleet.Disconnect(*a);
  fleet.Heartbeat(*a);
  EXPECT_EQ(a->heartbeats, 2);
}

}  // namespace
}  // namespace elastilab
