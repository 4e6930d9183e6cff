// The loop around the planner: what fails is tried again and said, what throws ends nothing, leases are looked at
// whatever else is to be done, and no pass pays for groups that it is not about.
#include "controlplane/region/reconcile/reconciler.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "common/fault_point.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr char kZone[] = "us-east-1a";

// An agent that takes down what it hears and does nothing.
class QuietLink final : public AgentLink {
 public:
  void Send(const agent::v1::ControlMessage& message) override { assigned += message.has_assign() ? 1 : 0; }
  int assigned = 0;
};

class NoDirectLine final : public DirectLine {
 public:
  void Ask(NodeUid, Question) override {}
  bool Kill(int64_t, int64_t) override { return false; }
};

class ReconcilerTest : public testing::Test {
 protected:
  ReconcilerTest() {
    fleet_.SetListener({[](NodeUid) {}, [this](const std::string& zone) { zone_changed_(zone); },
                        [this](const std::string& zone, const std::set<NodeUid>& known) {
                          return executor_.AssignmentsOf(zone, known);
                        }});
    Change([](Draft& draft) { draft.Put(LabSettings{}); });
  }
  ~ReconcilerTest() override { DisarmFaultPoints(); }

  void Change(const std::function<void(Draft&)>& change) {
    ASSERT_TRUE(store_->Mutate([&](Draft& draft) -> Status {
      change(draft);
      return absl::OkStatus();
    }).ok());
  }

  static void PutCluster(Draft& draft, const std::string& id) {
    CacheNode node;
    node.uid = draft.NextId();
    node.cluster_id = id;
    node.id = "0001";
    node.zone = kZone;
    node.address = fmt::format("127.31.{}.{}", node.uid / 254, node.uid % 254 + 1);
    node.port = 11211;
    CacheCluster cluster;
    cluster.id = id;
    cluster.engine = Engine::kMemcached;
    cluster.engine_version = "1.6.22";
    cluster.node_type = "cache.t4g.micro";
    cluster.parameter_group = "default.memcached1.6";
    cluster.nodes = {node.uid};
    draft.Put(cluster);
    draft.Put(node);
  }

  void Connect() {
    agent::v1::Hello hello;
    hello.set_zone(kZone);
    ASSERT_TRUE(fleet_.Connect(link_, hello));
  }

  ManualClock clock_;
  LabKey key_{"test"};
  std::unique_ptr<Store> store_ = OpenStore(":memory:", {.durable = false, .rehearse = true}).value();
  Fleet fleet_{clock_};
  NoDirectLine direct_;
  Executor executor_{*store_, fleet_, direct_, Location{}, key_};
  Reconciler reconciler_{*store_, fleet_, clock_, executor_};
  std::shared_ptr<QuietLink> link_ = std::make_shared<QuietLink>();
  std::function<void(const std::string&)> zone_changed_ = [](const std::string&) {};
};

TEST_F(ReconcilerTest, APassThatThrowsIsSaidAndTriedAgain) {
  Change([](Draft& draft) { PutCluster(draft, "a"); });
  const ReconcileKey key{false, "a"};
  ArmFaultPoint("executor.before_commit", FaultKind::kThrow);
  reconciler_.Wake(key);
  EXPECT_EQ(reconciler_.RunDue(), 1);
  const auto trouble = reconciler_.TroubleOf(key);
  ASSERT_TRUE(trouble);
  EXPECT_THAT(std::string(trouble->why.message()), HasSubstr("executor.before_commit fired"));
  EXPECT_EQ(trouble->failures, 1);
  // With patience, and then as if nothing had been.
  EXPECT_EQ(reconciler_.RunDue(), 0);
  clock_.Advance(milliseconds(50));
  EXPECT_EQ(reconciler_.RunDue(), 1);
  EXPECT_FALSE(reconciler_.TroubleOf(key));
}

TEST_F(ReconcilerTest, PatienceGrowsWithEachFailureAndOthersDontWait) {
  Change([](Draft& draft) {
    PutCluster(draft, "a");
    PutCluster(draft, "b");
  });
  const ReconcileKey sick{false, "a"};
  int64_t waited = 0;
  for (int failures = 1; failures <= 12; ++failures) {
    ArmFaultPoint("executor.before_commit", FaultKind::kThrow);
    reconciler_.Wake(sick);
    EXPECT_EQ(reconciler_.RunDue(), 1);
    ASSERT_EQ(reconciler_.TroubleOf(sick)->failures, failures);
    reconciler_.Wake({false, "b"});
    EXPECT_EQ(reconciler_.RunDue(), 1);
    EXPECT_FALSE(reconciler_.TroubleOf({false, "b"}));
    const int64_t wait = *reconciler_.NextDue() - Micros(clock_.Monotonic());
    EXPECT_GE(wait, waited);
    waited = wait;
  }
  EXPECT_EQ(waited, 5'000'000);
  EXPECT_EQ(reconciler_.Troubles().size(), 1u);
}

// What an agent has got is not made again, however often a pass looks at it.
TEST_F(ReconcilerTest, AgentsHearEachWishOnce) {
  Change([](Draft& draft) { PutCluster(draft, "a"); });
  Connect();
  for (int i = 0; i < 5; ++i) reconciler_.Reconcile({false, "a"});
  EXPECT_LE(link_->assigned, 1);
  EXPECT_FALSE(fleet_.Lacks(kZone, 1, 1, 1));
  EXPECT_TRUE(fleet_.Lacks(kZone, 1, 1, 2));
  EXPECT_FALSE(fleet_.Lacks("us-east-1z", 1, 1, 1));
}

TEST_F(ReconcilerTest, LeasesAreLookedAtThoughTheQueueNeverEmpties) {
  Connect();
  std::promise<void> lapsed;
  std::atomic<bool> once = false;
  zone_changed_ = [&](const std::string&) {
    if (!fleet_.ZoneSeen(kZone).connected && !once.exchange(true)) lapsed.set_value();
  };
  // More keys than the loop can work off before they are woken again.
  std::atomic<bool> enough = false;
  std::thread busybody([&] {
    while (!enough) {
      for (int i = 0; i < 3000; ++i) reconciler_.Wake({false, fmt::format("key-{}", i)});
    }
  });
  reconciler_.Start();
  std::this_thread::sleep_for(milliseconds(20));  // until the queue is full
  clock_.Advance(Fleet::kLease + seconds(2));
  const bool in_time = lapsed.get_future().wait_for(seconds(20)) == std::future_status::ready;
  enough = true;
  busybody.join();
  reconciler_.Stop();
  EXPECT_TRUE(in_time);
}

// Micros of a pass over one cluster, the best of many, with as many others in the store and in the queue.
double MicrosOfAPass(Store& store, Fleet& fleet, Clock& clock, Executor& executor, int others) {
  Reconciler reconciler(store, fleet, clock, executor);
  spdlog::set_level(spdlog::level::off);
  for (int i = 0; i < others; ++i) {
    ArmFaultPoint("executor.before_commit", FaultKind::kError);  // waits for its retry
    reconciler.Reconcile({false, fmt::format("other-{}", i)});
  }
  double best = 1e9;
  for (int round = 0; round < 300; ++round) {
    const auto start = std::chrono::steady_clock::now();
    reconciler.Wake({false, "other-0"});
    EXPECT_EQ(reconciler.RunDue(), 1);
    best = std::min(best, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

TEST_F(ReconcilerTest, APassCostsTheSameBesideTenThousandOthers) {
  Connect();
  const auto fill = [&](int from, int to) {
    Change([&](Draft& draft) {
      for (int i = from; i < to; ++i) PutCluster(draft, fmt::format("other-{}", i));
    });
  };
  fill(0, 10);
  const double alone = MicrosOfAPass(*store_, fleet_, clock_, executor_, 10);
  fill(10, 10'000);
  const double crowded = MicrosOfAPass(*store_, fleet_, clock_, executor_, 10'000);
  RecordProperty("alone_nanos", static_cast<int>(alone * 1000));
  RecordProperty("crowded_nanos", static_cast<int>(crowded * 1000));
  // A look at each of the others would make it a hundred times as dear; deeper trees and colder caches do not.
  EXPECT_LE(crowded, 3 * alone) << alone << " µs beside 10, " << crowded << " µs beside 10,000";
}

}  // namespace
}  // namespace elastilab
