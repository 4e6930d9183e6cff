#include "agent/session/wire.h"

#include <fmt/format.h>

#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

NodeRole RoleFrom(agent::v1::NodeRole role) {
  switch (role) {
    case agent::v1::NODE_ROLE_PRIMARY: return NodeRole::kPrimary;
    case agent::v1::NODE_ROLE_REPLICA: return NodeRole::kReplica;
    default: return NodeRole::kNone;
  }
}

agent::v1::NodeRole RoleTo(NodeRole role) {
  switch (role) {
    case NodeRole::kPrimary: return agent::v1::NODE_ROLE_PRIMARY;
    case NodeRole::kReplica: return agent::v1::NODE_ROLE_REPLICA;
    case NodeRole::kNone: break;
  }
  return agent::v1::NODE_ROLE_UNSPECIFIED;
}

agent::v1::Phase PhaseTo(NodePhase phase) {
  switch (phase) {
    case NodePhase::kAbsent: return agent::v1::PHASE_ABSENT;
    case NodePhase::kStarting: return agent::v1::PHASE_STARTING;
    case NodePhase::kReady: return agent::v1::PHASE_READY;
    case NodePhase::kBusy: return agent::v1::PHASE_BUSY;
    case NodePhase::kFrozen: return agent::v1::PHASE_FROZEN;
    case NodePhase::kExited: return agent::v1::PHASE_EXITED;
    case NodePhase::kStopped: return agent::v1::PHASE_STOPPED;
    case NodePhase::kFailed: return agent::v1::PHASE_FAILED;
  }
  return agent::v1::PHASE_UNSPECIFIED;
}

agent::v1::TaskState TaskTo(TaskProgress state) {
  switch (state) {
    case TaskProgress::kRunning: return agent::v1::TASK_STATE_RUNNING;
    case TaskProgress::kDone: return agent::v1::TASK_STATE_DONE;
    case TaskProgress::kCalledOff: return agent::v1::TASK_STATE_CALLED_OFF;
    case TaskProgress::kNone: break;
  }
  return agent::v1::TASK_STATE_UNSPECIFIED;
}

LaunchSpec LaunchFrom(const agent::v1::Assignment& a, EngineFamily family) {
  LaunchSpec launch;
  launch.uid = a.uid();
  launch.incarnation = a.incarnation();
  launch.name = a.name();
  launch.family = family;
  launch.version = a.version();
  launch.address = a.address();
  launch.port = a.port();
  launch.shared_address = a.shared_address();
  launch.threads = a.threads() > 0 ? a.threads() : 1;
  launch.max_memory_bytes = a.max_memory_bytes();
  launch.parameters = {a.parameters().begin(), a.parameters().end()};
  launch.withheld_commands = {a.withheld_commands().begin(), a.withheld_commands().end()};
  launch.control_password = Secret(a.control_password());
  launch.replication_password = Secret(a.replication_password());
  return launch;
}

DiscoveryWish DiscoveryFrom(const agent::v1::Discovery& d) {
  DiscoveryWish wish;
  wish.listen = {d.listen().address(), d.listen().port()};
  wish.version = d.version();
  for (const auto& node : d.nodes()) wish.nodes.push_back({node.host(), node.address(), node.port()});
  return wish;
}

}  // namespace

StatusOr<NodeWish> WishFrom(const agent::v1::Assignment& a) {
  const auto family = ParseFamily(a.family());
  if (!family) return absl::InvalidArgumentError(fmt::format("unknown engine family '{}'", a.family()));
  if (a.uid() <= 0) return absl::InvalidArgumentError(fmt::format("uid {} is not positive", a.uid()));
  NodeWish wish;
  wish.launch = LaunchFrom(a, *family);
  wish.revision = a.revision();
  wish.live.role = RoleFrom(a.role());
  if (a.has_follow()) wish.live.follow = HostPort{a.follow().address(), a.follow().port()};
  wish.live.endpoints = {a.endpoints().begin(), a.endpoints().end()};
  wish.fenced = a.desired() == agent::v1::DESIRED_FENCED;
  wish.held = a.desired() == agent::v1::DESIRED_HELD;
  wish.keep_files = a.keep_files();
  wish.hands_off = a.hands_off();
  if (a.has_task()) {
    if (!a.task().has_hand_over()) return absl::InvalidArgumentError(fmt::format("task {} is of no known kind", a.task().id()));
    const auto& hand_over = a.task().hand_over();
    wish.task = TaskWish{a.task().id(), {hand_over.to().address(), hand_over.to().port()},
                         std::chrono::milliseconds(hand_over.patience_ms())};
  }
  wish.restart_in_place = a.restart() == agent::v1::RESTART_POLICY_IN_PLACE;
  if (a.has_discovery()) wish.discovery = DiscoveryFrom(a.discovery());
  return wish;
}

void FillReport(const NodeState& s, agent::v1::NodeReport& r) {
  r.set_uid(s.uid);
  r.set_incarnation(s.incarnation);
  r.set_applied_revision(s.applied_revision);
  r.set_phase(PhaseTo(s.phase));
  r.set_problem(s.problem);
  r.set_probe_id(s.probe_id);
  r.set_pid(s.process.pid);
  r.set_start_ticks(s.process.start_ticks);
  r.set_restarts(s.restarts);
  r.set_engine_version(s.engine_version);
  r.set_exit_text(s.exit_text);
  r.set_exit_micros(s.exit_micros);
  r.set_role(RoleTo(s.engine.role));
  r.set_replication_offset(s.engine.replication_offset);
  r.set_link_up(s.engine.link_up);
  if (s.engine.follows) {
    r.mutable_follows()->set_address(s.engine.follows->address);
    r.mutable_follows()->set_port(s.engine.follows->port);
  }
  for (const std::string& endpoint : s.endpoints) r.add_endpoints(endpoint);
  r.set_offset_micros(s.offset_micros);
  r.set_run_id(s.engine.run_id);
  r.set_history(s.engine.history);
  r.set_silent_micros(s.silent_micros);
  if (s.engine.loading) {
    r.mutable_loading()->set_loaded_bytes(s.engine.loaded_bytes);
    r.mutable_loading()->set_total_bytes(s.engine.total_bytes);
    r.mutable_loading()->set_seconds_left(s.engine.loading_seconds_left);
  }
  r.set_keys_known(s.engine.keys >= 0);
  r.set_keys(s.engine.keys);
  r.set_began_on_files(s.began_on_files);
  r.set_previous_keys_known(s.previous_keys >= 0);
  r.set_previous_keys(s.previous_keys);
  if (s.saved.bytes > 0) {
    r.mutable_saved()->set_bytes(s.saved.bytes);
    r.mutable_saved()->set_offset(s.saved.offset);
    r.mutable_saved()->set_history(s.saved.history);
  }
  if (s.task.state != TaskProgress::kNone) {
    r.mutable_task()->set_id(s.task.id);
    r.mutable_task()->set_state(TaskTo(s.task.state));
    r.mutable_task()->set_text(s.task.text);
  }
}

void FillEngine(const EngineBinary& binary, agent::v1::InstalledEngine& engine) {
  engine.set_family(FamilyName(binary.family));
  engine.set_version(binary.version);
  engine.set_path(binary.path);
}

}  // namespace elastilab
