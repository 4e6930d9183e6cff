// What mutations see and do, and what listeners hear: in memory, where everything has happened when Mutate returns.
#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/store/store_fixture.h"

namespace elastilab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DraftTest : public testing::Test {
 protected:
  DraftTest() {
    store_->OnChange([this](const Change& change) { changes_.push_back(change); });
  }

  void Do(Mutation mutation) {
    const Status status = store_->Mutate(std::move(mutation));
    EXPECT_TRUE(status.ok()) << status;
  }
  std::vector<std::string> Messages() const {
    return store_->Read([](const State& state) {
      std::vector<std::string> messages;
      for (const auto& event : state.events) messages.push_back(fmt::format("{} {}", event->seq, event->message));
      return messages;
    });
  }

  std::unique_ptr<Store> store_ = OpenStore(":memory:").value();
  std::vector<Change> changes_;
};

std::vector<std::string> Ids(const std::vector<const CacheCluster*>& clusters) {
  std::vector<std::string> ids;
  for (const CacheCluster* cluster : clusters) ids.push_back(cluster->id);
  return ids;
}

TEST_F(DraftTest, SeesItsOwnChanges) {
  Do([](Draft& draft) -> Status {
    for (const char* id : {"b", "d"}) draft.Put(Cluster(id));
    return absl::OkStatus();
  });
  Do([](Draft& draft) -> Status {
    draft.Put(Cluster("c"));
    draft.Put(Cluster("a"));
    draft.Erase<CacheCluster>("b");
    EXPECT_EQ(draft.Find<CacheCluster>("b"), nullptr);
    EXPECT_NE(draft.Find<CacheCluster>("a"), nullptr);
    EXPECT_THAT(Ids(draft.All<CacheCluster>()), ElementsAre("a", "c", "d"));
    return absl::OkStatus();
  });
  EXPECT_FALSE(Has(*store_, "b"));
  EXPECT_TRUE(Has(*store_, "c"));
}

TEST_F(DraftTest, CountsWhatAllWouldGive) {
  Do([](Draft& draft) -> Status {
    EXPECT_EQ(draft.Count<CacheCluster>(), 0);
    for (const char* id : {"a", "b"}) draft.Put(Cluster(id));
    EXPECT_EQ(draft.Count<CacheCluster>(), 2);
    return absl::OkStatus();
  });
  Do([](Draft& draft) -> Status {
    draft.Put(Cluster("a", "cache.m5.large"));
    draft.Put(Cluster("c"));
    draft.Erase<CacheCluster>("b");
    draft.Erase<CacheCluster>("none");
    EXPECT_EQ(draft.Count<CacheCluster>(), std::ssize(draft.All<CacheCluster>()));
    draft.Put(Cluster("b"));
    EXPECT_EQ(draft.Count<CacheCluster>(), 3);
    return absl::OkStatus();
  });
}

TEST_F(DraftTest, WhatFindGaveHoldsThroughALaterPut) {
  Do([](Draft& draft) -> Status {
    draft.Put(Cluster("a", "first"));
    const CacheCluster* found = draft.Find<CacheCluster>("a");
    draft.Put(Cluster("a", "second"));
    draft.Erase<CacheCluster>("a");
    EXPECT_EQ(found->node_type, "first");
    return absl::OkStatus();
  });
}

TEST_F(DraftTest, AFailedMutationLeavesNoTrace) {
  Do(PutCluster("kept"));
  const Status status = store_->Mutate([](Draft& draft) -> Status {
    draft.Erase<CacheCluster>("kept");
    draft.Put(Cluster("new"));
    draft.Emit(EventOf("new", "never"));
    draft.PruneEventsBefore(ServiceTime::max());
    return absl::InvalidArgumentError("no");
  });
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_TRUE(Has(*store_, "kept"));
  EXPECT_FALSE(Has(*store_, "new"));
  EXPECT_THAT(Messages(), IsEmpty());
  EXPECT_EQ(changes_.size(), 1u);
}

TEST_F(DraftTest, AChangeThatChangesNothingIsNone) {
  Do(PutCluster("a"));
  const int64_t revision = store_->Revision();
  Do(PutCluster("a"));
  Do([](Draft& draft) -> Status {
    draft.Erase<CacheCluster>("nobody");
    return absl::OkStatus();
  });
  EXPECT_EQ(store_->Revision(), revision);
  EXPECT_EQ(changes_.size(), 1u);
}

TEST_F(DraftTest, IdsOfFailedMutationsAreNotGivenAgain) {
  int64_t first = 0, second = 0;
  store_
      ->Mutate([&](Draft& draft) -> Status {
        first = draft.NextId();
        return absl::InternalError("");
      })
      .IgnoreError();
  Do([&](Draft& draft) -> Status {
    second = draft.NextId();
    return absl::OkStatus();
  });
  EXPECT_LT(first, second);
}

TEST_F(DraftTest, EventsAreNumberedInTheOrderTheyWereEmitted) {
  Do([](Draft& draft) -> Status {
    draft.Emit(EventOf("a", "one"));
    draft.Emit(EventOf("a", "two"));
    return absl::OkStatus();
  });
  Do([](Draft& draft) -> Status {
    draft.Emit(EventOf("a", "three"));
    return absl::OkStatus();
  });
  EXPECT_THAT(Messages(), ElementsAre("1 one", "2 two", "3 three"));
}

TEST_F(DraftTest, ListenersHearWhoChanged) {
  Do([](Draft& draft) -> Status {
    CacheNode member;
    member.uid = 1;
    member.cluster_id = "g-001";
    member.group_id = "g";
    draft.Put(member);
    CacheNode alone;
    alone.uid = 2;
    alone.cluster_id = "alone";
    draft.Put(alone);
    return absl::OkStatus();
  });
  Do([](Draft& draft) -> Status {
    NodeGroup node_group;
    node_group.group_id = "h";
    node_group.id = "0001";
    draft.Put(node_group);
    draft.Put(Zone{.name = "us-east-1a"});
    return absl::OkStatus();
  });
  Do([](Draft& draft) -> Status {
    draft.Erase<CacheNode>(1);
    draft.Put(Region("eu-west-1"));
    draft.Emit(EventOf("g", "gone"));
    return absl::OkStatus();
  });
  ASSERT_EQ(changes_.size(), 3u);
  EXPECT_THAT(changes_[0].clusters, ElementsAre("alone", "g-001"));
  EXPECT_THAT(changes_[0].groups, ElementsAre("g"));
  EXPECT_FALSE(changes_[0].zones || changes_[0].settings || changes_[0].events);
  EXPECT_THAT(changes_[1].groups, ElementsAre("h"));
  EXPECT_TRUE(changes_[1].zones);
  EXPECT_THAT(changes_[2].clusters, ElementsAre("g-001"));
  EXPECT_THAT(changes_[2].groups, ElementsAre("g"));
  EXPECT_TRUE(changes_[2].settings && changes_[2].events);
  EXPECT_EQ(changes_[2].revision, 3);
}

TEST_F(DraftTest, AListenerMayAskForMore) {
  bool told = false;
  store_->OnChange([&](const Change& change) {
    if (change.clusters != std::vector<std::string>{"a"}) return;
    EXPECT_TRUE(absl::IsInternal(store_->Mutate(PutCluster("b"))));  // would wait for itself
    store_->MutateAsync(PutCluster("c"), [&](Status status) { told = status.ok(); });
  });
  Do(PutCluster("a"));
  EXPECT_TRUE(told);
  EXPECT_FALSE(Has(*store_, "b"));
  EXPECT_TRUE(Has(*store_, "c"));
}

TEST_F(DraftTest, AListenerThatThrowsKeepsTheNewsFromNobody) {
  store_->OnChange([](const Change&) { throw std::runtime_error("no ears"); });
  int heard = 0;
  store_->OnChange([&](const Change&) { ++heard; });
  Do(PutCluster("a"));
  Do(PutCluster("b"));
  EXPECT_EQ(heard, 2);
}

TEST_F(DraftTest, OldEventsArePruned) {
  const auto at = [](int day) { return ServiceTime(std::chrono::hours(24 * day)); };
  Do([&](Draft& draft) -> Status {
    for (int day : {1, 2, 3}) draft.Emit(EventOf("a", fmt::format("day {}", day), at(day)));
    return absl::OkStatus();
  });
  Do([&](Draft& draft) -> Status {
    draft.PruneEventsBefore(at(3));
    return absl::OkStatus();
  });
  EXPECT_THAT(Messages(), ElementsAre("3 day 3"));
}

TEST(MemoryStoreTest, ManyThreadsMayWrite) {
  auto store = OpenStore(":memory:").value();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(store->Mutate(PutCluster(fmt::format("{}-{}", t, i))).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->Read([](const State& state) { return state.clusters.size(); }), 1600u);
}

}  // namespace
}  // namespace elastilab
