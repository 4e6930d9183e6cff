// What is decided while an agent is being welcomed: Welcome's wishes are read before it is sent, and must not undo it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "controlplane/region/fleet/fleet.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

using agent::v1::Assignment;
using agent::v1::ControlMessage;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kZone[] = "us-east-1a";

// What an agent hears, in words: "welcome 1.3 2.1", "assign 3.1", "withdraw 1".
class ListeningLink final : public AgentLink {
 public:
  void Send(const ControlMessage& message) override {
    if (message.has_welcome()) {
      std::string text = "welcome";
      for (const Assignment& a : message.welcome().assignments()) text += Name(a);
      heard.push_back(text);
    } else if (message.has_assign()) {
      heard.push_back("assign" + Name(message.assign()));
    } else if (message.has_withdraw()) {
      heard.push_back("withdraw " + std::to_string(message.withdraw().uid()));
    } else if (message.has_suspend()) {
      heard.push_back("suspend");
    }
  }
  std::vector<std::string> heard;

 private:
  static std::string Name(const Assignment& a) {
    return " " + std::to_string(a.uid()) + "." + std::to_string(a.revision());
  }
};

class WelcomeTest : public testing::Test {
 protected:
  WelcomeTest() {
    fleet_.SetListener({.node = [](NodeUid) {},
                        .zone = [](const std::string&) {},
                        .assignments = [this](const std::string&, const std::set<NodeUid>&) {
                          const std::vector<Assignment> read = wishes_;
                          meanwhile_();
                          return read;
                        }});
  }

  static Assignment Wish(int64_t uid, int64_t revision) {
    Assignment a;
    a.set_uid(uid);
    a.set_incarnation(1);
    a.set_revision(revision);
    return a;
  }
  void Withdraw(int64_t uid) {
    ControlMessage message;
    message.mutable_withdraw()->set_uid(uid);
    fleet_.Send(kZone, message);
  }
  std::vector<std::string> Connect() {
    agent::v1::Hello hello;
    hello.set_zone(kZone);
    EXPECT_TRUE(fleet_.Connect(link_, hello));
    return link_->heard;
  }

  ManualClock clock_;
  Fleet fleet_{clock_};
  std::vector<Assignment> wishes_ = {Wish(1, 3)};
  std::function<void()> meanwhile_ = [] {};
  std::shared_ptr<ListeningLink> link_ = std::make_shared<ListeningLink>();
};

TEST_F(WelcomeTest, NodeThatIsCreatedMeanwhileIsAssignedAfterIt) {
  meanwhile_ = [this] { EXPECT_TRUE(fleet_.Assign(kZone, Wish(2, 1))); };
  EXPECT_THAT(Connect(), ElementsAre("welcome 1.3", "assign 2.1"));
  EXPECT_FALSE(fleet_.Lacks(kZone, 2, 1, 1));
}

TEST_F(WelcomeTest, NodeThatIsDeletedMeanwhileIsNotStartedAgain) {
  meanwhile_ = [this] { Withdraw(1); };
  EXPECT_THAT(Connect(), ElementsAre("welcome", "withdraw 1"));
}

TEST_F(WelcomeTest, NewerWishComesLast) {
  meanwhile_ = [this] { EXPECT_TRUE(fleet_.Assign(kZone, Wish(1, 4))); };
  EXPECT_THAT(Connect(), ElementsAre("welcome 1.3", "assign 1.4"));
  EXPECT_FALSE(fleet_.Lacks(kZone, 1, 1, 4)) << "it has been sent, and the older one is not thought to be the last";
}

TEST_F(WelcomeTest, AfterwardsEverythingGoesOutAtOnce) {
  Connect();
  fleet_.Assign(kZone, Wish(2, 1));
  Withdraw(1);
  EXPECT_THAT(link_->heard, ElementsAre("welcome 1.3", "assign 2.1", "withdraw 1"));
}

TEST_F(WelcomeTest, AgentThatDiesMeanwhileLeavesNoSession) {
  meanwhile_ = [this] { fleet_.Disconnect(*link_); };
  EXPECT_THAT(Connect(), IsEmpty());
  EXPECT_FALSE(fleet_.ZoneSeen(kZone).connected);
  EXPECT_FALSE(fleet_.Assign(kZone, Wish(2, 1)));
}

TEST_F(WelcomeTest, AnAgentThatComesWhileTheLabGoesDownIsAskedToStopItsEngines) {
  fleet_.SuspendAll();
  EXPECT_EQ(Connect().back(), "suspend");
  fleet_.Disconnect(*link_);
  fleet_.EndSuspension();
  link_->heard.clear();
  EXPECT_NE(Connect().back(), "suspend");
}

}  // namespace
}  // namespace elastilab
