// What one pass over a replication group costs beside few groups and beside many. To reach: the same.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "common/fault_point.h"
#include "controlplane/region/reconcile/reconciler.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

class DeafLink final : public AgentLink {
 public:
  void Send(const agent::v1::ControlMessage&) override {}
};

class NoDirectLine final : public DirectLine {
 public:
  void Ask(NodeUid, Question) override {}
  bool Kill(int64_t, int64_t) override { return false; }
};

// One primary and two replicas, a zone each.
void PutGroup(Draft& draft, const std::string& id) {
  ReplicationGroup group;
  group.id = id;
  group.engine_version = "7.0.7";
  group.node_type = "cache.t4g.micro";
  group.parameter_group = "default.redis7";
  group.node_groups = {"0001"};
  NodeGroup shard;
  shard.group_id = id;
  shard.id = "0001";
  for (int i = 0; i < 3; ++i) {
    CacheNode node;
    node.uid = draft.NextId();
    node.cluster_id = fmt::format("{}-{:03}", id, i + 1);
    node.id = "0001";
    node.group_id = id;
    node.node_group_id = "0001";
    node.zone = fmt::format("us-east-1{}", static_cast<char>('a' + i));
    node.address = fmt::format("127.{}.{}.{}", 31 + i, node.uid / 254 % 256, node.uid % 254 + 1);
    node.port = 6379;
    node.role = i == 0 ? Role::kPrimary : Role::kReplica;
    CacheCluster cluster;
    cluster.id = node.cluster_id;
    cluster.group_id = id;
    cluster.engine_version = group.engine_version;
    cluster.node_type = group.node_type;
    cluster.parameter_group = group.parameter_group;
    cluster.nodes = {node.uid};
    group.member_clusters.push_back(cluster.id);
    shard.nodes.push_back(node.uid);
    draft.Put(cluster);
    draft.Put(node);
  }
  shard.primary = shard.nodes.front();
  draft.Put(group);
  draft.Put(shard);
}

// All other groups wait in the queue meanwhile.
void Pass(benchmark::State& state) {
  spdlog::set_level(spdlog::level::off);
  const auto groups = state.range(0);
  ManualClock clock;
  const LabKey key{"bench"};
  auto store = OpenStore(":memory:", {.durable = false}).value();
  store->Mutate([&](Draft& draft) -> Status {
    draft.Put(LabSettings{});
    for (int64_t i = 0; i < groups; ++i) PutGroup(draft, fmt::format("group-{}", i));
    return absl::OkStatus();
  }).IgnoreError();
  Fleet fleet(clock);
  NoDirectLine direct;
  Executor executor(*store, fleet, direct, Location{}, key);
  fleet.SetListener({[](NodeUid) {}, [](const std::string&) {},
                     [&](const std::string& zone, const std::set<NodeUid>& known) { return executor.AssignmentsOf(zone, known); }});
  for (const char* zone : {"us-east-1a", "us-east-1b", "us-east-1c"}) {
    agent::v1::Hello hello;
    hello.set_zone(zone);
    fleet.Connect(std::make_shared<DeafLink>(), hello);
  }
  Reconciler reconciler(*store, fleet, clock, executor);
  for (int64_t i = 0; i < groups; ++i) {
    ArmFaultPoint("executor.before_commit", FaultKind::kError);  // waits for its retry
    reconciler.Reconcile({true, fmt::format("group-{}", i)});
  }
  DisarmFaultPoints();
  for (auto _ : state) {
    reconciler.Wake({true, "group-5"});
    if (reconciler.RunDue() != 1) state.SkipWithError("there was more to do");
  }
}
BENCHMARK(Pass)->Arg(10)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace elastilab
