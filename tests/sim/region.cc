#include "tests/sim/region.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/planner/node_life.h"

namespace elastilab {

using agent::v1::Assignment;
using agent::v1::ControlMessage;

// The control plane's messages to one agent, in order.
class SimRegion::Link final : public AgentLink {
 public:
  void Send(const ControlMessage& message) override { inbox.push_back(message); }
  std::deque<ControlMessage> inbox;
};

struct SimRegion::Zone {
  std::string name;
  std::shared_ptr<Link> link;             // null: its agent is dead
  bool lost = false;
  std::map<NodeUid, SimEngine> engines;   // what the journal knows, dead ones included
};

SimRegion::SimRegion(uint64_t seed) : random_(seed) {
  store_ = std::move(OpenStore(":memory:", {.durable = false, .rehearse = true})).value();
  store_->OnChange([this](const Change& change) {
    if (reconciler_) reconciler_->OnChange(change);
  });
  store_->Mutate([](Draft& draft) -> Status {
    draft.Put(LabSettings{});
    return absl::OkStatus();
  }).IgnoreError();
  for (const std::string& name : zones()) {
    zones_[name] = std::make_unique<Zone>();
    zones_[name]->name = name;
  }
  Assemble();
  for (const std::string& name : zones()) StartAgent(name);
}

SimRegion::~SimRegion() = default;

void SimRegion::Assemble() {
  reconciler_.reset();
  executor_.reset();
  fleet_ = std::make_unique<Fleet>(clock_);
  executor_ = std::make_unique<Executor>(*store_, *fleet_, *this, Location{}, key_);
  reconciler_ = std::make_unique<Reconciler>(*store_, *fleet_, clock_, *executor_);
  fleet_->SetListener({[this](NodeUid uid) { reconciler_->WakeNode(uid); },
                       [this](const std::string& zone) { reconciler_->WakeZone(zone); },
                       [this](const std::string& zone, const std::set<NodeUid>& known) {
                         return executor_->AssignmentsOf(zone, known);
                       }});
  reconciler_->WakeAll();
}

void SimRegion::RestartControlPlane() {
  for (auto& [name, zone] : zones_) zone->link.reset();
  questions_.clear();
  Assemble();
  for (auto& [name, zone] : zones_) {
    if (!zone->lost) StartAgent(name);
  }
}

void SimRegion::StartAgent(const std::string& name) {
  Zone& zone = *zones_[name];
  if (zone.link || zone.lost) return;
  zone.link = std::make_shared<Link>();
  agent::v1::Hello hello;
  hello.set_zone(name);
  hello.set_pid(++next_pid_);
  for (const auto& [uid, engine] : zone.engines) *hello.add_nodes() = ReportOf(zone, uid);
  fleet_->Connect(zone.link, hello);
}

void SimRegion::KillAgent(const std::string& name) {
  Zone& zone = *zones_[name];
  if (!zone.link) return;
  const auto link = zone.link;
  zone.link.reset();
  fleet_->Disconnect(*link);
}

void SimRegion::LoseZone(const std::string& name) {
  Zone& zone = *zones_[name];
  if (zone.lost) return;
  store_->Mutate([&](Draft& draft) -> Status {
    draft.Put(elastilab::Zone{name, ZoneStatus::kLost});
    return absl::OkStatus();
  }).IgnoreError();
  zone.lost = true;
  for (auto& [uid, engine] : zone.engines) engine.alive = false;
  KillAgent(name);
}

void SimRegion::RestoreZone(const std::string& name) {
  Zone& zone = *zones_[name];
  if (zone.lost) {
    store_->Mutate([&](Draft& draft) -> Status {
      draft.Put(elastilab::Zone{name, ZoneStatus::kUp});
      return absl::OkStatus();
    }).IgnoreError();
    zone.lost = false;
  }
  StartAgent(name);
}

void SimRegion::CreateGroup(const std::string& id, int members) {
  store_->Mutate([&](Draft& draft) -> Status {
    ReplicationGroup group;
    group.id = id;
    group.automatic_failover = members > 1 ? AutomaticFailover::kEnabled : AutomaticFailover::kDisabled;
    group.node_groups = {"0001"};
    NodeGroup shard;
    shard.group_id = id;
    shard.id = "0001";
    shard.primary_endpoint = {fmt::format("127.30.0.{}", draft.NextId()), 6379};
    shard.reader_endpoint = {fmt::format("127.30.0.{}", draft.NextId()), 6379};
    for (int i = 0; i < members; ++i) {
      CacheNode node;
      node.uid = draft.NextId();
      node.cluster_id = fmt::format("{}-{:03}", id, i + 1);
      node.id = "0001";
      node.group_id = id;
      node.node_group_id = "0001";
      node.zone = zones()[i % 3];
      node.address = fmt::format("127.31.0.{}", node.uid);
      node.port = 6379;
      node.role = i == 0 ? Role::kPrimary : Role::kReplica;
      if (i == 0) shard.primary = node.uid;
      shard.nodes.push_back(node.uid);
      CacheCluster cluster;
      cluster.id = node.cluster_id;
      cluster.group_id = id;
      cluster.node_group_id = "0001";
      cluster.nodes = {node.uid};
      group.member_clusters.push_back(cluster.id);
      draft.Put(node);
      draft.Put(cluster);
    }
    draft.Put(shard);
    draft.Put(group);
    return absl::OkStatus();
  }).IgnoreError();
}

void SimRegion::CreateMemcached(const std::string& id, int nodes) {
  store_->Mutate([&](Draft& draft) -> Status {
    CacheCluster cluster;
    cluster.id = id;
    cluster.engine = Engine::kMemcached;
    cluster.configuration_endpoint = {fmt::format("127.30.0.{}", draft.NextId()), 11211};
    for (int i = 0; i < nodes; ++i) {
      CacheNode node;
      node.uid = draft.NextId();
      node.cluster_id = id;
      node.id = fmt::format("{:04}", i + 1);
      node.zone = zones()[i % 3];
      node.address = fmt::format("127.31.0.{}", node.uid);
      node.port = 11211;
      cluster.nodes.push_back(node.uid);
      draft.Put(node);
    }
    draft.Put(cluster);
    return absl::OkStatus();
  }).IgnoreError();
}

void SimRegion::Delete(const std::string& id) {
  acknowledged_.erase(id);
  store_->Mutate([&](Draft& draft) -> Status {
    if (const ReplicationGroup* found = draft.Find<ReplicationGroup>(id)) {
      ReplicationGroup group = *found;
      group.status = GroupStatus::kDeleting;
      draft.Put(group);
    }
    for (const CacheCluster* found : draft.All<CacheCluster>()) {
      if (found->id != id && found->group_id != id) continue;
      CacheCluster cluster = *found;
      cluster.status = ClusterStatus::kDeleting;
      for (NodeUid uid : cluster.nodes) {
        CacheNode node = *draft.Find<CacheNode>(uid);
        node.status = NodeStatus::kDeleting;
        draft.Put(node);
      }
      draft.Put(cluster);
    }
    return absl::OkStatus();
  }).IgnoreError();
}

SimEngine* SimRegion::HolderOf(const std::string& endpoint) const {
  for (const auto& [name, zone] : zones_) {
    for (auto& [uid, engine] : zone->engines) {
      const auto& held = engine.wish.endpoints();
      if (engine.alive && std::find(held.begin(), held.end(), endpoint) != held.end()) return &engine;
    }
  }
  return nullptr;
}

SimEngine* SimRegion::At(const std::string& address) const {
  for (const auto& [name, zone] : zones_) {
    for (auto& [uid, engine] : zone->engines) {
      if (engine.alive && engine.wish.address() == address) return &engine;
    }
  }
  return nullptr;
}

bool SimRegion::Write(const std::string& group_id) {
  const auto shard = store_->Read([&](const State& state) {
    const NodeGroup* found = state.Find<NodeGroup>(group_id + "/0001");
    return found == nullptr ? NodeGroup{} : *found;
  });
  SimEngine* primary = HolderOf(shard.primary_endpoint.address);
  if (primary == nullptr || primary->silent || primary->wish.role() != agent::v1::NODE_ROLE_PRIMARY) return false;
  ++primary->data;
  acknowledged_[group_id] = primary->data;
  Replicate();
  return true;
}

int64_t SimRegion::acknowledged(const std::string& group_id) const {
  auto it = acknowledged_.find(group_id);
  return it == acknowledged_.end() ? 0 : it->second;
}

// Links that are up carry everything at once; a chain takes several rounds.
void SimRegion::Replicate() {
  for (int round = 0; round < 3; ++round) {
    for (auto& [name, zone] : zones_) {
      for (auto& [uid, engine] : zone->engines) {
        if (!engine.alive || engine.silent || engine.wish.role() != agent::v1::NODE_ROLE_REPLICA) continue;
        SimEngine* source = engine.wish.has_follow() ? At(engine.wish.follow().address()) : nullptr;
        const bool sound = source != nullptr && !source->silent &&
                           (source->wish.role() == agent::v1::NODE_ROLE_PRIMARY || source->synced);
        if (!sound) continue;
        const bool was_synced = engine.synced;
        engine.synced = true;
        engine.data = source->data;
        if (!was_synced) Report(*zone, uid);
      }
    }
  }
}

agent::v1::NodeReport SimRegion::ReportOf(const Zone& zone, NodeUid uid) const {
  const SimEngine& engine = zone.engines.at(uid);
  agent::v1::NodeReport report;
  report.set_uid(uid);
  report.set_incarnation(engine.wish.incarnation());
  report.set_applied_revision(engine.wish.revision());
  report.set_restarts(engine.restarts);
  report.set_phase(!engine.alive ? agent::v1::PHASE_EXITED : engine.silent ? agent::v1::PHASE_FROZEN : agent::v1::PHASE_READY);
  if (!engine.alive) {
    report.set_exit_text("killed");
    report.set_exit_micros(Micros(clock_.Monotonic()));
    return report;
  }
  report.set_pid(engine.pid);
  report.set_silent_micros(engine.silent_since);
  if (engine.task.id() != 0) *report.mutable_task() = engine.task;
  report.set_role(engine.wish.role());
  report.set_replication_offset(engine.data);
  report.set_offset_micros(Micros(clock_.Monotonic()));
  report.set_link_up(engine.synced && engine.wish.has_follow());
  *report.mutable_follows() = engine.wish.follow();
  *report.mutable_endpoints() = engine.wish.endpoints();
  return report;
}

void SimRegion::Report(Zone& zone, NodeUid uid, int64_t probe_id) {
  if (!zone.link) return;
  agent::v1::NodeReport report = ReportOf(zone, uid);
  report.set_probe_id(probe_id);
  fleet_->Report(*zone.link, report);
}

void SimRegion::StartEngine(Zone& zone, const Assignment& wish) {
  SimEngine engine;
  engine.wish = engine.asked = wish;
  if (wish.keep_files() && zone.engines.contains(wish.uid())) engine.data = zone.engines.at(wish.uid()).data;
  engine.pid = ++next_pid_;
  zone.engines[wish.uid()] = engine;
}

void SimRegion::ApplyWish(Zone& zone, const Assignment& wish) {
  auto it = zone.engines.find(wish.uid());
  if (it == zone.engines.end() || it->second.wish.incarnation() < wish.incarnation()) {
    StartEngine(zone, wish);
  } else if (it->second.wish.incarnation() == wish.incarnation()) {
    SimEngine& engine = it->second;
    if (wish.desired() == agent::v1::DESIRED_FENCED) engine.alive = false;
    engine.asked = wish;
    if (engine.alive && engine.silent) return;  // it can't obey
    if (engine.alive && wish.hands_off()) {
      HandOver(zone, engine, wish);
      return;
    }
    const bool refollows = engine.wish.follow().address() != wish.follow().address();
    if (refollows && wish.role() == agent::v1::NODE_ROLE_REPLICA) engine.synced = false;
    engine.wish = wish;
    const bool comes_back = !engine.alive && wish.restart() == agent::v1::RESTART_POLICY_IN_PLACE &&
                            wish.desired() == agent::v1::DESIRED_RUN;
    if (comes_back) {
      engine.alive = true;
      ++engine.restarts;
      engine.data = 0;
    }
  }
  Report(zone, wish.uid());
  Replicate();
}

// The engines switch roles if the replica has everything; what they are otherwise stays as it is.
void SimRegion::HandOver(Zone& zone, SimEngine& engine, const Assignment& wish) {
  engine.wish.set_revision(wish.revision());
  if (wish.has_task() && engine.task.id() != wish.task().id()) {
    engine.task.set_id(wish.task().id());
    const std::string to = wish.task().hand_over().to().address();
    SimEngine* replica = At(to);
    const bool can = replica != nullptr && !replica->silent && replica->synced && replica->data == engine.data;
    engine.task.set_state(can ? agent::v1::TASK_STATE_DONE : agent::v1::TASK_STATE_CALLED_OFF);
    engine.task.set_text(can ? "" : "the replica is not in step");
    if (can) {
      engine.wish.set_role(agent::v1::NODE_ROLE_REPLICA);
      engine.wish.clear_endpoints();
      *engine.wish.mutable_follow() = wish.task().hand_over().to();
      engine.synced = true;
      replica->wish.set_role(agent::v1::NODE_ROLE_PRIMARY);
      replica->wish.clear_follow();
      ReportAt(to);
    }
  }
  Report(zone, wish.uid());
  Replicate();
}

void SimRegion::ReportAt(const std::string& address) {
  for (auto& [name, zone] : zones_) {
    for (auto& [uid, engine] : zone->engines) {
      if (engine.alive && engine.wish.address() == address) return Report(*zone, uid);
    }
  }
}

void SimRegion::Obey(Zone& zone, const ControlMessage& message) {
  switch (message.body_case()) {
    case ControlMessage::kWelcome: {
      std::set<NodeUid> wanted;
      for (const Assignment& wish : message.welcome().assignments()) {
        wanted.insert(wish.uid());
        ApplyWish(zone, wish);
      }
      std::erase_if(zone.engines, [&](const auto& entry) { return !wanted.contains(entry.first); });
      break;
    }
    case ControlMessage::kAssign:
      ApplyWish(zone, message.assign());
      break;
    case ControlMessage::kWithdraw: {
      zone.engines.erase(message.withdraw().uid());
      agent::v1::NodeReport report;
      report.set_uid(message.withdraw().uid());
      report.set_incarnation(message.withdraw().incarnation());
      report.set_phase(agent::v1::PHASE_ABSENT);
      fleet_->Report(*zone.link, report);
      break;
    }
    case ControlMessage::kProbe:
      if (zone.engines.contains(message.probe().uid()) && !zone.engines.at(message.probe().uid()).silent) {
        Report(zone, message.probe().uid(), message.probe().probe_id());
      }
      break;
    default:
      break;
  }
}

void SimRegion::Deliver(Zone& zone) {
  if (!zone.link || zone.link->inbox.empty()) return;
  const ControlMessage message = zone.link->inbox.front();
  zone.link->inbox.pop_front();
  Obey(zone, message);
}

void SimRegion::EngineDied(Zone& zone, NodeUid uid) {
  SimEngine& engine = zone.engines.at(uid);
  engine.alive = false;
  engine.silent = false;
  Report(zone, uid);
  if (!zone.link || engine.wish.restart() != agent::v1::RESTART_POLICY_IN_PLACE ||
      engine.wish.desired() != agent::v1::DESIRED_RUN) {
    return;
  }
  engine.wish = engine.asked;
  engine.alive = true;
  engine.data = 0;
  ++engine.restarts;
  engine.pid = ++next_pid_;
  Report(zone, uid);
}

void SimRegion::KillEngine(NodeUid uid) {
  for (auto& [name, zone] : zones_) {
    auto it = zone->engines.find(uid);
    if (it != zone->engines.end() && it->second.alive) EngineDied(*zone, uid);
  }
}

void SimRegion::StopEngine(NodeUid uid) {
  for (auto& [name, zone] : zones_) {
    auto it = zone->engines.find(uid);
    if (it == zone->engines.end() || !it->second.alive) continue;
    it->second.silent = true;
    it->second.silent_since = Micros(clock_.Monotonic());
    Report(*zone, uid);
  }
}

void SimRegion::Ask(NodeUid uid, Question question) { questions_.emplace_back(uid, std::move(question)); }

bool SimRegion::Kill(int64_t pid, int64_t) {
  for (auto& [name, zone] : zones_) {
    for (auto& [uid, engine] : zone->engines) {
      if (engine.pid != pid || !engine.alive) continue;
      EngineDied(*zone, uid);
      return true;
    }
  }
  return false;
}

void SimRegion::Relax() {
  if (questions_.empty()) return;
  const auto [uid, question] = questions_.front();
  questions_.pop_front();
  const SimEngine* engine = At(question.address);
  const DirectVerdict verdict = engine == nullptr || engine->pid != question.process.pid ? DirectVerdict::kGone
                                : engine->silent                                        ? DirectVerdict::kFrozen
                                                                                        : DirectVerdict::kAnswers;
  fleet_->SetDirect(uid, question.incarnation, verdict);
}

void SimRegion::Step() {
  const int what = static_cast<int>(random_() % 8);
  if (what < 3) {
    Deliver(*zones_[zones()[what]]);
  } else if (what < 6) {
    reconciler_->RunDue();
  } else if (what == 6) {
    Relax();
  } else {
    clock_.Advance(milliseconds(static_cast<int64_t>(random_() % 40)));
  }
}

bool SimRegion::Settle() {
  int quiet = 0;
  for (int round = 0; round < 5000 && quiet < 20; ++round) {
    const int64_t before = store_->Revision();
    bool moved = false;
    for (auto& [name, zone] : zones_) {
      while (zone->link && !zone->link->inbox.empty()) {
        Deliver(*zone);
        moved = true;
      }
    }
    while (!questions_.empty()) Relax();
    reconciler_->RunDue();
    Replicate();
    clock_.Advance(milliseconds(20));
    quiet = moved || store_->Revision() != before ? 0 : quiet + 1;
  }
  return quiet >= 20;
}

void SimRegion::Heal() {
  for (auto& [name, zone] : zones_) {
    RestoreZone(name);
    for (auto& [uid, engine] : zone->engines) {
      if (!std::exchange(engine.silent, false)) continue;
      engine.silent_since = 0;
      if (zone->link) ApplyWish(*zone, engine.asked);
    }
  }
}

std::vector<NodeUid> SimRegion::Nodes() const {
  return store_->Read([](const State& state) {
    std::vector<NodeUid> uids;
    for (const auto& [uid, node] : state.nodes) uids.push_back(uid);
    return uids;
  });
}

std::string SimRegion::BrokenInvariant() const {
  return store_->Read([&](const State& state) -> std::string {
    for (const auto& [key, shard] : state.node_groups) {
      int holders = 0;
      for (const auto& [name, zone] : zones_) {
        for (const auto& [uid, engine] : zone->engines) {
          const auto& held = engine.wish.endpoints();
          holders += engine.alive && std::count(held.begin(), held.end(), shard->primary_endpoint.address) > 0 ? 1 : 0;
        }
      }
      if (holders > 1) return fmt::format("I3: {} processes hold the primary endpoint of {}", holders, key);
    }
    return "";
  });
}

std::string SimRegion::BrokenWhenSettled() const {
  return store_->Read([&](const State& state) -> std::string {
    for (const auto& [id, cluster] : state.clusters) {
      if (cluster->status != ClusterStatus::kAvailable) return fmt::format("I4: cluster {} is {}", id, Text(cluster->status));
    }
    for (const auto& [id, group] : state.groups) {
      if (group->status != GroupStatus::kAvailable) return fmt::format("I4: group {} is {}", id, Text(group->status));
    }
    std::set<NodeUid> rows;
    for (const auto& [uid, node] : state.nodes) {
      rows.insert(uid);
      const auto& engines = zones_.at(node->zone)->engines;
      auto it = engines.find(uid);
      if (it == engines.end() || !it->second.alive || it->second.silent) return fmt::format("I2: node {} has no live engine", uid);
      if (it->second.wish.incarnation() != node->incarnation) return fmt::format("I2: node {} runs another incarnation", uid);
    }
    for (const auto& [name, zone] : zones_) {
      for (const auto& [uid, engine] : zone->engines) {
        if (engine.alive && !rows.contains(uid)) return fmt::format("I2: an engine of node {} has no row", uid);
      }
    }
    for (const auto& [key, shard] : state.node_groups) {
      const SimEngine* holder = HolderOf(shard->primary_endpoint.address);
      if (holder == nullptr || holder->wish.uid() != shard->primary) return fmt::format("I3: nobody serves {}", key);
      for (NodeUid uid : shard->nodes) {
        const SimEngine& engine = zones_.at(state.Find<CacheNode>(uid)->zone)->engines.at(uid);
        if (engine.data != holder->data) return fmt::format("node {} of {} has not the data of its primary", uid, key);
      }
    }
    return "";
  });
}

std::string SimRegion::Describe() const {
  std::string text;
  store_->Read([&](const State& state) {
    for (const auto& [id, group] : state.groups) text += fmt::format("group {} {}\n", id, Text(group->status));
    for (const auto& [key, shard] : state.node_groups) {
      text += fmt::format("shard {} primary {} failover {} (old {}, candidate {})\n", key, shard->primary,
                          Text(shard->failover.step), shard->failover.old_primary, shard->failover.candidate);
    }
    for (const auto& [uid, node] : state.nodes) {
      text += fmt::format("node {} {} {} {} incarnation {} revision {} follows {}{}", uid, node->zone, Text(node->role),
                          Text(node->status), node->incarnation, node->revision, node->follows, node->fenced ? " fenced" : "");
      const auto& zone = *zones_.at(node->zone);
      auto it = zone.engines.find(uid);
      if (it != zone.engines.end()) {
        const SimEngine& e = it->second;
        text += fmt::format(" | engine {}{} incarnation {} revision {} data {}{}", e.alive ? "alive" : "dead",
                            e.silent ? " silent" : "", e.wish.incarnation(), e.wish.revision(), e.data, e.synced ? " synced" : "");
      }
      text += zone.link ? "\n" : " (no agent)\n";
    }
  });
  return text;
}

}  // namespace elastilab
