#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/zone.h"

namespace elastilab {

using agent::v1::Assignment;
using agent::v1::ControlMessage;


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
        text += fmt::format(" | engine {}{} {} task {} incarnation {} revision {} data {}{}", e.alive ? "alive" : "dead",
                            e.silent ? " silent" : "", e.wish.role() == agent::v1::NODE_ROLE_PRIMARY ? "primary" : "replica", static_cast<int>(e.task.state()), e.wish.incarnation(), e.wish.revision(), e.data, e.synced ? " synced" : "");
      }
      text += zone.link ? "\n" : " (no agent)\n";
    }
  });
  return text;
}

}  // namespace elastilab
