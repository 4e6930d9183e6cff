#include "agent/supervisor/node_supervisor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <utility>

#include "agent/supervisor/restart_policy.h"

namespace elastilab {

using std::chrono::milliseconds;

namespace {

// Of a process that was asked to stop. An adopted one's exit code is unknown: the benefit of the doubt.
bool EndedInOrder(const std::string& exit_text) {
  return !exit_text.starts_with("killed by") || exit_text == "killed by SIGTERM";
}

}  // namespace

NodeSupervisor::NodeSupervisor(const SupervisorContext& context, NodeWish wish)
    : context_(context), wish_(std::move(wish)), files_(context.journal.Node(wish_.uid())),
      process_(context.host, files_.engine, ProcessRecord{}, [this] { OnExit(); }),
      start_alarm_(context.host.MakeAlarm()), stop_alarm_(context.host.MakeAlarm()) {}

// --- the verbs -----------------------------------------------------------------------------------------------------

void NodeSupervisor::Accept(Goal goal, NodeWish wish) {
  goal_ = goal;
  wish_ = std::move(wish);
  finished_ = nullptr;
}

void NodeSupervisor::Start(NodeWish wish) {
  in_place_ = !never_started_ && process_.record().state == RecordState::kExited;
  Accept(Goal::kRun, std::move(wish));
  attempts_ = 0;
  Step();
}

void NodeSupervisor::Replace(NodeWish wish) {
  never_started_ = true;
  Accept(Goal::kRun, std::move(wish));
  attempts_ = 0;
  failure_.clear();
  start_alarm_->Cancel();
  Step();
}

void NodeSupervisor::Apply(NodeWish wish) {
  Accept(Goal::kRun, std::move(wish));
  if (watch_) watch_->Want(wish_);
  Step();
}

void NodeSupervisor::Restart(NodeWish wish) {
  Accept(Goal::kRun, std::move(wish));
  restart_wanted_ = process_.alive();
  attempts_ = 0;
  if (!process_.alive()) start_alarm_->Cancel();
  Step();
}

void NodeSupervisor::Fence(NodeWish wish) {
  Accept(Goal::kFence, std::move(wish));
  Step();
}

void NodeSupervisor::Keep(NodeWish wish) {
  wish_ = std::move(wish);
  UpdateDiscovery();
  Report();
}

void NodeSupervisor::Withdraw(std::function<void()> done) {
  goal_ = Goal::kWithdraw;
  finished_ = std::move(done);
  Step();
}

void NodeSupervisor::Suspend(std::function<void()> done) {
  if (goal_ == Goal::kRun || (goal_ == Goal::kRest && process_.alive())) goal_ = Goal::kSuspend;
  finished_ = std::move(done);
  Step();
}

void NodeSupervisor::Probe(int64_t probe_id) {
  if (watch_ && !stopping_) {
    watch_->Probe(probe_id);
  } else {
    Report(probe_id);
  }
}

void NodeSupervisor::KillAll() {
  process_.Signal(SIGKILL);
  if (discovery_) discovery_->End();
}

int64_t NodeSupervisor::Signal(int signal) {
  if (!process_.alive()) return 0;
  process_.Signal(signal);
  return process_.record().process.pid;
}

// --- what is missing? ----------------------------------------------------------------------------------------------

void NodeSupervisor::Step() {
  if (!process_.alive()) return StepDead();
  if (goal_ == Goal::kFence || goal_ == Goal::kWithdraw || ForOlderIncarnation()) return Kill();
  if (goal_ == Goal::kSuspend || restart_wanted_) return StopOrderly();
  UpdateDiscovery();
}

void NodeSupervisor::StepDead() {
  switch (goal_) {
    case Goal::kRest:
      break;
    case Goal::kRun:
      UpdateDiscovery();
      return StartNow();
    case Goal::kFence:
      goal_ = Goal::kRest;
      process_.record().fenced = true;
      process_.record().incarnation = wish_.incarnation();
      process_.record().state = RecordState::kExited;
      never_started_ = false;
      start_alarm_->Cancel();
      failure_.clear();
      Report();
      process_.Save();
      UpdateDiscovery();
      break;
    case Goal::kWithdraw:
    case Goal::kSuspend:
      start_alarm_->Cancel();
      break;
  }
  if (finished_) Finish();
}

// --- starting ------------------------------------------------------------------------------------------------------

void NodeSupervisor::StartAfterBackOff(milliseconds healthy_for) {
  const RestartDecision decision = DecideRestart(attempts_, healthy_for);
  attempts_ = decision.attempts;
  start_alarm_->Set(decision.delay, [this] { StartNow(); });
}

void NodeSupervisor::StartNow() {
  if (goal_ != Goal::kRun || process_.alive()) return;
  if (Status status = TryStart(); !status.ok()) {
    StartFailed(std::string(status.message()));
  } else {
    Report();
  }
}

Status NodeSupervisor::TryStart() {
  EngineDriver* driver = context_.driver(wish_.launch.family);
  if (driver == nullptr) {
    return absl::UnimplementedError(fmt::format("this agent cannot run {}", FamilyName(wish_.launch.family)));
  }
  ProcessRecord& record = process_.record();
  if (ForOlderIncarnation()) {
    if (!wish_.keep_files) RETURN_IF_ERROR(context_.journal.WipeNode(wish_.uid()));
    record = ProcessRecord{};
    record.incarnation = wish_.incarnation();
    last_status_ = {};
  }
  ASSIGN_OR_RETURN(Command command, MakeCommand(*driver));
  record.launch_digest = LaunchDigest(wish_.launch);
  record.parameters_digest = ParametersDigest(wish_.launch);
  record.applied_revision = 0;
  previous_keys_ = in_place_ ? last_status_.keys : -1;
  if (in_place_) ++record.restarts;
  in_place_ = false;
  record.last_offset = record.last_offset_micros = 0;  // those of the process before say nothing of this one
  record.last_keys = -1;
  record.began_on_files = driver->Saved(wish_.launch, Paths()).bytes > 0;
  RETURN_IF_ERROR(process_.Start(std::move(command)));
  stop_problem_.clear();
  saved_ = {};
  never_started_ = restart_wanted_ = stopping_ = killed_ = false;
  WatchEngine(*driver, {.live = driver->StateAfterLaunch(wish_.launch, wish_.live),
                        .parameters_digest = record.parameters_digest});
  start_alarm_->Set(context_.timing.start_deadline, [this] { OnStartDeadline(); });
  spdlog::info("{}: started {} {} as pid {}", wish_.launch.name, FamilyName(wish_.launch.family),
               record.engine_version, record.process.pid);
  return absl::OkStatus();
}

StatusOr<Command> NodeSupervisor::MakeCommand(EngineDriver& driver) {
  ASSIGN_OR_RETURN(const EngineBinary binary, context_.choose_binary(wish_.launch.family, wish_.launch.version));
  process_.record().engine_version = binary.version;
  return driver.Launch(wish_.launch, wish_.live, binary, Paths());
}

void NodeSupervisor::WatchEngine(EngineDriver& driver, EngineWatch::InForce in_force) {
  watch_ = std::make_unique<EngineWatch>(
      context_.host, driver.Control(wish_.launch, Paths()), process_.record().process.pid, std::move(in_force),
      context_.timing,
      EngineWatch::Events{.ready = [this] { OnReady(); },
                          .changed = [this] { OnChanged(); },
                          .applied = [this] { OnApplied(); },
                          .needs_restart = [this](const std::string& why) { OnNeedsRestart(why); }});
  watch_->Want(wish_);
}

void NodeSupervisor::StartFailed(const std::string& why) {
  const std::string text = WithoutSecrets(why);
  if (failure_ != text) spdlog::error("{}: {}", wish_.launch.name, text);
  failure_ = text;
  StartAfterBackOff(milliseconds(0));
  Report();
}

void NodeSupervisor::OnStartDeadline() {
  if (watch_ == nullptr || watch_->answered()) return;
  if (process_.record().began_on_files) {  // it reads what it held
    spdlog::warn("{}: pid {} has not answered yet and may be loading", wish_.launch.name, process_.record().process.pid);
    return start_alarm_->Set(context_.timing.start_deadline, [this] { OnStartDeadline(); });
  }
  failure_ = fmt::format("did not answer within {} s", context_.timing.start_deadline.count() / 1000);
  Kill();
}

// --- news from the engine ------------------------------------------------------------------------------------------

void NodeSupervisor::OnReady() {
  ready_since_ = context_.host.Now();
  failure_.clear();
  start_alarm_->Cancel();
  process_.record().was_ready = true;
  process_.record().run_id = watch_->status().run_id;
  if (process_.record().engine_version.empty()) process_.record().engine_version = watch_->status().version;
  unrecorded_.clear();
  Report();
  // Saved last: should the agent die before, the next one cleans up again.
  // While it is being stopped its dump is of use.
  if (!stopping_) context_.driver(wish_.launch.family)->AfterReady(wish_.launch, Paths());
  process_.Save();
}

// An adopted process that calls itself by another name than the record says.
bool NodeSupervisor::ImpostorAnswers() const {
  const std::string& expected = process_.record().run_id;
  return watch_->has_status() && !expected.empty() && watch_->status().run_id != expected;
}

void NodeSupervisor::OnChanged() {
  if (ImpostorAnswers()) {
    spdlog::error("{}: pid {} is not the engine that the journal knows", wish_.launch.name,
                  process_.record().process.pid);
    return Kill();
  }
  if (watch_->has_status()) {
    last_status_ = watch_->status();
    last_status_micros_ = watch_->status_micros();
  }
  const std::vector<int64_t> probes = watch_->TakeAnsweredProbes();
  for (int64_t probe_id : probes) Report(probe_id);
  if (probes.empty()) Report();
}

void NodeSupervisor::OnApplied() {
  ProcessRecord& record = process_.record();
  const TaskOutcome& task = watch_->task();
  const bool task_ended = task.id != record.task_id && (task.state == TaskProgress::kDone || task.state == TaskProgress::kCalledOff);
  if (record.applied_revision == watch_->in_force().revision && !task_ended) return;
  record.applied_revision = watch_->in_force().revision;
  if (task_ended) {
    record.task_id = task.id;
    record.task_done = task.state == TaskProgress::kDone;
    record.task_text = task.text;
  }
  process_.Save();
}

void NodeSupervisor::OnNeedsRestart(const std::string& why) {
  spdlog::info("{}: restarting: {}", wish_.launch.name, why);
  restart_wanted_ = true;
  Step();
}

// --- ending --------------------------------------------------------------------------------------------------------

void NodeSupervisor::StopOrderly() {
  if (std::exchange(stopping_, true)) return;
  start_alarm_->Cancel();
  process_.Signal(SIGCONT);  // one that a signal has stopped can't save
  if (watch_ == nullptr) return Terminate();
  process_.record().stop_ordered = true;  // should this agent not see the end of it, the next one knows what it was
  process_.Save();
  AskToStop();
}

void NodeSupervisor::AskToStop() {
  watch_->control().Shutdown(true, context_.timing.stop_patience, [this](const Status& status) { OnStopAnswered(status); });
}

// Accepted: the exit will be seen, however long saving takes. Else it is asked again as long as that is wished for.
void NodeSupervisor::OnStopAnswered(const Status& status) {
  if (status.ok() || !process_.alive() || !stopping_) return;
  if (absl::IsUnimplemented(status) || wish_.launch.family == EngineFamily::kMemcached) return Terminate();
  const std::string problem = fmt::format("cannot be stopped in good order yet: {}", std::string(status.message()));
  if (std::exchange(stop_problem_, problem) != problem) {
    spdlog::warn("{}: {}", wish_.launch.name, WithoutSecrets(problem));
    Report();
  }
  // It said why not, and goes on: what dump there is will soon be old.
  if (absl::IsInternal(status) && watch_->ready()) context_.driver(wish_.launch.family)->AfterReady(wish_.launch, Paths());
  const bool wished = goal_ == Goal::kSuspend || (goal_ == Goal::kRun && restart_wanted_);
  if (!wished) {
    stopping_ = false;
    return Step();
  }
  stop_alarm_->Set(context_.timing.stop_retry, [this] { AskToStop(); });
}

void NodeSupervisor::Terminate() {
  process_.Signal(SIGTERM);
  process_.Signal(SIGCONT);  // a stopped process can't terminate
  stop_alarm_->Set(context_.timing.term_patience, [this] { Kill(); });
}

void NodeSupervisor::Kill() {
  process_.Signal(SIGKILL);
  killed_ = true;
  if (watch_) watch_->Quiet();
}

void NodeSupervisor::OnExit() {
  const bool had_been_ready = process_.record().was_ready;
  const auto healthy_for =
      had_been_ready ? std::chrono::duration_cast<milliseconds>(context_.host.Now() - ready_since_) : milliseconds(0);
  if (watch_ && watch_->has_status()) {
    last_status_ = watch_->status();
    last_status_micros_ = watch_->status_micros();
  }
  process_.record().last_offset = last_status_.replication_offset;
  process_.record().last_offset_micros = last_status_micros_;
  process_.record().last_keys = last_status_.keys;
  watch_.reset();
  unrecorded_.clear();
  stop_alarm_->Cancel();
  start_alarm_->Cancel();
  if (stopping_ && !killed_ && EndedInOrder(process_.record().exit_text)) {
    process_.record().state = RecordState::kStopped;
  }
  stop_problem_.clear();
  LookAtFiles();

  const bool restart = std::exchange(restart_wanted_, false);
  stopping_ = false;
  if (goal_ == Goal::kRun && !restart && !ForOlderIncarnation()) {
    AfterUnexpectedExit(had_been_ready, healthy_for);
    return process_.Save();
  }
  if (goal_ != Goal::kFence) process_.Save();  // a fence is reported first, and saved by StepDead
  Step();
}

void NodeSupervisor::AfterUnexpectedExit(bool had_been_ready, milliseconds healthy_for) {
  if (!had_been_ready) {
    const std::string tail = process_.LogTail();
    const std::string how = failure_.starts_with("did not answer") ? failure_ : process_.record().exit_text;
    return StartFailed(tail.empty() ? how : fmt::format("{}; its log ends: {}", how, tail));
  }
  if (!wish_.restart_in_place) goal_ = Goal::kRest;
  Report();
  spdlog::warn("{}: pid {} {}", wish_.launch.name, process_.record().process.pid, process_.record().exit_text);
  if (!wish_.restart_in_place) return;
  in_place_ = true;
  StartAfterBackOff(healthy_for);
}

// The process is dead and was meant to be: what is left for Withdraw and Suspend.
void NodeSupervisor::Finish() {
  if (discovery_ && discovery_->alive()) return discovery_->End();
  if (goal_ == Goal::kWithdraw) {
    Status removed = context_.journal.RemoveNode(wish_.uid());
    if (!removed.ok()) spdlog::error("{}: {}", wish_.launch.name, std::string(removed.message()));
  }
  Report();
  if (auto finished = std::exchange(finished_, nullptr)) finished();
}

// --- the rest ------------------------------------------------------------------------------------------------------

void NodeSupervisor::UpdateDiscovery() {
  if (finished_) return;  // withdrawn or suspended
  if (!wish_.discovery) {
    if (discovery_) discovery_->End();
    return;
  }
  MakeDiscovery();
  discovery_->Want(*wish_.discovery);
}

void NodeSupervisor::MakeDiscovery() {
  if (discovery_) return;
  discovery_.emplace(context_.host, context_.discovery_program, files_, [this] {
    if (finished_) Step();
  });
}

std::vector<ProcessIdentity> NodeSupervisor::Processes() const {
  std::vector<ProcessIdentity> processes;
  if (process_.alive()) processes.push_back(process_.record().process);
  if (discovery_ && discovery_->alive()) processes.push_back(discovery_->identity());
  return processes;
}

LocalNode NodeSupervisor::Local() const {
  LocalNode local;
  local.uid = wish_.uid();
  local.incarnation = wish_.incarnation();
  local.revision = wish_.revision;
  local.fenced = goal_ == Goal::kFence || (process_.record().fenced && !ForOlderIncarnation());
  local.launch_digest = process_.alive() ? process_.record().launch_digest : LaunchDigest(wish_.launch);
  if (process_.alive() || goal_ == Goal::kRun) {
    local.process = LocalProcess::kRunning;
  } else if (never_started_) {
    local.process = LocalProcess::kNone;
  } else {
    const bool stopped = process_.record().state == RecordState::kStopped;
    local.process = stopped ? LocalProcess::kStopped : LocalProcess::kExited;
  }
  return local;
}

NodePhase NodeSupervisor::CurrentPhase() const {
  if (process_.alive() && watch_ != nullptr && !ForOlderIncarnation()) {
    if (watch_->verdict() == Verdict::kFrozen) return NodePhase::kFrozen;
    if (watch_->verdict() == Verdict::kBusy) return NodePhase::kBusy;
    if (watch_->ready()) return NodePhase::kReady;
  }
  if (goal_ == Goal::kWithdraw && !process_.alive()) return NodePhase::kAbsent;
  if (!failure_.empty()) return NodePhase::kFailed;
  if (process_.alive() || never_started_) return NodePhase::kStarting;
  return process_.record().state == RecordState::kStopped ? NodePhase::kStopped : NodePhase::kExited;
}

NodeState NodeSupervisor::State() const {
  const ProcessRecord& record = process_.record();
  NodeState state;
  state.uid = wish_.uid();
  state.incarnation = wish_.incarnation();
  state.phase = CurrentPhase();
  state.problem = failure_.empty() ? stop_problem_ : failure_;
  if (ForOlderIncarnation()) return state;  // what is there belongs to the past
  state.process = record.process;
  state.restarts = record.restarts;
  state.engine_version = record.engine_version;
  state.exit_text = record.exit_text;
  state.exit_micros = record.exit_micros;
  state.engine = last_status_;
  state.offset_micros = last_status_micros_;
  state.began_on_files = record.began_on_files;
  state.previous_keys = previous_keys_;
  state.task = watch_ == nullptr ? RecordedTask() : watch_->task();
  if (state.problem.empty()) state.problem = unrecorded_;
  if (watch_ == nullptr) {
    state.engine.link_up = state.engine.loading = false;
    state.saved = saved_;
    return state;
  }
  if (watch_->verdict() != Verdict::kAnswers) state.silent_micros = watch_->last_answer_micros();
  if (watch_->has_status()) state.engine = watch_->status();
  state.offset_micros = watch_->status_micros();
  state.applied_revision = watch_->in_force().revision;
  state.endpoints = watch_->in_force().live.endpoints;
  if (state.problem.empty()) state.problem = WithoutSecrets(watch_->problem());
  return state;
}

void NodeSupervisor::Report(int64_t probe_id) {
  NodeState state = State();
  state.probe_id = probe_id;
  context_.report(state);
}

std::string NodeSupervisor::WithoutSecrets(std::string text) const {
  for (const Secret* secret : {&wish_.launch.control_password, &wish_.launch.replication_password}) {
    if (secret->empty()) continue;
    for (size_t at; (at = text.find(secret->Reveal())) != std::string::npos;) {
      text.replace(at, secret->Reveal().size(), "***");
    }
  }
  return text;
}

}  // namespace elastilab
