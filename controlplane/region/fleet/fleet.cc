#include "controlplane/region/fleet/fleet.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "controlplane/region/fleet/report.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {

int64_t Micros(RealTime t) {
  return std::chrono::duration_cast<std::chrono::microseconds>(t.time_since_epoch()).count();
}

const std::string* Fleet::ZoneOf(const AgentLink& link) const {
  for (const auto& [zone, session] : sessions_) {
    if (session.link.get() == &link) return &zone;
  }
  return nullptr;
}

bool Fleet::Connect(const std::shared_ptr<AgentLink>& link, const agent::v1::Hello& hello) {
  const std::string& zone = hello.zone();
  std::set<NodeUid> known;
  {
    std::lock_guard lock(mu_);
    auto it = sessions_.find(zone);
    if (it != sessions_.end() && !it->second.lapsed) return false;
    Session& session = sessions_[zone] = Session();
    session.link = link;
    session.last_heard = clock_.Monotonic();
    ZoneObservation& seen = zones_[zone];
    seen.connected = false;  // until it is welcome
    seen.agent_pid = hello.pid();
    seen.boot_id = hello.boot_id();
    seen.engines.clear();
    for (const auto& engine : hello.engines()) seen.engines.push_back({engine.family(), engine.version(), engine.path()});
    // What is not in Hello is not there, whatever was seen before.
    for (const auto& [uid, node_zone] : zone_of_node_) {
      if (node_zone == zone) nodes_[uid] = WithoutProcess(nodes_[uid]);
    }
    for (const auto& report : hello.nodes()) {
      known.insert(report.uid());
      zone_of_node_[report.uid()] = zone;
      nodes_[report.uid()] = Observed(report, nodes_[report.uid()]);
    }
  }
  const std::vector<agent::v1::Assignment> assignments = listener_.assignments(zone, known);
  agent::v1::ControlMessage message;
  message.mutable_welcome()->set_lease_ms(kLease.count());
  {
    std::lock_guard lock(mu_);
    const auto found = sessions_.find(zone);
    if (found == sessions_.end() || found->second.link != link) return true;  // it is gone already
    Session& session = found->second;
    for (const auto& assignment : assignments) {
      if (session.withdrawn.contains(assignment.uid())) continue;
      session.sent.try_emplace(assignment.uid(), assignment.incarnation(), assignment.revision());
      *message.mutable_welcome()->add_assignments() = assignment;
    }
    zones_[zone].connected = true;
    session.welcome = true;
    link->Send(message);
    for (const auto& send : std::exchange(session.held, {})) send();
    if (suspending_) {
      agent::v1::ControlMessage suspend;
      suspend.mutable_suspend();
      link->Send(suspend);
    }
  }
  listener_.zone(zone);
  return true;
}

void Fleet::Deliver(Session& session, const agent::v1::ControlMessage& message) {
  if (session.welcome) return session.link->Send(message);
  if (message.has_withdraw()) session.withdrawn.insert(message.withdraw().uid());
  session.held.push_back([link = session.link, message] { link->Send(message); });
}

void Fleet::Heard(const std::string& zone, std::vector<std::string>& changed) {
  Session& session = sessions_[zone];
  session.last_heard = clock_.Monotonic();
  if (!session.lapsed) return;
  session.lapsed = false;
  zones_[zone].connected = true;
  changed.push_back(zone);
}

void Fleet::Report(const AgentLink& link, const agent::v1::NodeReport& report) {
  std::vector<std::string> changed;
  {
    std::lock_guard lock(mu_);
    const std::string* zone = ZoneOf(link);
    if (zone == nullptr) return;
    zone_of_node_[report.uid()] = *zone;
    NodeObservation& seen = nodes_[report.uid()];
    seen = Observed(report, seen);
    Heard(*zone, changed);
  }
  listener_.node(report.uid());
  for (const std::string& zone : changed) listener_.zone(zone);
}

void Fleet::Heartbeat(const AgentLink& link) {
  std::vector<std::string> changed;
  {
    std::lock_guard lock(mu_);
    if (const std::string* zone = ZoneOf(link)) {
      Heard(*zone, changed);
      // The agent counts too: it would take a control plane that has nothing to say for one that is gone.
      agent::v1::ControlMessage answer;
      answer.mutable_heartbeat();
      Deliver(sessions_[*zone], answer);
    }
  }
  for (const std::string& zone : changed) listener_.zone(zone);
}

void Fleet::Suspended(const AgentLink& link) {
  std::lock_guard lock(mu_);
  if (const std::string* zone = ZoneOf(link)) suspended_.insert(*zone);
  answered_.notify_all();
}

void Fleet::Injected(const AgentLink& link, const agent::v1::Injected& injected) {
  std::lock_guard lock(mu_);
  if (ZoneOf(link) == nullptr) return;
  const auto waiting = injected_.find(injected.inject_id());
  if (waiting != injected_.end()) waiting->second = injected.pid();
  answered_.notify_all();
}

void Fleet::MarkAway(const std::string& zone) {
  zones_[zone].connected = false;
  // What its agent said last proves nothing any more: the engines will be asked themselves.
  for (const auto& [uid, node_zone] : zone_of_node_) {
    if (node_zone != zone) continue;
    nodes_[uid].direct = DirectVerdict::kUnknown;
    nodes_[uid].direct_misses = 0;
    nodes_[uid].direct_silent_micros = 0;
  }
}

void Fleet::Disconnect(const AgentLink& link) {
  std::string zone;
  {
    std::lock_guard lock(mu_);
    const std::string* found = ZoneOf(link);
    if (found == nullptr) return;
    zone = *found;
    sessions_.erase(zone);
    MarkAway(zone);
    answered_.notify_all();
  }
  spdlog::info("agent of {} is gone", zone);
  listener_.zone(zone);
}

void Fleet::CheckLeases() {
  std::vector<std::string> lapsed;
  {
    std::lock_guard lock(mu_);
    for (auto& [zone, session] : sessions_) {
      if (session.lapsed || clock_.Monotonic() - session.last_heard <= kLease) continue;
      session.lapsed = true;
      MarkAway(zone);
      lapsed.push_back(zone);
    }
  }
  for (const std::string& zone : lapsed) {
    spdlog::warn("agent of {} has not been heard of for its lease of {} ms", zone, kLease.count());
    listener_.zone(zone);
  }
}

bool Fleet::Lacks(const std::string& zone, NodeUid uid, int64_t incarnation, int64_t revision) const {
  std::lock_guard lock(mu_);
  const auto session = sessions_.find(zone);
  if (session == sessions_.end()) return false;
  const auto sent = session->second.sent.find(uid);
  return sent == session->second.sent.end() || sent->second != std::pair(incarnation, revision);
}

bool Fleet::Assign(const std::string& zone, const agent::v1::Assignment& assignment) {
  std::lock_guard lock(mu_);
  auto it = sessions_.find(zone);
  if (it == sessions_.end()) return false;
  const std::pair<int64_t, int64_t> version{assignment.incarnation(), assignment.revision()};
  auto& sent = it->second.sent[assignment.uid()];
  if (sent == version) return true;
  sent = version;
  agent::v1::ControlMessage message;
  *message.mutable_assign() = assignment;
  Deliver(it->second, message);
  return true;
}

bool Fleet::Send(const std::string& zone, const agent::v1::ControlMessage& message) {
  std::lock_guard lock(mu_);
  auto it = sessions_.find(zone);
  if (it == sessions_.end()) return false;
  Deliver(it->second, message);
  return true;
}

StatusOr<int64_t> Fleet::Inject(const std::string& zone, agent::v1::Inject harm) {
  constexpr int64_t kNoAnswer = -1;
  std::unique_lock lock(mu_);
  const auto session = sessions_.find(zone);
  if (session == sessions_.end()) {
    return absl::FailedPreconditionError(fmt::format("zone {} has no agent: elastilab status", zone));
  }
  const std::shared_ptr<AgentLink> link = session->second.link;
  const int64_t id = ++last_inject_;
  const auto answer = injected_.emplace(id, kNoAnswer).first;
  agent::v1::ControlMessage message;
  *message.mutable_inject() = std::move(harm);
  message.mutable_inject()->set_inject_id(id);
  Deliver(session->second, message);
  const auto gone = [&] { return ZoneOf(*link) == nullptr; };
  answered_.wait_for(lock, kAnswerPatience, [&] { return answer->second != kNoAnswer || gone(); });
  const int64_t pid = answer->second;
  injected_.erase(answer);
  if (message.inject().harm() == agent::v1::HARM_LOSE_ZONE && gone()) return zones_[zone].agent_pid;
  if (pid == kNoAnswer) return absl::UnavailableError(fmt::format("the agent of {} did not answer: elastilab status", zone));
  if (pid == 0) return absl::FailedPreconditionError("the node has no process now");
  return pid;
}

void Fleet::SetWithoutTrace(NodeUid uid, const std::string& zone, int64_t incarnation) {
  std::lock_guard lock(mu_);
  zone_of_node_[uid] = zone;
  NodeObservation& seen = nodes_[uid];
  seen = WithoutProcess(seen);
  seen.incarnation = incarnation;
}

void Fleet::SetDirect(NodeUid uid, int64_t incarnation, DirectVerdict verdict) {
  {
    std::lock_guard lock(mu_);
    NodeObservation& seen = nodes_[uid];
    const bool answered = verdict == DirectVerdict::kAnswers || seen.direct_incarnation != incarnation;
    if (answered) seen.direct_misses = 0;
    if (verdict != DirectVerdict::kAnswers && ++seen.direct_misses == 1) seen.direct_silent_micros = Micros(clock_.Monotonic());
    if (verdict == DirectVerdict::kAnswers) seen.direct_silent_micros = 0;
    seen.direct = verdict;
    seen.direct_incarnation = incarnation;
    seen.direct_micros = Micros(clock_.Monotonic());
  }
  listener_.node(uid);
}

std::optional<NodeObservation> Fleet::Observation(NodeUid uid) const {
  std::lock_guard lock(mu_);
  auto it = nodes_.find(uid);
  if (it == nodes_.end()) return std::nullopt;
  return it->second;
}

ZoneObservation Fleet::ZoneSeen(const std::string& zone) const {
  std::lock_guard lock(mu_);
  auto it = zones_.find(zone);
  return it == zones_.end() ? ZoneObservation{} : it->second;
}

std::map<std::string, ZoneObservation> Fleet::ZonesSeen() const {
  std::lock_guard lock(mu_);
  return zones_;
}

bool Fleet::HasEngine(const std::string& family) const {
  std::lock_guard lock(mu_);
  bool any_agent = false;
  for (const auto& [zone, seen] : zones_) {
    if (!seen.connected) continue;
    any_agent = true;
    const auto& engines = seen.engines;
    if (std::any_of(engines.begin(), engines.end(), [&](const auto& engine) { return engine.family == family; })) return true;
  }
  return !any_agent;
}

void Fleet::Forget(NodeUid uid) {
  std::lock_guard lock(mu_);
  nodes_.erase(uid);
  zone_of_node_.erase(uid);
  for (auto& [zone, session] : sessions_) session.sent.erase(uid);
}

void Fleet::SuspendAll() {
  std::lock_guard lock(mu_);
  suspended_.clear();
  suspending_ = true;
  agent::v1::ControlMessage message;
  message.mutable_suspend();
  for (auto& [zone, session] : sessions_) Deliver(session, message);
}

void Fleet::EndSuspension() {
  std::lock_guard lock(mu_);
  suspending_ = false;
}

std::set<std::string> Fleet::WaitSuspended(size_t zones, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mu_);
  answered_.wait_for(lock, timeout, [&] { return suspended_.size() >= zones; });
  return suspended_;
}

}  // namespace elastilab
