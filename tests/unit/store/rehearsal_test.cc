// Mutations that run more than once: what the store does with those that may, and how those that may not are found.
#include "controlplane/region/store/rehearsal.h"

#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/unit/store/store_fixture.h"

namespace elastilab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class RehearsalTest : public testing::Test {
 protected:
  std::vector<std::string> Clusters() const {
    return store_->Read([](const State& state) {
      std::vector<std::string> ids;
      for (const auto& [id, cluster] : state.clusters) ids.push_back(id);
      return ids;
    });
  }

  std::unique_ptr<Store> store_ = OpenStore(":memory:", {.rehearse = true}).value();
};

TEST_F(RehearsalTest, OnlyTheLastRunCounts) {
  int runs = 0;
  std::vector<int64_t> given;
  const Status status = store_->Mutate([&](Draft& draft) -> Status {
    ++runs;
    const int64_t id = draft.NextId();
    given.push_back(id);
    EXPECT_EQ(draft.Find<CacheCluster>("a"), nullptr);
    draft.Put(Cluster("a", fmt::format("type-{}", id)));
    draft.Emit(EventOf("a", "made"));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 3);
  // The side effect of this test, doubled for all to see; the ids are the same each time.
  EXPECT_THAT(given, ElementsAre(1, 1, 1));
  EXPECT_THAT(Clusters(), ElementsAre("a"));
  EXPECT_THAT(store_->Read([](const State& state) { return state.events; }), SizeIs(1));
  EXPECT_EQ(store_->NewId(), 2);
}

TEST_F(RehearsalTest, AnotherOutcomeTheSecondTimeIsRefused) {
  int runs = 0;
  const auto differs = [&](const Mutation& mutation) {
    const Status status = store_->Mutate(mutation);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    return Message(status);
  };
  EXPECT_THAT(differs([&](Draft& draft) -> Status {
    draft.Put(Cluster("a", fmt::format("type-{}", ++runs)));
    return absl::OkStatus();
  }), HasSubstr("changed otherwise a"));
  EXPECT_THAT(differs([&](Draft& draft) -> Status {
    draft.Emit(EventOf("a", fmt::format("run {}", ++runs)));
    return absl::OkStatus();
  }), HasSubstr("events"));
  EXPECT_THAT(differs([&](Draft& draft) -> Status {
    draft.PruneEventsBefore(ServiceTime(std::chrono::hours(++runs)));
    return absl::OkStatus();
  }), HasSubstr("cannot run twice"));
  EXPECT_THAT(differs([&](Draft&) -> Status { return absl::NotFoundError(fmt::format("run {}", ++runs)); }),
              HasSubstr("it answered 'NOT_FOUND: run"));
  EXPECT_THAT(Clusters(), ElementsAre());
}

TEST_F(RehearsalTest, WhatWasMovedOutOfACaptureIsMissed) {
  CacheCluster cluster = Cluster("a");
  const Status status = store_->Mutate([&](Draft& draft) -> Status {
    draft.Put(std::move(cluster));
    return absl::OkStatus();
  });
  EXPECT_THAT(Message(status), HasSubstr("cannot run twice"));
}

TEST_F(RehearsalTest, ARefusalIsARefusal) {
  const Status status = store_->Mutate([](Draft& draft) -> Status {
    draft.Put(Cluster("a"));
    return absl::NotFoundError("no");
  });
  EXPECT_EQ(status, absl::NotFoundError("no"));
  EXPECT_THAT(Clusters(), ElementsAre());
}

using RehearsalOnDiskTest = StoreTest;

// The writer is held while two mutations gather for one commit: the later runs with and without the earlier's change.
TEST_F(RehearsalOnDiskTest, TheStateMayHaveMovedOnBetweenTwoRuns) {
  auto store = Open({.rehearse = true});
  std::promise<void> held, gathered;
  store->MutateAsync(PutCluster("first"), [&](Status) {
    held.set_value();
    gathered.get_future().wait();
  });
  held.get_future().wait();
  store->MutateAsync(PutCluster("second"), nullptr);
  std::vector<bool> saw;
  std::promise<Status> done;
  store->MutateAsync(
      [&](Draft& draft) -> Status {
        saw.push_back(draft.Find<CacheCluster>("second") != nullptr);
        return absl::OkStatus();
      },
      [&](Status status) { done.set_value(std::move(status)); });
  gathered.set_value();
  EXPECT_TRUE(done.get_future().get().ok());
  EXPECT_THAT(saw, ElementsAre(true, false, true));
}

TEST(MutateForAValueTest, ReturnsThatOfTheCommittedRun) {
  for (const bool rehearse : {false, true}) {
    auto store = OpenStore(":memory:", {.rehearse = rehearse}).value();
    const auto id = store->Mutate([](Draft& draft) -> StatusOr<std::string> {
      draft.Put(Cluster("a"));
      return draft.Find<CacheCluster>("a")->id;
    });
    EXPECT_EQ(id.value_or("none"), "a");
    const auto kept = store->Mutate([](Draft& draft) -> StatusOr<std::shared_ptr<const CacheCluster>> {
      auto before = draft.Share<CacheCluster>("a");
      draft.Erase<CacheCluster>("a");
      EXPECT_EQ(draft.Share<CacheCluster>("a"), nullptr);
      return before;
    });
    ASSERT_TRUE(kept.ok());
    EXPECT_EQ((*kept)->id, "a");
    const auto refused = store->Mutate([](Draft& draft) -> StatusOr<int> {
      draft.Put(Cluster("b"));
      return absl::NotFoundError("no");
    });
    EXPECT_EQ(refused.status(), absl::NotFoundError("no"));
    EXPECT_FALSE(Has(*store, "b"));
  }
}

TEST(RehearseTest, TellsTheAnswerAndChangesNothing) {
  auto store = OpenStore(":memory:").value();
  const auto rehearse = [&] {
    return store->Rehearse([](Draft& draft) -> Status {
      if (draft.Find<CacheCluster>("a") != nullptr) return absl::AlreadyExistsError("a");
      EXPECT_LT(draft.NextId(), 0);
      draft.Put(Cluster("a"));
      return draft.Find<CacheCluster>("a") ? absl::OkStatus() : absl::InternalError("a draft sees its own changes");
    });
  };
  EXPECT_TRUE(rehearse().ok());
  EXPECT_TRUE(rehearse().ok());
  EXPECT_FALSE(Has(*store, "a"));
  EXPECT_EQ(store->Revision(), 0);
  ASSERT_TRUE(store->Mutate(PutCluster("a")).ok());
  EXPECT_EQ(rehearse(), absl::AlreadyExistsError("a"));
  EXPECT_EQ(store->NewId(), 1);
}

class NewIdTest : public StoreTest {};

TEST_F(NewIdTest, IsNeverGivenTwiceOnceItWasUsed) {
  std::set<int64_t> used;
  // Put into a record, as the only trace there is of an id; enough of them to leave any reservation behind.
  const auto use = [](Store& store, int64_t id) {
    return store.Mutate(PutCluster(fmt::format("c{}", id)));
  };
  EXPECT_EQ(InChild([&] {
              auto store = Open();
              int64_t id = 0;
              for (int i = 0; i < 1000; ++i) id = store->NewId();
              if (id != 1000 || !use(*store, id).ok()) _exit(1);
              _exit(0);  // without a word to the store
            }), 0);
  auto store = Open();
  EXPECT_TRUE(Has(*store, "c1000"));
  EXPECT_GT(store->NewId(), 1000);
  const int64_t last = store->NewId();
  store.reset();
  EXPECT_EQ(Open()->NewId(), last + 1);
}

TEST_F(NewIdTest, ThreadsAndMutationsShareOneSequence) {
  auto store = Open();
  std::mutex mu;
  std::set<int64_t> given;
  const auto take = [&](int64_t id) {
    std::lock_guard lock(mu);
    EXPECT_TRUE(given.insert(id).second) << id;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        take(store->NewId());
        const auto id = store->Mutate([](Draft& draft) -> StatusOr<int64_t> {
          const int64_t next = draft.NextId();
          draft.Put(Cluster(fmt::format("c{}", next)));
          return next;
        });
        take(id.value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(given.size(), 400u);
}

}  // namespace
}  // namespace elastilab
