// What agents and engines do in a simulated region.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/sim/zone.h"

namespace elastilab {

using agent::v1::Assignment;
using agent::v1::ControlMessage;

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
    if (engine.alive && wish.revision() <= engine.wish.revision() && wish.desired() == agent::v1::DESIRED_RUN) {
      return Report(zone, wish.uid());  // in force already
    }
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

}  // namespace elastilab
