#include "agent/session/zone_agent.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <utility>

#include "agent/session/wire.h"
#include "common/fault_point.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {

using agent::v1::AgentMessage;
using agent::v1::Assignment;
using agent::v1::ControlMessage;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kSettlePatience{200};  // adopted engines answer in one or two; a hung one must not delay Hello
constexpr milliseconds kGoodbyePatience{500};

std::optional<int> SignalOf(agent::v1::Harm harm) {
  switch (harm) {
    case agent::v1::HARM_KILL: return SIGKILL;
    case agent::v1::HARM_STOP: return SIGSTOP;
    case agent::v1::HARM_CONTINUE: return SIGCONT;
    default: return std::nullopt;
  }
}

NodeState BareState(int64_t uid, int64_t incarnation, NodePhase phase) {
  NodeState state;
  state.uid = uid;
  state.incarnation = incarnation;
  state.phase = phase;
  return state;
}

std::string TextOf(const Status& status) { return std::string(status.message()); }

StatusOr<NodeWish> JournaledWish(const Journal::Entry& entry) {
  RETURN_IF_ERROR(entry.assignment.status());
  Assignment assignment;
  if (!assignment.ParseFromString(*entry.assignment)) return absl::DataLossError("it is no assignment");
  return WishFrom(assignment);
}

}  // namespace

ZoneAgent::ZoneAgent(Host& host, Journal journal, ZoneAgentOptions options, Engines engines,
                     std::function<void()> finished)
    : host_(host), journal_(std::move(journal)), options_(std::move(options)), engines_(std::move(engines)),
      finished_(std::move(finished)),
      context_{.host = host_,
               .journal = journal_,
               .driver = engines_.driver,
               .choose_binary = engines_.choose,
               .discovery_program = options_.discovery_program,
               .report = [this](const NodeState& state) { Report(state); },
               .timing = options_.timing},
      settle_(host.MakeAlarm()), heartbeat_(host.MakeAlarm()),
      link_(options_.link({.opened = [this] { OnOpened(); },
                           .received = [this](const ControlMessage& message) { OnReceived(message); },
                           .lost = [this](const Status& status) { OnLost(status); }})) {}

ZoneAgent::~ZoneAgent() = default;

// --- start ---------------------------------------------------------------------------------------------------------

void ZoneAgent::Start() {
  Recover();
  PlanRecovered();
  ConnectWhenSettled(host_.Now() + kSettlePatience);
}

HostView ZoneAgent::LookAtHost() const {
  return {.boot_id = host_.BootId(),
          .stat = [this](int64_t pid) { return host_.StatOf(pid); },
          .listens = [this](int64_t pid, const std::string& address, int port) { return host_.Listens(pid, address, port); },
          .marked = host_.FindMarkedProcesses(journal_.paths().nodes_dir())};
}

void ZoneAgent::Recover() {
  const HostView view = LookAtHost();
  for (const Journal::Entry& entry : journal_.Load()) {
    const StatusOr<NodeWish> wish = JournaledWish(entry);
    if (!wish.ok()) {
      spdlog::error("node {}: its assignment is lost: {}", entry.uid, TextOf(wish.status()));
      unclaimed_.insert(entry.uid);
      continue;
    }
    if (SupervisorOf(*wish).Recover(view)) spdlog::info("{}: adopted", wish->launch.name);
  }
  for (const MarkedProcess& process : view.marked) {
    const auto uid = journal_.paths().NodeOfLog(process.log_file);
    if (uid && !supervisors_.contains(*uid)) unclaimed_.insert(*uid);
  }
}

// What the agent may do on its own before it hears from the control plane: everything but resume what was suspended,
// for the wish may have changed while the lab was down.
void ZoneAgent::PlanRecovered() {
  std::map<int64_t, NodeWish> wishes;
  for (const auto& [uid, supervisor] : supervisors_) wishes[uid] = supervisor->wish();
  const auto local = Local();
  for (const LocalAction& action : PlanZone(wishes, local, /*complete=*/false)) {
    if (action.kind == LocalActionKind::kKeep) continue;
    if (local.at(action.uid).process == LocalProcess::kStopped) continue;
    ExecuteOne(action.kind, wishes.at(action.uid));
  }
}

void ZoneAgent::ConnectWhenSettled(RealTime deadline) {
  const bool settled = std::all_of(supervisors_.begin(), supervisors_.end(),
                                   [](const auto& entry) { return entry.second->settled(); });
  if (settled || host_.Now() >= deadline) return link_->Connect();
  settle_->Set(options_.timing.busy_interval, [this, deadline] { ConnectWhenSettled(deadline); });
}

// --- the stream ----------------------------------------------------------------------------------------------------

void ZoneAgent::OnOpened() {
  AgentMessage message;
  auto& hello = *message.mutable_hello();
  hello.set_zone(options_.zone);
  hello.set_agent_version(options_.version);
  hello.set_boot_id(host_.BootId());
  hello.set_pid(host_.OwnPid());
  for (const EngineBinary& binary : engines_.installed) FillEngine(binary, *hello.add_engines());
  for (const auto& [uid, supervisor] : supervisors_) FillReport(supervisor->State(), *hello.add_nodes());
  const HostView view = unclaimed_.empty() ? HostView{} : LookAtHost();
  for (int64_t uid : unclaimed_) FillReport(Unclaimed(uid, view), *hello.add_nodes());
  link_->Send(message);
}

void ZoneAgent::OnReceived(const ControlMessage& message) {
  last_received_ = host_.Now();
  if (suspending_) return;
  switch (message.body_case()) {
    case ControlMessage::kWelcome: return OnWelcome(message.welcome());
    case ControlMessage::kAssign: return OnAssign(message.assign());
    case ControlMessage::kWithdraw: return OnWithdraw(message.withdraw());
    case ControlMessage::kProbe: return OnProbe(message.probe().uid(), message.probe().probe_id());
    case ControlMessage::kInject: return OnInject(message.inject());
    case ControlMessage::kSuspend: return OnSuspend();
    case ControlMessage::kHeartbeat:
    case ControlMessage::BODY_NOT_SET: return;
  }
}

void ZoneAgent::OnLost(const Status& status) {
  heartbeat_->Cancel();
  const std::string text = TextOf(status);
  if (std::exchange(last_loss_, text) != text) spdlog::warn("no control plane at {}: {}", options_.control_plane, text);
}

void ZoneAgent::OnWelcome(const agent::v1::Welcome& welcome) {
  spdlog::info("connected to {}: {} nodes assigned", options_.control_plane, welcome.assignments_size());
  last_loss_.clear();
  if (welcome.lease_ms() > 0) lease_ = milliseconds(welcome.lease_ms());
  HeartbeatEvery(lease_ / 3);

  std::map<int64_t, NodeWish> wishes;
  std::map<int64_t, std::string> bytes;
  std::set<int64_t> spoken_of;
  for (const Assignment& assignment : welcome.assignments()) {
    spoken_of.insert(assignment.uid());
    auto wish = Understand(assignment);
    if (!wish) continue;
    bytes[wish->uid()] = assignment.SerializeAsString();
    Claim(*wish, bytes[wish->uid()]);
    wishes[wish->uid()] = *std::move(wish);
  }
  auto local = Local();
  for (int64_t uid : spoken_of) {
    if (!wishes.contains(uid)) local.erase(uid);  // wished for in words that we don't know: leave it alone
  }
  Execute(PlanZone(wishes, local, /*complete=*/true), wishes, bytes);
  Sweep(spoken_of);
}

void ZoneAgent::OnAssign(const Assignment& assignment) {
  auto wish = Understand(assignment);
  if (!wish) return;
  const int64_t uid = wish->uid();
  Claim(*wish, assignment.SerializeAsString());
  const std::map<int64_t, NodeWish> wishes = {{uid, *std::move(wish)}};
  Execute(PlanZone(wishes, Local(), /*complete=*/false), wishes, {{uid, assignment.SerializeAsString()}});
}

void ZoneAgent::OnWithdraw(const agent::v1::Withdraw& withdraw) {
  const auto node = supervisors_.find(withdraw.uid());
  if (node == supervisors_.end()) {
    return Report(BareState(withdraw.uid(), withdraw.incarnation(), NodePhase::kAbsent));
  }
  if (node->second->wish().incarnation() <= withdraw.incarnation()) Withdraw(withdraw.uid());
}

void ZoneAgent::OnProbe(int64_t uid, int64_t probe_id) {
  const auto node = supervisors_.find(uid);
  if (node != supervisors_.end()) return node->second->Probe(probe_id);
  NodeState nothing = BareState(uid, 0, NodePhase::kAbsent);
  nothing.probe_id = probe_id;
  Report(nothing);
}

void ZoneAgent::OnInject(const agent::v1::Inject& inject) {
  if (inject.harm() == agent::v1::HARM_LOSE_ZONE) return LoseZone();
  agent::v1::AgentMessage done;
  done.mutable_injected()->set_inject_id(inject.inject_id());
  const auto node = supervisors_.find(inject.uid());
  if (const auto signal = SignalOf(inject.harm()); signal && node != supervisors_.end()) {
    done.mutable_injected()->set_pid(node->second->Signal(*signal));
  }
  link_->Send(done);
}

void ZoneAgent::LoseZone() {
  for (auto& [uid, supervisor] : supervisors_) supervisor->KillAll();
  host_.KillSelf();
}

// --- wishes --------------------------------------------------------------------------------------------------------

std::optional<NodeWish> ZoneAgent::Understand(const Assignment& assignment) {
  auto wish = WishFrom(assignment);
  if (wish.ok()) return *std::move(wish);
  NodeState refused = BareState(assignment.uid(), assignment.incarnation(), NodePhase::kFailed);
  refused.problem = TextOf(wish.status());
  Report(refused);
  return std::nullopt;
}

void ZoneAgent::Execute(const std::vector<LocalAction>& plan, const std::map<int64_t, NodeWish>& wishes,
                        const std::map<int64_t, std::string>& bytes) {
  for (const LocalAction& action : plan) {
    if (action.kind == LocalActionKind::kWithdraw) {
      Withdraw(action.uid);
      continue;
    }
    const NodeWish& wish = wishes.at(action.uid);
    if (Status status = journal_.WriteAssignment(action.uid, bytes.at(action.uid)); !status.ok()) {
      spdlog::error("{}: {}", wish.launch.name, TextOf(status));
    }
    ExecuteOne(action.kind, wish);
  }
}

void ZoneAgent::ExecuteOne(LocalActionKind kind, const NodeWish& wish) {
  NodeSupervisor& supervisor = SupervisorOf(wish);
  switch (kind) {
    case LocalActionKind::kStart: return supervisor.Start(wish);
    case LocalActionKind::kReplace: return supervisor.Replace(wish);
    case LocalActionKind::kApply: return supervisor.Apply(wish);
    case LocalActionKind::kRestart: return supervisor.Restart(wish);
    case LocalActionKind::kFence: return supervisor.Fence(wish);
    case LocalActionKind::kKeep: return supervisor.Keep(wish);
    case LocalActionKind::kWithdraw: return Withdraw(wish.uid());
  }
}

NodeSupervisor& ZoneAgent::SupervisorOf(const NodeWish& wish) {
  auto& supervisor = supervisors_[wish.uid()];
  if (supervisor == nullptr) supervisor = std::make_unique<NodeSupervisor>(context_, wish);
  return *supervisor;
}

// --- what the journal did not tell -----------------------------------------------------------------------------------

void ZoneAgent::Claim(const NodeWish& wish, const std::string& bytes) {
  if (unclaimed_.erase(wish.uid()) == 0) return;
  if (Status status = journal_.WriteAssignment(wish.uid(), bytes); !status.ok()) {
    spdlog::error("{}: {}", wish.launch.name, TextOf(status));
  }
  const bool adopted = SupervisorOf(wish).Recover(LookAtHost());
  spdlog::info("{}: its assignment is known again{}", wish.launch.name, adopted ? ", its process was adopted" : "");
}

NodeState ZoneAgent::Unclaimed(int64_t uid, const HostView& view) const {
  const NodeFiles files = journal_.Node(uid);
  const auto record = ReadRecord(host_.files(), files.engine.record);
  const Recovered found = JudgeRecord(record, {.log_file = files.engine.log_file}, view);
  NodeState state = BareState(uid, record.ok() ? record->incarnation : 0, NodePhase::kStarting);
  state.process = found.process;
  state.problem = "its assignment was lost or damaged, and is awaited from the control plane";
  if (found.fate == Fate::kStopped) state.phase = NodePhase::kStopped;
  if (found.recorded && (found.fate == Fate::kExited || found.fate == Fate::kVanished)) state.phase = NodePhase::kExited;
  if (record.ok()) state.exit_text = record->exit_text;
  return state;
}

void ZoneAgent::Sweep(const std::set<int64_t>& spoken_of) {
  std::set<ProcessIdentity> claimed;
  for (const auto& [uid, supervisor] : supervisors_) {
    for (const ProcessIdentity& process : supervisor->Processes()) claimed.insert(process);
  }
  std::vector<ProcessIdentity> unwished;
  for (const MarkedProcess& orphan : FindOrphans(host_.FindMarkedProcesses(journal_.paths().nodes_dir()), claimed)) {
    const auto uid = journal_.paths().NodeOfLog(orphan.log_file);
    const auto supervisor = supervisors_.find(uid.value_or(0));
    const bool known_engine = supervisor != supervisors_.end() && !supervisor->second->Processes().empty();
    if (uid && spoken_of.contains(*uid) && !known_engine) {
      spdlog::error("pid {} writes to {} and is not known: left alone; to end it: kill {}", orphan.identity.pid,
                    orphan.log_file, orphan.identity.pid);
      continue;
    }
    spdlog::warn("ending pid {}, which writes to {}: nobody wishes for it", orphan.identity.pid, orphan.log_file);
    unwished.push_back(orphan.identity);
  }
  host_.KillAndWait(unwished);
  for (auto uid = unclaimed_.begin(); uid != unclaimed_.end();) {
    if (spoken_of.contains(*uid)) {
      ++uid;
      continue;
    }
    if (Status status = journal_.RemoveNode(*uid); !status.ok()) spdlog::error("node {}: {}", *uid, TextOf(status));
    uid = unclaimed_.erase(uid);
  }
}

std::map<int64_t, LocalNode> ZoneAgent::Local() const {
  std::map<int64_t, LocalNode> local;
  for (const auto& [uid, supervisor] : supervisors_) local[uid] = supervisor->Local();
  return local;
}

void ZoneAgent::Withdraw(int64_t uid) {
  NodeSupervisor* supervisor = supervisors_.at(uid).get();
  supervisor->Withdraw([this, uid, supervisor] {
    // Not now: it is the supervisor that is calling.
    host_.Post([this, uid, supervisor] {
      const auto node = supervisors_.find(uid);
      if (node != supervisors_.end() && node->second.get() == supervisor && supervisor->withdrawn()) {
        supervisors_.erase(node);
      }
    });
  });
}

// --- going to sleep ------------------------------------------------------------------------------------------------

void ZoneAgent::OnSuspend() {
  spdlog::info("suspending {} nodes", supervisors_.size());
  suspending_ = true;
  to_suspend_ = supervisors_.size() + 1;
  for (auto& [uid, supervisor] : supervisors_) supervisor->Suspend([this] { SuspendedOne(); });
  SuspendedOne();
}

void ZoneAgent::SuspendedOne() {
  if (--to_suspend_ > 0) return;
  AgentMessage message;
  message.mutable_suspended();
  link_->Send(message);
  link_->Close(kGoodbyePatience, finished_);
}

// --- reports -------------------------------------------------------------------------------------------------------

void ZoneAgent::Report(const NodeState& state) {
  if (!FaultPoint("agent.before_report").ok()) return;
  AgentMessage message;
  FillReport(state, *message.mutable_report());
  link_->Send(message);
}

void ZoneAgent::HeartbeatEvery(milliseconds interval) {
  heartbeat_->Set(interval, [this, interval] {
    if (host_.Now() - last_received_ > 3 * lease_) {
      spdlog::warn("the control plane has been quiet for {} ms: connecting again", 3 * lease_.count());
      return link_->Reset();
    }
    AgentMessage message;
    message.mutable_heartbeat();
    link_->Send(message);
    HeartbeatEvery(interval);
  });
}

}  // namespace elastilab
