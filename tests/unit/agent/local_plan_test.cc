#include "agent/local_plan/local_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using enum LocalActionKind;

// A zone in words: Zone().Wants(1).Has(1).…; the wish and the node named last are the ones that the details are about.
class Zone {
 public:
  Zone() = default;
  Zone(const Zone&) = delete;  // the pointers below are into this one
  Zone& Wants(int64_t uid) {
    wish_ = &wishes_[uid];
    wish_->launch.uid = uid;
    wish_->launch.incarnation = 1;
    wish_->revision = 1;
    return *this;
  }
  Zone& Gen(int64_t incarnation) { return wish_->launch.incarnation = incarnation, *this; }
  Zone& Rev(int64_t revision) { return wish_->revision = revision, *this; }
  Zone& Fenced() { return wish_->fenced = true, *this; }
  Zone& InPlace() { return wish_->restart_in_place = true, *this; }
  Zone& Memory(int64_t bytes) { return wish_->launch.max_memory_bytes = bytes, *this; }
  Zone& Parameter(const std::string& name) { return wish_->launch.parameters[name] = "1", *this; }

  // A node under incarnation 1, revision 1, launched as an unadorned wish asks.
  Zone& Has(int64_t uid, LocalProcess process) {
    LaunchSpec launch;
    launch.uid = uid;
    node_ = &local_[uid];
    *node_ = {.uid = uid, .incarnation = 1, .revision = 1, .process = process, .launch_digest = LaunchDigest(launch)};
    return *this;
  }
  Zone& AtGen(int64_t incarnation) { return node_->incarnation = incarnation, *this; }
  Zone& AtRev(int64_t revision) { return node_->revision = revision, *this; }
  Zone& AlreadyFenced() { return node_->fenced = true, *this; }

  std::vector<LocalAction> OnAssign() const { return PlanZone(wishes_, local_, false); }
  std::vector<LocalAction> OnWelcome() const { return PlanZone(wishes_, local_, true); }

 private:
  std::map<int64_t, NodeWish> wishes_;
  std::map<int64_t, LocalNode> local_;
  NodeWish* wish_ = nullptr;
  LocalNode* node_ = nullptr;
};

constexpr auto kNone = LocalProcess::kNone;
constexpr auto kRunning = LocalProcess::kRunning;
constexpr auto kExited = LocalProcess::kExited;
constexpr auto kStopped = LocalProcess::kStopped;

TEST(LocalPlanTest, NewNodeIsStarted) {
  EXPECT_THAT(Zone().Wants(1).OnAssign(), ElementsAre(LocalAction{kStart, 1}));
  EXPECT_THAT(Zone().Wants(1).Has(1, kNone).OnAssign(), ElementsAre(LocalAction{kStart, 1}));
}

TEST(LocalPlanTest, SameWishAgainIsKept) {
  EXPECT_THAT(Zone().Wants(1).Has(1, kRunning).OnAssign(), ElementsAre(LocalAction{kKeep, 1}));
}

TEST(LocalPlanTest, NewRevisionIsApplied) {
  EXPECT_THAT(Zone().Wants(1).Rev(2).Has(1, kRunning).OnAssign(), ElementsAre(LocalAction{kApply, 1}));
}

TEST(LocalPlanTest, NewParametersAreAppliedNotRestarted) {
  EXPECT_THAT(Zone().Wants(1).Rev(2).Parameter("timeout").Has(1, kRunning).OnAssign(),
              ElementsAre(LocalAction{kApply, 1}));
}

TEST(LocalPlanTest, NewMemoryNeedsARestart) {
  EXPECT_THAT(Zone().Wants(1).Rev(2).Memory(1 << 20).Has(1, kRunning).OnAssign(),
              ElementsAre(LocalAction{kRestart, 1}));
}

TEST(LocalPlanTest, HigherIncarnationReplaces) {
  for (LocalProcess process : {kRunning, kExited, kStopped, kNone}) {
    EXPECT_THAT(Zone().Wants(1).Gen(2).Has(1, process).OnAssign(), ElementsAre(LocalAction{kReplace, 1}));
  }
}

TEST(LocalPlanTest, StaleWishesAreIgnored) {
  EXPECT_THAT(Zone().Wants(1).Has(1, kRunning).AtGen(2).OnAssign(), IsEmpty());
  EXPECT_THAT(Zone().Wants(1).Has(1, kRunning).AtRev(2).OnAssign(), IsEmpty());
  EXPECT_THAT(Zone().Wants(1).Fenced().Has(1, kRunning).AtGen(2).OnAssign(), IsEmpty());
}

TEST(LocalPlanTest, ExitedPrimaryStaysDownUntilAskedOtherwise) {
  EXPECT_THAT(Zone().Wants(1).Has(1, kExited).OnAssign(), ElementsAre(LocalAction{kKeep, 1}));
  EXPECT_THAT(Zone().Wants(1).Rev(5).Has(1, kExited).OnAssign(), ElementsAre(LocalAction{kKeep, 1}));
}

TEST(LocalPlanTest, ExitedReplicaComesBackInPlace) {
  EXPECT_THAT(Zone().Wants(1).InPlace().Has(1, kExited).OnAssign(), ElementsAre(LocalAction{kStart, 1}));
}

TEST(LocalPlanTest, SuspendedNodeResumesOnItsFiles) {
  EXPECT_THAT(Zone().Wants(1).Has(1, kStopped).OnWelcome(), ElementsAre(LocalAction{kStart, 1}));
}

TEST(LocalPlanTest, FenceKillsWhateverTheState) {
  for (LocalProcess process : {kRunning, kExited, kStopped, kNone}) {
    EXPECT_THAT(Zone().Wants(1).Rev(2).Fenced().Has(1, process).OnAssign(), ElementsAre(LocalAction{kFence, 1}));
    EXPECT_THAT(Zone().Wants(1).Gen(2).Fenced().Has(1, process).OnAssign(), ElementsAre(LocalAction{kFence, 1}));
  }
  EXPECT_THAT(Zone().Wants(1).Fenced().OnAssign(), ElementsAre(LocalAction{kFence, 1}));
}

TEST(LocalPlanTest, FencedNodeRunsAgainOnlyUnderANewIncarnation) {
  Zone zone;
  zone.Has(1, kExited).AlreadyFenced().Wants(1).Rev(2).InPlace();
  EXPECT_THAT(zone.OnAssign(), ElementsAre(LocalAction{kKeep, 1}));
  EXPECT_THAT(zone.Gen(2).OnAssign(), ElementsAre(LocalAction{kReplace, 1}));
}

TEST(LocalPlanTest, WhatNobodyWishesForGoesOnlyWhenAllWishesAreKnown) {
  EXPECT_THAT(Zone().Wants(1).Has(1, kRunning).Has(2, kRunning).OnAssign(), ElementsAre(LocalAction{kKeep, 1}));
  EXPECT_THAT(Zone().Wants(1).Has(1, kRunning).Has(2, kRunning).OnWelcome(),
              ElementsAre(LocalAction{kKeep, 1}, LocalAction{kWithdraw, 2}));
  EXPECT_THAT(Zone().Has(2, kExited).OnWelcome(), ElementsAre(LocalAction{kWithdraw, 2}));
}

TEST(LaunchDigestTest, CoversSecretsButNotParametersOrIncarnation) {
  LaunchSpec launch;
  launch.control_password = Secret("one");
  const std::string before = LaunchDigest(launch);
  launch.incarnation = 7;
  launch.parameters["timeout"] = "1";
  EXPECT_EQ(LaunchDigest(launch), before);
  launch.control_password = Secret("two");
  EXPECT_NE(LaunchDigest(launch), before);
}

}  // namespace
}  // namespace elastilab
