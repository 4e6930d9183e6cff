#include "controlplane/region/schedule/retention.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;

class RetentionTest : public testing::Test {
 protected:
  void Change(const std::function<void(Draft&)>& change) {
    ASSERT_TRUE(store_->Mutate([&](Draft& draft) -> Status {
      change(draft);
      return absl::OkStatus();
    }).ok());
  }
  void Emit(const std::string& message) {
    Change([&](Draft& draft) { draft.Emit({.source_id = "c", .message = message, .at = clock_.Now()}); });
  }
  void PutFailover(int64_t id, const std::string& group) {
    Change([&](Draft& draft) {
      FailoverRecord record;
      record.id = id;
      record.group_id = group;
      record.node_group_id = "0001";
      record.started_at = clock_.Now();
      draft.Put(record);
    });
  }
  void PutGroup(const std::string& id, int64_t failover_under_way = 0) {
    Change([&](Draft& draft) {
      ReplicationGroup group;
      group.id = id;
      draft.Put(group);
      NodeGroup shard;
      shard.group_id = id;
      shard.id = "0001";
      shard.failover.record_id = failover_under_way;
      draft.Put(shard);
    });
  }
  void After(milliseconds time) {
    clock_.Advance(time);
    const Status looked = retention_.Look();
    ASSERT_TRUE(looked.ok()) << looked;
  }
  std::vector<std::string> Events() const {
    return store_->Read([](const State& state) {
      std::vector<std::string> messages;
      for (const auto& event : state.events) messages.push_back(event->message);
      return messages;
    });
  }
  std::vector<int64_t> Failovers() const {
    return store_->Read([](const State& state) {
      std::vector<int64_t> ids;
      for (const auto& [id, record] : state.failovers) ids.push_back(id);
      return ids;
    });
  }

  ManualClock clock_;
  std::unique_ptr<Store> store_ = OpenStore(":memory:", {.durable = false, .rehearse = true}).value();
  Retention retention_{*store_, clock_};
};

TEST_F(RetentionTest, EventsAreKeptForFourteenDaysOfServiceTime) {
  Emit("first");
  After(days(7));
  Emit("second");
  After(days(7) - hours(1));
  EXPECT_THAT(Events(), ElementsAre("first", "second"));
  After(hours(2));
  EXPECT_THAT(Events(), ElementsAre("second"));
  After(days(14));
  EXPECT_TRUE(Events().empty());
}

TEST_F(RetentionTest, NothingDueCostsNoCommit) {
  Emit("young");
  After(hours(1));
  const int64_t revision = store_->Revision();
  for (int i = 0; i < 20; ++i) After(hours(1));
  EXPECT_EQ(store_->Revision(), revision);
}

// More than memory holds are on disk: they go all the same.
TEST_F(RetentionTest, WhatOnlyTheDatabaseRemembersIsSweptDaily) {
  Emit("young");
  After(days(1));
  const int64_t revision = store_->Revision();
  for (int i = 0; i < 26; ++i) After(hours(1));
  EXPECT_EQ(store_->Revision(), revision + 1);
}

TEST_F(RetentionTest, FailoversOfTheLastFourteenDaysAndTheNewestOfEachGroupStay) {
  PutGroup("g");
  for (int64_t id = 1; id <= kFailoversKeptPerGroup + 3; ++id) PutFailover(id, "g");
  After(days(13));
  EXPECT_EQ(Failovers().size(), kFailoversKeptPerGroup + 3u);
  After(days(2));
  EXPECT_EQ(Failovers().size(), static_cast<size_t>(kFailoversKeptPerGroup));
  EXPECT_EQ(Failovers().front(), 4) << "the oldest go first";
}

TEST_F(RetentionTest, OfAGroupThatIsGoneNoneStay) {
  PutFailover(1, "gone");
  PutFailover(2, "gone");
  After(days(15));
  EXPECT_TRUE(Failovers().empty());
}

TEST_F(RetentionTest, OneUnderWayIsNeverForgotten) {
  PutGroup("g", 1);
  for (int64_t id = 1; id <= kFailoversKeptPerGroup + 3; ++id) PutFailover(id, "g");
  After(days(15));
  EXPECT_EQ(Failovers().front(), 1);
  EXPECT_EQ(Failovers().size(), kFailoversKeptPerGroup + 1u);
}

}  // namespace
}  // namespace elastilab
