// A small language to write down what a planner sees: who is where, what its agent says, what time it is.
//
//   auto s = Situation::Group(3).AllServing();
//   s.Dies(1);
//   s.Plan();             // one pass; the plan's records become the situation's
//   EXPECT_EQ(s.shard().failover.step, FailoverStep::kMeasuring);
#pragma once

#include <fmt/format.h>

#include "controlplane/region/planner/failover.h"
#include "controlplane/region/planner/wish.h"

namespace elastilab {

class Situation {
 public:
  // `members` nodes with uids 1…, one zone each in turn (a, b, c), uid 1 the primary. Nothing has been seen yet.
  static Situation Group(int members) {
    Situation s;
    ReplicationGroup group;
    group.id = "demo";
    group.automatic_failover = AutomaticFailover::kEnabled;
    NodeGroup shard;
    shard.group_id = "demo";
    shard.id = "0001";
    shard.primary = 1;
    shard.primary_endpoint = {"127.30.0.1", 6379};
    shard.reader_endpoint = {"127.30.0.2", 6379};
    for (int uid = 1; uid <= members; ++uid) {
      const std::string id = fmt::format("demo-{:03}", uid);
      s.AddNode(uid, id, "0001", uid == 1 ? Role::kPrimary : Role::kReplica);
      s.node(uid).group_id = "demo";
      s.node(uid).node_group_id = "0001";
      s.cluster(id).group_id = "demo";
      s.cluster(id).node_group_id = "0001";
      group.member_clusters.push_back(id);
      shard.nodes.push_back(uid);
    }
    group.node_groups = {"0001"};
    s.world.records.group = group;
    s.world.records.node_groups["0001"] = shard;
    return s;
  }

  static Situation Memcached(int nodes) {
    Situation s;
    for (int uid = 1; uid <= nodes; ++uid) s.AddNode(uid, "pages", fmt::format("{:04}", uid), Role::kNone);
    s.cluster("pages").engine = Engine::kMemcached;
    s.cluster("pages").configuration_endpoint = {"127.30.0.9", 11211};
    return s;
  }

  World world;

  CacheNode& node(NodeUid uid) { return world.records.nodes.at(uid); }
  CacheCluster& cluster(const std::string& id) { return world.records.clusters.at(id); }
  NodeGroup& shard() { return world.records.node_groups.at("0001"); }
  ReplicationGroup& group() { return *world.records.group; }
  NodeObservation& seen(NodeUid uid) { return world.seen[uid]; }

  // The agent did all that is wished of this node; of a handover, the engines have switched their roles.
  Situation& Obeys(NodeUid uid) {
    const Wish wish = WishFor(world.records, node(uid));
    NodeObservation& o = seen(uid);
    if (wish.held) return *this;
    if (wish.hands_off) {
      o.applied_revision = node(uid).revision;
      if (!wish.handover) return *this;
      const FailoverProgress& change = shard().failover;
      return Switches(uid, uid == change.old_primary ? change.candidate : change.old_primary);
    }
    o.incarnation = wish.incarnation;
    o.applied_revision = node(uid).revision;
    o.phase = wish.fenced ? Phase::kExited : Phase::kReady;
    o.pid = 1000 + uid;
    o.role = wish.role;
    o.follows = wish.follow;
    o.endpoints = wish.endpoints;
    o.link_up = wish.role == Role::kReplica && !wish.follow.empty();
    return *this;
  }
  Situation& AllObey() {
    for (auto& [uid, node] : world.records.nodes) Obeys(uid);
    return *this;
  }
  // Plans and obeys until nothing changes any more.
  Situation& Settle() {
    for (int pass = 0; pass < 20; ++pass) {
      AllObey();
      const Records before = world.records;
      Plan();
      Advance(1'000);
      if (world.records == before) break;
    }
    told.clear();
    return *this;
  }
  Situation& AllServing() { return AllObey().Settle(); }

  Situation& Dies(NodeUid uid) {
    seen(uid).phase = Phase::kExited;
    seen(uid).exit_text = "killed by SIGKILL";
    seen(uid).exit_micros = world.now_micros;
    seen(uid).endpoints.clear();
    return *this;
  }
  // The engines switch roles, as the primary's agent reports.
  Situation& Switches(NodeUid old_primary, NodeUid replica) {
    seen(old_primary).role = Role::kReplica;
    seen(old_primary).follows = {node(replica).address, node(replica).port};
    seen(old_primary).link_up = true;
    seen(old_primary).endpoints.clear();
    seen(old_primary).task = {HandoverTask(shard()), TaskState::kDone, ""};
    seen(replica).role = Role::kPrimary;
    seen(replica).follows = {};
    seen(replica).link_up = false;
    return *this;
  }
  Situation& CallsOff(NodeUid old_primary, const std::string& why) {
    seen(old_primary).task = {shard().failover.record_id, TaskState::kCalledOff, why};
    return *this;
  }
  // Stopped by a signal, and three questions missed.
  Situation& Freezes(NodeUid uid) {
    seen(uid).phase = Phase::kFrozen;
    seen(uid).silent_micros = world.now_micros;
    return *this;
  }
  Situation& IsBusy(NodeUid uid) {
    seen(uid).phase = Phase::kBusy;
    seen(uid).silent_micros = world.now_micros;
    return *this;
  }
  Situation& Answers(NodeUid uid) {
    seen(uid).phase = Phase::kReady;
    seen(uid).silent_micros = 0;
    return *this;
  }
  // `elastilab down`: every engine has saved what it held.
  Situation& GoesDown() {
    for (auto& [uid, node] : world.records.nodes) {
      node.stopped = node.ever_ready;
      if (seen(uid).phase == Phase::kReady) seen(uid).saved = {1 << 20, seen(uid).offset};
      if (seen(uid).phase == Phase::kReady) seen(uid).phase = Phase::kStopped;
      seen(uid).endpoints.clear();
    }
    return *this;
  }
  Situation& LosesAgent(const std::string& zone) {
    world.zones[zone].connected = false;
    for (auto& [uid, node] : world.records.nodes) {
      if (node.zone != zone) continue;
      seen(uid).direct = DirectVerdict::kUnknown;
      seen(uid).direct_misses = 0;
    }
    return *this;
  }
  Situation& AnswersDirectly(NodeUid uid, DirectVerdict verdict) {
    seen(uid).direct = verdict;
    seen(uid).direct_incarnation = node(uid).incarnation;
    seen(uid).direct_micros = world.now_micros;
    seen(uid).direct_misses = verdict == DirectVerdict::kAnswers ? 0 : seen(uid).direct_misses + 1;
    if (seen(uid).direct_misses == 1) seen(uid).direct_silent_micros = world.now_micros;
    return *this;
  }
  Situation& Offset(NodeUid uid, int64_t offset) {
    seen(uid).offset = offset;
    seen(uid).offset_micros = world.now_micros;
    return *this;
  }
  Situation& AnswersProbe(NodeUid uid) {
    seen(uid).probe_id = shard().failover.probe_id;
    return *this;
  }
  Situation& Advance(int64_t micros) {
    world.now_micros += micros;
    world.now += milliseconds(micros / 1000);
    return *this;
  }

  elastilab::Plan Plan() {
    elastilab::Plan plan = world.records.group ? PlanGroup(world) : PlanCluster(world);
    // As the store does: finished failovers are kept, others are carried on.
    world.records = plan.records;
    for (const Event& event : plan.events) told.push_back(fmt::format("{}: {}", event.source_id, event.message));
    return plan;
  }

  std::vector<std::string> told;  // since the last Settle

 private:
  void AddNode(NodeUid uid, const std::string& cluster_id, const std::string& node_id, Role role) {
    static const char* const kZones[] = {"us-east-1a", "us-east-1b", "us-east-1c"};
    world.now = ServiceTime(std::chrono::seconds(1'700'000'000));
    world.now_micros = 1'000'000'000;
    CacheNode node;
    node.uid = uid;
    node.cluster_id = cluster_id;
    node.id = node_id;
    node.zone = kZones[(uid - 1) % 3];
    node.address = fmt::format("127.3{}.0.{}", 1 + (uid - 1) % 3, uid);
    node.port = 6379;
    node.role = role;
    world.records.nodes[uid] = node;
    CacheCluster& cluster = world.records.clusters[cluster_id];
    cluster.id = cluster_id;
    cluster.nodes.push_back(uid);
    for (const char* zone : kZones) world.zones[zone].connected = true;
  }
};

}  // namespace elastilab
