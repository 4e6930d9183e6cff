#include "controlplane/region/evidence/evidence.h"

#include <gmock/gmock.h>

namespace elastilab {
namespace {

using ::testing::HasSubstr;

CacheNode ReadyNode() {
  CacheNode node;
  node.ever_ready = true;
  node.role = Role::kPrimary;
  node.process = {42, 7, "boot"};
  return node;
}

ZoneObservation Connected() {
  ZoneObservation zone;
  zone.connected = true;
  return zone;
}

Evidence ByAgent(Phase phase, bool loading = false) {
  NodeObservation seen;
  seen.incarnation = 1;
  seen.phase = phase;
  seen.loading.loading = loading;
  const ZoneObservation zone = Connected();
  return Weigh(ReadyNode(), &seen, &zone, 0);
}

Evidence ByAsking(DirectVerdict verdict, int misses) {
  NodeObservation seen;
  seen.incarnation = seen.direct_incarnation = 1;
  seen.phase = Phase::kReady;  // what its agent said before it went away
  seen.direct = verdict;
  seen.direct_misses = misses;
  return Weigh(ReadyNode(), &seen, nullptr, 0);
}

TEST(EvidenceTest, WhatAnAgentSays) {
  EXPECT_EQ(ByAgent(Phase::kReady), Evidence::kAnswers);
  EXPECT_EQ(ByAgent(Phase::kBusy), Evidence::kBusy);
  EXPECT_EQ(ByAgent(Phase::kFrozen), Evidence::kFrozen);
  EXPECT_EQ(ByAgent(Phase::kExited), Evidence::kExitSeen);
  EXPECT_EQ(ByAgent(Phase::kFailed), Evidence::kExitSeen);
  EXPECT_EQ(ByAgent(Phase::kStarting), Evidence::kStarts);
  EXPECT_EQ(ByAgent(Phase::kStarting, true), Evidence::kLoads);
}

TEST(EvidenceTest, OneMissedAnswerIsNoProofWhileTheAgentIsAway) {
  EXPECT_EQ(ByAsking(DirectVerdict::kFrozen, 1), Evidence::kBusy);
  EXPECT_EQ(ByAsking(DirectVerdict::kFrozen, kFrozenMisses), Evidence::kFrozen);
  EXPECT_EQ(ByAsking(DirectVerdict::kBusy, 1000), Evidence::kBusy);
  EXPECT_EQ(ByAsking(DirectVerdict::kSilent, 1000), Evidence::kSilent);
  EXPECT_EQ(ByAsking(DirectVerdict::kGone, 1), Evidence::kGoneOnHost);
  EXPECT_EQ(ByAsking(DirectVerdict::kUnknown, 0), Evidence::kNone);
}

TEST(EvidenceTest, OnlyDeathIsDeath) {
  for (Evidence e : {Evidence::kNone, Evidence::kStarts, Evidence::kLoads, Evidence::kAnswers, Evidence::kBusy, Evidence::kFrozen,
                     Evidence::kSilent}) {
    EXPECT_FALSE(IsDeath(e)) << Text(e);
  }
  for (Evidence e : {Evidence::kExitSeen, Evidence::kGoneOnHost, Evidence::kLeaseOver}) EXPECT_TRUE(IsDeath(e)) << Text(e);
}

TEST(EvidenceTest, ALeaseThatIsOverCountsOnlyWhereTheAgentFencesItself) {
  NodeObservation seen;
  seen.direct_incarnation = 1;
  seen.direct = DirectVerdict::kSilent;
  ZoneObservation zone;
  zone.lease_over_micros = 1'000;
  EXPECT_EQ(Weigh(ReadyNode(), &seen, &zone, 2'000), Evidence::kSilent);
  zone.fences_itself = true;
  EXPECT_EQ(Weigh(ReadyNode(), &seen, &zone, 999), Evidence::kSilent);
  EXPECT_EQ(Weigh(ReadyNode(), &seen, &zone, 2'000), Evidence::kLeaseOver);
  seen.direct = DirectVerdict::kBusy;
  EXPECT_EQ(Weigh(ReadyNode(), &seen, &zone, 2'000), Evidence::kBusy) << "its process can be looked at, and lives";
}

TEST(EvidenceTest, AnotherIncarnationsEndProvesNothingOfThisOne) {
  NodeObservation seen;
  seen.incarnation = 1;
  seen.phase = Phase::kExited;
  CacheNode node = ReadyNode();
  node.incarnation = 2;
  const ZoneObservation zone = Connected();
  EXPECT_EQ(Weigh(node, &seen, &zone, 0), Evidence::kStarts);
}

TEST(EvidenceTest, RecordsNameIt) {
  NodeObservation seen;
  seen.exit_text = "killed by SIGKILL";
  EXPECT_EQ(Describe(Evidence::kExitSeen, ReadyNode(), seen), "exit-seen: killed by SIGKILL");
  EXPECT_THAT(Describe(Evidence::kGoneOnHost, ReadyNode(), seen), HasSubstr("process 42"));
}

}  // namespace
}  // namespace elastilab
