// What has been acknowledged is there after whatever happens; what has not been is not.
#include <signal.h>

#include <atomic>
#include <condition_variable>
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

class DurabilityTest : public StoreTest {};

// Holds the writer while mutations gather, so that they share the next commit.
class Gate {
 public:
  explicit Gate(Store& store) {
    store.MutateAsync(
        [this](Draft&) -> Status {
          std::unique_lock lock(mu_);
          opened_.wait(lock, [this] { return open_; });
          return absl::OkStatus();
        },
        nullptr);
  }
  void Open() {
    std::lock_guard lock(mu_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mu_;
  std::condition_variable opened_;
  bool open_ = false;
};

TEST_F(DurabilityTest, EveryKindOfRecordSurvivesAReopen) {
  const auto fill = [](Draft& draft) -> Status {
    CacheNode node;
    node.uid = 3;
    node.cluster_id = "c";
    NodeGroup node_group;
    node_group.group_id = "g";
    node_group.id = "0001";
    ReplicationGroup group;
    group.id = "g";
    FailoverRecord failover;
    failover.id = 4;
    draft.Put(Cluster("c"));
    draft.Put(group);
    draft.Put(node_group);
    draft.Put(node);
    draft.Put(failover);
    draft.Put(TagSet{.arn = "arn", .tags = {{"k", "v"}}});
    draft.Put(Subnets("s"));
    CacheUser user;
    user.id = "u";
    user.access_string = "on ~* +@all";
    draft.Put(user);
    draft.Put(CacheUserGroup{.id = "ug", .user_ids = {"u"}});
    draft.Put(CacheSecurityGroup{.name = "sg", .description = "d", .ingress = {{"web", "123456789012"}}});
    draft.Put(IamUser{.name = "Alice", .id = "AIDA1", .groups = {"devs"}});
    draft.Put(IamGroup{.name = "devs", .id = "AGPA1"});
    draft.Put(IamRole{.name = "ops", .id = "AROA1", .trust_policy = "{}"});
    draft.Put(AccessKey{.id = "AKIA1", .user_name = "Alice"});
    draft.Put(ManagedPolicy{.name = "P", .id = "ANPA1", .versions = {{1, "{}", ServiceTime()}}});
    ReservedNode reserved;
    reserved.id = "ri-1";
    reserved.fixed_price = 97;
    draft.Put(reserved);
    draft.Put(ParameterGroup{.name = "p", .family = "redis7", .description = "d", .settings = {{"timeout", "20"}}});
    draft.Put(Zone{.name = "us-east-1a", .status = ZoneStatus::kLost});
    draft.Put(Region("eu-west-1"));
    draft.Emit(EventOf("c", "Cache cluster created", ServiceTime(milliseconds(1'482'424'076'088))));
    return absl::OkStatus();
  };
  ASSERT_TRUE(Open()->Mutate(fill).ok());
  Open()->Read([](const State& state) {
    ForEachKind([&]<typename T>() { EXPECT_EQ(state.table<T>().size(), 1u); });
    EXPECT_EQ(state.Find<NodeGroup>("g/0001")->group_id, "g");
    EXPECT_EQ(state.Find<CacheNode>(3)->cluster_id, "c");
    EXPECT_EQ(state.Find<CacheUser>("u")->access_string, "on ~* +@all");
    EXPECT_EQ(state.Find<IamUser>("alice")->name, "Alice") << "found whatever its case";
    EXPECT_EQ(state.Find<ReservedNode>("ri-1")->fixed_price, 97);
    EXPECT_EQ(state.Find<Zone>("us-east-1a")->status, ZoneStatus::kLost);
    EXPECT_EQ(state.Find<LabSettings>(1)->region, "eu-west-1");
    ASSERT_EQ(state.events.size(), 1u);
    EXPECT_EQ(state.events[0]->message, "Cache cluster created");
    EXPECT_EQ(state.events[0]->at, ServiceTime(milliseconds(1'482'424'076'088)));
  });
}

TEST_F(DurabilityTest, DeletionsAndLaterValuesSurvive) {
  {
    auto store = Open();
    ASSERT_TRUE(store->Mutate(PutCluster("a")).ok());
    ASSERT_TRUE(store->Mutate(PutCluster("b")).ok());
    const Status status = store->Mutate([](Draft& draft) -> Status {
      draft.Erase<CacheCluster>("a");
      draft.Put(Cluster("b", "bigger"));
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  Open()->Read([](const State& state) {
    EXPECT_EQ(state.Find<CacheCluster>("a"), nullptr);
    EXPECT_EQ(state.Find<CacheCluster>("b")->node_type, "bigger");
  });
}

TEST_F(DurabilityTest, SomeoneWithAShellCanReadIt) {
  auto store = Open();
  const Status status = store->Mutate([](Draft& draft) -> Status {
    CacheNode node;
    node.uid = 1;
    node.cluster_id = "c";
    node.address = "127.31.0.1";
    node.role = Role::kPrimary;
    draft.Put(node);
    draft.Emit(EventOf("c", "Cache node created", ServiceTime(milliseconds(5))));
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Sql("SELECT cluster || ' ' || status || ' ' || role || ' ' || address FROM cache_node"),
            "c creating primary 127.31.0.1");
  EXPECT_EQ(Sql("SELECT at || ' ' || source_type || ' ' || message FROM event"),
            "1970-01-01T00:00:00.005Z cache-cluster Cache node created");
}

TEST_F(DurabilityTest, AFailureDoesNotSpoilTheMutationsThatShareItsCommit) {
  auto store = Open();
  Gate gate(*store);
  Status failed;
  bool saw_first = false;
  store->MutateAsync(PutCluster("first"), nullptr);
  store->MutateAsync(
      [](Draft& draft) -> Status {
        draft.Erase<CacheCluster>("first");
        draft.Put(Cluster("wrong"));
        return absl::AlreadyExistsError("no");
      },
      [&](Status status) { failed = status; });
  store->MutateAsync(
      [&](Draft& draft) -> Status {
        saw_first = draft.Find<CacheCluster>("first") != nullptr && draft.All<CacheCluster>().size() == 1;
        draft.Put(Cluster("third"));
        return absl::OkStatus();
      },
      nullptr);
  gate.Open();
  ASSERT_TRUE(store->Mutate(PutCluster("last")).ok());
  EXPECT_TRUE(saw_first);
  EXPECT_TRUE(absl::IsAlreadyExists(failed));
  EXPECT_LE(store->Revision(), 2) << "they shared a commit";
  store.reset();
  store = Open();
  EXPECT_TRUE(Has(*store, "first"));
  EXPECT_TRUE(Has(*store, "third"));
  EXPECT_FALSE(Has(*store, "wrong"));
}

TEST_F(DurabilityTest, ACrashBeforeTheCommitLosesOnlyWhatWasNotAcknowledged) {
  const int code = InChild([this] {
    auto store = Open();
    if (!store->Mutate(PutCluster("acknowledged")).ok()) _exit(1);
    ArmFaultPoint("store.before_commit", FaultKind::kCrash);
    store->Mutate(PutCluster("lost")).IgnoreError();
  });
  EXPECT_EQ(code, kFaultCrashExitCode);
  auto store = Open();
  EXPECT_TRUE(Has(*store, "acknowledged"));
  EXPECT_FALSE(Has(*store, "lost"));
}

TEST_F(DurabilityTest, ACrashAfterTheCommitKeepsTheChange) {
  const int code = InChild([this] {
    auto store = Open();
    ArmFaultPoint("store.after_commit", FaultKind::kCrash);
    store->Mutate(PutCluster("kept")).IgnoreError();
  });
  EXPECT_EQ(code, kFaultCrashExitCode);
  EXPECT_TRUE(Has(*Open(), "kept"));
}

TEST_F(DurabilityTest, EveryAcknowledgedChangeSurvivesAKill) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto store = Open();
    for (int i = 0;; ++i) {
      if (!store->Mutate(PutCluster(fmt::format("c-{}", i))).ok()) _exit(1);
      if (write(pipe_fds[1], &i, sizeof i) != sizeof i) _exit(1);
    }
  }
  int acknowledged = -1;
  while (acknowledged < 200 && read(pipe_fds[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(pipe_fds[0]);
  close(pipe_fds[1]);
  ASSERT_GE(acknowledged, 200);
  auto store = Open();
  for (int i = 0; i <= acknowledged; ++i) EXPECT_TRUE(Has(*store, fmt::format("c-{}", i)));
}

TEST_F(DurabilityTest, AFailedCommitChangesNothingAndTheNextOneGoesThrough) {
  auto store = Open();
  std::vector<Change> heard;
  store->OnChange([&](const Change& change) { heard.push_back(change); });
  ArmFaultPoint("store.before_commit", FaultKind::kError);
  const Status status = store->Mutate(PutCluster("a"));
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("nothing was changed"));
  EXPECT_FALSE(Has(*store, "a"));
  EXPECT_TRUE(heard.empty());
  EXPECT_EQ(store->Writable(), status);
  EXPECT_TRUE(store->Mutate(PutCluster("a")).ok());
  EXPECT_TRUE(store->Writable().ok());
  EXPECT_EQ(heard.size(), 1u);
}

TEST_F(DurabilityTest, AStoreThatCouldNotSaveFindsOutByItselfThatItCanAgain) {
  auto store = Open();
  ArmFaultPoint("store.before_commit", FaultKind::kError);
  EXPECT_FALSE(store->Mutate(PutCluster("a")).ok());
  EXPECT_FALSE(store->Writable().ok());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!store->Writable().ok() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(store->Writable().ok());
  EXPECT_EQ(store->Revision(), 0) << "nothing was changed by it";
}

TEST_F(DurabilityTest, AFullDiskIsToldAndSurvived) {
  auto store = Open({.max_pages = 60});
  Status status;
  int saved = 0;
  while (status.ok() && saved < 1000) {
    status = store->Mutate([&](Draft& draft) -> Status {
      draft.Put(Cluster(fmt::format("c-{}", saved), std::string(3000, 'x')));
      return absl::OkStatus();
    });
    if (status.ok()) ++saved;
  }
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(Message(status), fmt::format("could not save: database or disk is full; nothing was changed; free space on "
                                         "the disk of {}",
                                         path_));
  EXPECT_EQ(store->Writable(), status);
  EXPECT_FALSE(Has(*store, fmt::format("c-{}", saved)));
  ASSERT_GT(saved, 5);
  const Status deleted = store->Mutate([](Draft& draft) -> Status {
    for (int i = 0; i < 5; ++i) draft.Erase<CacheCluster>(fmt::format("c-{}", i));
    return absl::OkStatus();
  });
  EXPECT_TRUE(deleted.ok()) << deleted;
  EXPECT_TRUE(store->Mutate(PutCluster("fits-again")).ok());
  store.reset();
  EXPECT_EQ(Open()->Read([](const State& state) { return state.clusters.size(); }), static_cast<size_t>(saved) - 4);
}

TEST_F(DurabilityTest, IdsAreNeverGivenAgain) {
  std::set<int64_t> given;
  const auto take = [&](Draft& draft) -> Status {
    EXPECT_TRUE(given.insert(draft.NextId()).second);
    return absl::OkStatus();
  };
  for (int run = 0; run < 3; ++run) {
    auto store = Open();
    for (int i = 0; i < 150; ++i) ASSERT_TRUE(store->Mutate(take).ok());
  }
  EXPECT_EQ(*given.rbegin(), 450) << "an orderly end leaves no gap";
}

TEST_F(DurabilityTest, IdsAreNotGivenAgainAfterACrashEvenWhenTheirMutationFailed) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  InChild([&] {
    auto store = Open();
    int64_t last = 0;
    for (int i = 0; i < 120; ++i) {
      store
          ->Mutate([&](Draft& draft) -> Status {
            last = draft.NextId();
            return absl::InternalError("changed my mind");
          })
          .IgnoreError();
    }
    _exit(write(pipe_fds[1], &last, sizeof last) == sizeof last ? 0 : 1);
  });
  int64_t last = 0;
  ASSERT_EQ(read(pipe_fds[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
  close(pipe_fds[0]);
  close(pipe_fds[1]);
  int64_t next = 0;
  auto store = Open();
  ASSERT_TRUE(store
                  ->Mutate([&](Draft& draft) -> Status {
                    next = draft.NextId();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(last, 120);
  EXPECT_GT(next, last);
}

// The others of its commit go on, and so does the store.
TEST_F(DurabilityTest, AMutationThatThrowsChangesNothing) {
  auto store = Open();
  std::promise<void> gathered;
  std::promise<Status> before, thrown, after;
  // While the first is under way, the next three gather to share a commit.
  store->MutateAsync([&](Draft&) -> Status {
    gathered.get_future().wait();
    return absl::OkStatus();
  }, {});
  store->MutateAsync(PutCluster("before"), [&](Status s) { before.set_value(s); });
  store->MutateAsync([](Draft& draft) -> Status {
    draft.Put(Cluster("thrown"));
    throw std::out_of_range("map::at");
  }, [&](Status s) { thrown.set_value(s); });
  store->MutateAsync(PutCluster("after"), [&](Status s) { after.set_value(s); });
  gathered.set_value();
  EXPECT_TRUE(before.get_future().get().ok());
  EXPECT_TRUE(after.get_future().get().ok());
  const Status status = thrown.get_future().get();
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_THAT(Message(status), testing::HasSubstr("map::at"));
  EXPECT_TRUE(Has(*store, "before") && Has(*store, "after"));
  EXPECT_FALSE(Has(*store, "thrown"));
  EXPECT_TRUE(store->Mutate(PutCluster("later")).ok());
}

TEST_F(DurabilityTest, EventNumbersGoOnAfterPruningAllOfThem) {
  const auto emit = [](Draft& draft) -> Status {
    draft.Emit(EventOf("c", "x"));
    return absl::OkStatus();
  };
  {
    auto store = Open();
    ASSERT_TRUE(store->Mutate(emit).ok());
    ASSERT_TRUE(store->Mutate(emit).ok());
    ASSERT_TRUE(store
                    ->Mutate([](Draft& draft) -> Status {
                      draft.PruneEventsBefore(ServiceTime(std::chrono::hours(1)));
                      return absl::OkStatus();
                    })
                    .ok());
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM event"), "0");
  auto store = Open();
  ASSERT_TRUE(store->Mutate(emit).ok());
  EXPECT_EQ(store->Read([](const State& state) { return state.events.back()->seq; }), 3);
}

TEST_F(DurabilityTest, OnlyTheNewestEventsAreKeptInMemory) {
  const auto emit = [](Draft& draft) -> Status {
    for (int i = 0; i < 5; ++i) draft.Emit(EventOf("c", fmt::format("{}", i)));
    return absl::OkStatus();
  };
  const auto messages = [](const State& state) {
    std::vector<std::string> texts;
    for (const auto& event : state.events) texts.push_back(event->message);
    return texts;
  };
  const StoreOptions options{.events_in_memory = 3};
  {
    auto store = Open(options);
    ASSERT_TRUE(store->Mutate(emit).ok());
    EXPECT_THAT(store->Read(messages), ElementsAre("2", "3", "4"));
  }
  EXPECT_THAT(Open(options)->Read(messages), ElementsAre("2", "3", "4"));
  EXPECT_EQ(Sql("SELECT count(*) FROM event"), "5");
}

TEST_F(DurabilityTest, ManyThreadsWriteAtOnce) {
  {
    auto store = Open();
    std::atomic<int64_t> heard{0};
    store->OnChange([&](const Change& change) { heard += static_cast<int64_t>(change.clusters.size()); });
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) {
          const std::string id = fmt::format("{}-{}", t, i);
          EXPECT_TRUE(store->Mutate(PutCluster(id)).ok());
          EXPECT_TRUE(Has(*store, id)) << "visible once acknowledged";
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(heard, 1600);
    EXPECT_LT(store->Revision(), 1600) << "waiting mutations share commits";
  }
  EXPECT_EQ(Open()->Read([](const State& state) { return state.clusters.size(); }), 1600u);
}

TEST_F(DurabilityTest, AStoreThatIsNotDurableStillWritesItsFile) {
  {
    auto store = Open({.durable = false});
    bool done = false;
    store->MutateAsync(PutCluster("a"), [&](Status status) { done = status.ok(); });
    EXPECT_TRUE(done) << "nothing happens behind the caller's back";
  }
  EXPECT_TRUE(Has(*Open(), "a"));
}

}  // namespace
}  // namespace elastilab
