// The fleet does harm: its answer comes when the harm is done, or says why it isn't.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "common/clock.h"
#include "controlplane/region/fleet/fleet.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

using agent::v1::Inject;
using testing::HasSubstr;

// An agent that answers each Inject by `answer`, on a thread of its own as streams do.
class AnsweringLink final : public AgentLink {
 public:
  using Answer = std::function<void(const Inject&)>;
  ~AnsweringLink() override { Join(); }
  void Send(const agent::v1::ControlMessage& message) override {
    if (!message.has_inject() || !answer) return;
    Join();
    thread_ = std::thread([this, inject = message.inject()] { answer(inject); });
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  Answer answer;

 private:
  std::thread thread_;
};

class InjectTest : public testing::Test {
 protected:
  InjectTest() {
    fleet_.SetListener({.node = [](NodeUid) {},
                        .zone = [](const std::string&) {},
                        .assignments = [](const std::string&, const std::set<NodeUid>&) {
                          return std::vector<agent::v1::Assignment>();
                        }});
    agent::v1::Hello hello;
    hello.set_zone("us-east-1a");
    hello.set_pid(4000);
    fleet_.Connect(link_, hello);
  }
  static Inject Harm(agent::v1::Harm harm) {
    Inject inject;
    inject.set_harm(harm);
    inject.set_uid(1);
    return inject;
  }
  void Answer(const Inject& inject, int64_t pid) {
    agent::v1::Injected injected;
    injected.set_inject_id(inject.inject_id());
    injected.set_pid(pid);
    fleet_.Injected(*link_, injected);
  }

  ManualClock clock_;
  Fleet fleet_{clock_};
  std::shared_ptr<AnsweringLink> link_ = std::make_shared<AnsweringLink>();
};

TEST_F(InjectTest, SaysWhichProcessWasHarmed) {
  link_->answer = [&](const Inject& inject) { Answer(inject, 4711); };
  EXPECT_EQ(fleet_.Inject("us-east-1a", Harm(agent::v1::HARM_KILL)).value(), 4711);
}

TEST_F(InjectTest, AnswersOfOthersAreNotTaken) {
  link_->answer = [&](const Inject& inject) {
    Inject other = inject;
    other.set_inject_id(inject.inject_id() + 1);
    Answer(other, 1);
    Answer(inject, 2);
  };
  EXPECT_EQ(fleet_.Inject("us-east-1a", Harm(agent::v1::HARM_STOP)).value(), 2);
}

TEST_F(InjectTest, NoProcessNoHarm) {
  link_->answer = [&](const Inject& inject) { Answer(inject, 0); };
  const auto done = fleet_.Inject("us-east-1a", Harm(agent::v1::HARM_KILL));
  EXPECT_THAT(std::string(done.status().message()), HasSubstr("no process"));
}

TEST_F(InjectTest, LostZoneIsOneWhoseAgentIsGone) {
  link_->answer = [&](const Inject&) { fleet_.Disconnect(*link_); };
  EXPECT_EQ(fleet_.Inject("us-east-1a", Harm(agent::v1::HARM_LOSE_ZONE)).value(), 4000);
  EXPECT_FALSE(fleet_.ZoneSeen("us-east-1a").connected);
}

TEST_F(InjectTest, AgentThatDiesBeforeItAnswersIsSaid) {
  link_->answer = [&](const Inject&) { fleet_.Disconnect(*link_); };
  const auto done = fleet_.Inject("us-east-1a", Harm(agent::v1::HARM_KILL));
  EXPECT_EQ(done.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(InjectTest, ZoneWithoutAgentIsSaid) {
  const auto done = fleet_.Inject("us-east-1b", Harm(agent::v1::HARM_KILL));
  EXPECT_THAT(std::string(done.status().message()), HasSubstr("us-east-1b has no agent"));
}

}  // namespace
}  // namespace elastilab
