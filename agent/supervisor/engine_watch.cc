#include "agent/supervisor/engine_watch.h"

#include <algorithm>
#include <utility>

#include "common/fault_point.h"

namespace elastilab {

namespace {

constexpr RealTime kAtOnce{};

// The next instant of a beat that groups of eight nodes have in common: an agent of a few nodes wakes ten times a
// second in all, not ten times per node, and one of hundreds doesn't do everything at once.
RealTime NextBeat(RealTime now, std::chrono::milliseconds interval, int64_t uid) {
  const auto phase = std::chrono::milliseconds(uid / 8 % 10 * 10);
  const auto since = now.time_since_epoch() - phase;
  return now + (interval - since % interval);
}

}  // namespace

EngineWatch::EngineWatch(Host& host, std::unique_ptr<EngineControl> control, int64_t pid, InForce in_force, const SupervisorTiming& timing, Events events)
    : host_(host), control_(std::move(control)), pid_(pid), in_force_(std::move(in_force)), timing_(timing),
      events_(std::move(events)), alarm_(host.MakeAlarm()) {
  const Instant now = host_.Now();
  answered_ = ready_ = in_force_.was_ready;
  task_ = in_force_.task;
  last_answer_ = next_ping_ = next_query_ = next_apply_ = now;
  busy_until_ = now + timing_.busy_for;
  Arm();
}

void EngineWatch::Want(const NodeWish& wish) {
  wish_ = wish;
  uid_ = wish.uid();
  wanted_parameters_ = ParametersDigest(wish.launch);
  busy_until_ = host_.Now() + timing_.busy_for;
  next_apply_ = next_query_ = kAtOnce;
  Tick();
}

void EngineWatch::Probe(int64_t probe_id) {
  open_probes_.push_back(probe_id);
  next_query_ = kAtOnce;
  Tick();
}

void EngineWatch::Quiet() {
  quiet_ = true;
  alarm_->Cancel();
}

std::vector<int64_t> EngineWatch::TakeAnsweredProbes() { return std::exchange(answered_probes_, {}); }

// Starts whatever is due and not under way, then sleeps until the next thing is.
void EngineWatch::Tick() {
  if (quiet_) return;
  const Instant now = host_.Now();
  if (!applying_ && ready_ && Pending() && now >= next_apply_) Apply();
  if (quiet_) return;  // an event of Apply may have ended it
  if (!pinging_ && now >= next_ping_) Ping(now);
  if (!querying_ && (answered_ || !open_probes_.empty()) && now >= next_query_) Query(now);
  Arm();
}

void EngineWatch::Arm() {
  Instant wake = Instant::max();
  if (!pinging_) wake = std::min(wake, next_ping_);
  if (!querying_ && answered_) wake = std::min(wake, next_query_);
  if (!applying_ && ready_ && Pending()) wake = std::min(wake, next_apply_);
  if (wake == Instant::max()) return;  // an answer under way will call Tick
  alarm_->Set(wake, [this] { Tick(); });
}

void EngineWatch::Ping(Instant now) {
  pinging_ = true;
  next_ping_ = answered_ ? NextBeat(now, timing_.ping_interval, uid_) : now + timing_.busy_interval;
  const auto timeout = answered_ ? timing_.ping_timeout : timing_.start_deadline;
  control_->Ping(timeout, [this](const Status& status) { OnPing(status); });
}

void EngineWatch::OnPing(const Status& status) {
  pinging_ = false;
  if (quiet_) return;
  if (status.ok()) {
    if (!answered_) next_query_ = kAtOnce;
    answered_ = true;
    misses_ = 0;
    last_answer_ = host_.Now();
  } else if (answered_) {
    ++misses_;
  }
  Judge();
  Tick();
}

void EngineWatch::Judge() {
  if (!answered_) return;
  Verdict verdict = Verdict::kAnswers;
  if (misses_ >= kMissesToJudge) {
    const auto stat = host_.StatOf(pid_);
    verdict = JudgeSilence({.consecutive_misses = misses_, .process_state = stat ? stat->state : '?'});
    if (verdict == Verdict::kSuspicious) return;
  }
  if (std::exchange(verdict_, verdict) != verdict) events_.changed();
}

void EngineWatch::Query(Instant now) {
  querying_ = true;
  next_query_ = NextQuery(now);
  asked_probes_ = std::exchange(open_probes_, {});
  control_->Query(timing_.query_timeout, [this](const StatusOr<EngineStatus>& status) { OnQuery(status); });
}

void EngineWatch::OnQuery(const StatusOr<EngineStatus>& status) {
  querying_ = false;
  if (quiet_) return;
  // A question without an answer is asked again: what was known before answers nothing.
  std::vector<int64_t>& answered = status.ok() ? answered_probes_ : open_probes_;
  answered.insert(answered.end(), asked_probes_.begin(), asked_probes_.end());
  asked_probes_.clear();
  if (status.ok()) Learn(*status);
  if (quiet_) return;
  if (!answered_probes_.empty()) events_.changed();
  if (!open_probes_.empty()) next_query_ = std::min(next_query_, host_.Now() + timing_.busy_interval);
  if (std::exchange(query_again_, false)) next_query_ = kAtOnce;
  Tick();
}

void EngineWatch::Learn(const EngineStatus& status) {
  const Instant now = host_.Now();
  answered_ = true;
  misses_ = 0;
  last_answer_ = now;
  if (verdict_ != Verdict::kAnswers) Judge();
  const std::optional<EngineStatus> before = std::exchange(status_, status);
  status_micros_ = MonotonicMicros(now);
  next_query_ = std::min(next_query_, NextQuery(now));
  if (!ready_ && !status.loading) {
    ready_ = true;
    CompleteRevision();
    events_.ready();
    return;
  }
  // Numbers that move all the time are news once a second, all else at once.
  EngineStatus comparable = status;
  if (before && now - last_offset_news_ < timing_.query_interval) {
    comparable.replication_offset = before->replication_offset;
    comparable.keys = before->keys;
    comparable.loaded_bytes = before->loaded_bytes;
    comparable.total_bytes = before->total_bytes;
    comparable.loading_seconds_left = before->loading_seconds_left;
  }
  if (before == comparable) return;
  last_offset_news_ = now;
  events_.changed();
}

bool EngineWatch::LinkAwaited() const {
  if (!wish_ || !wish_->live.follow) return false;
  return !status_ || !status_->link_up || status_->follows != wish_->live.follow;
}

EngineWatch::Instant EngineWatch::NextQuery(Instant now) const {
  const bool waiting = !ready_ || Pending() || LinkAwaited();
  if (!waiting) return NextBeat(now, timing_.query_interval, uid_);
  return now + (now < busy_until_ ? timing_.busy_interval : timing_.ping_interval);
}

bool EngineWatch::Pending() const { return wish_ && in_force_.revision != wish_->revision; }

bool EngineWatch::TaskIsDue() const {
  const bool ended = task_.state == TaskProgress::kDone || task_.state == TaskProgress::kCalledOff;
  return wish_->task && (task_.id != wish_->task->id || !ended);
}

void EngineWatch::RunTask() {
  applying_ = true;
  const int64_t id = wish_->task->id;
  task_ = {id, TaskProgress::kRunning, ""};
  in_force_.live = {};  // whatever comes of it, it has to be looked at afresh
  control_->HandOver(wish_->task->hand_over_to, wish_->task->patience,
                     [this, id](const Status& status) { OnTaskEnded(id, status); });
}

void EngineWatch::OnTaskEnded(int64_t id, const Status& status) {
  applying_ = false;
  if (quiet_) return;
  if (!status.ok() && !absl::IsFailedPrecondition(status)) return ApplyFailed(status);
  task_ = {id, status.ok() ? TaskProgress::kDone : TaskProgress::kCalledOff, std::string(status.message())};
  events_.applied();
  next_apply_ = kAtOnce;
  Tick();
}

void EngineWatch::Apply() {
  if (TaskIsDue()) return RunTask();
  if (wish_->hands_off) in_force_.live = {};
  if (wish_->hands_off || in_force_.live == wish_->live) return SetParameters();
  if (Status fault = FaultPoint("agent.before_apply"); !fault.ok()) return ApplyFailed(fault);
  applying_ = true;
  control_->Apply(in_force_.live, wish_->live, timing_.apply_timeout,
                  [this, live = wish_->live](const Status& status) { OnApplied(live, status); });
}

void EngineWatch::OnApplied(const LiveSpec& live, const Status& status) {
  applying_ = false;
  if (quiet_) return;
  if (absl::IsUnimplemented(status)) return events_.needs_restart(std::string(status.message()));
  if (!status.ok()) return ApplyFailed(status);
  if (Status fault = FaultPoint("agent.after_apply"); !fault.ok()) return ApplyFailed(fault);
  in_force_.live = live;
  events_.applied();
  next_apply_ = kAtOnce;
  Tick();
}

void EngineWatch::SetParameters() {
  if (in_force_.parameters_digest == wanted_parameters_) {
    if (CompleteRevision()) ReportAfterQuery();
    return;
  }
  applying_ = true;
  control_->SetParameters(
      wish_->launch.parameters, timing_.apply_timeout,
      [this, digest = wanted_parameters_](const Status& status) { OnParametersSet(digest, status); });
}

void EngineWatch::OnParametersSet(const std::string& digest, const Status& status) {
  applying_ = false;
  if (quiet_) return;
  if (absl::IsFailedPrecondition(status)) return events_.needs_restart(std::string(status.message()));
  if (!status.ok()) return ApplyFailed(status);
  in_force_.parameters_digest = digest;
  events_.applied();
  next_apply_ = kAtOnce;
  Tick();
}

// Notes that all of the wish is in force, if it is.
bool EngineWatch::CompleteRevision() {
  if (!Pending() || TaskIsDue() || in_force_.parameters_digest != wanted_parameters_) return false;
  if (!wish_->hands_off && in_force_.live != wish_->live) return false;
  in_force_.revision = wish_->revision;
  problem_.clear();
  events_.applied();
  return true;
}

// The report on a new revision waits for a fresh look at the engine, which says what came of it.
void EngineWatch::ReportAfterQuery() {
  open_probes_.push_back(0);
  next_query_ = kAtOnce;
  query_again_ = querying_;
}

void EngineWatch::ApplyFailed(const Status& status) {
  next_apply_ = host_.Now() + timing_.apply_retry;
  const std::string problem(status.message());
  if (std::exchange(problem_, problem) != problem) events_.changed();
  Tick();
}

}  // namespace elastilab
