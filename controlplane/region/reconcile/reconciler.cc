#include "controlplane/region/reconcile/reconciler.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "common/contain.h"

namespace elastilab {
namespace {

constexpr int64_t kRetryMicros = 50'000;
constexpr int64_t kMaxRetryMicros = 5'000'000;
constexpr auto kHousekeeping = std::chrono::seconds(1);

bool IsEmpty(const World& world, const Plan& plan) {
  return plan.records == world.records && plan.events.empty() && plan.probes.empty() && plan.ask_directly.empty() &&
         plan.fence_directly.empty() && plan.withdraw.empty();
}

}  // namespace

Reconciler::Reconciler(Store& store, Fleet& fleet, const Clock& clock, Executor& executor)
    : store_(store), fleet_(fleet), clock_(clock), executor_(executor) {}

Reconciler::~Reconciler() { Stop(); }

void Reconciler::Start() {
  WakeAll();
  thread_ = std::thread([this] { Run(); });
}

void Reconciler::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Reconciler::WakeAt(const ReconcileKey& key, int64_t due_micros) {
  {
    std::lock_guard lock(mu_);
    if (!due_.Add(key, due_micros)) return;
  }
  wake_.notify_one();
}

void Reconciler::Wake(const ReconcileKey& key) { WakeAt(key, Micros(clock_.Monotonic())); }

void Reconciler::WakeNode(NodeUid uid) {
  const auto key = store_.Read([&](const State& state) { return KeyOfNode(state, uid); });
  if (key) Wake(*key);
}

void Reconciler::WakeZone(const std::string& zone) {
  const auto keys = store_.Read([&](const State& state) {
    std::vector<ReconcileKey> found;
    for (const auto& [uid, node] : state.nodes) {
      if (node->zone != zone) continue;
      if (auto key = KeyOfNode(state, uid)) found.push_back(*key);
    }
    return found;
  });
  for (const ReconcileKey& key : keys) Wake(key);
}

void Reconciler::WakeAll() {
  for (const ReconcileKey& key : store_.Read([](const State& state) { return AllKeys(state); })) Wake(key);
}

void Reconciler::OnChange(const Change& change) {
  for (const std::string& id : change.groups) Wake({true, id});
  if (!change.clusters.empty()) {
    std::vector<ReconcileKey> keys;
    store_.Read([&](const State& state) {
      for (const std::string& id : change.clusters) {
        if (auto key = KeyOfCluster(state, id)) keys.push_back(*key);
      }
    });
    for (const ReconcileKey& key : keys) Wake(key);
  }
  if (change.zones || change.settings) WakeAll();
}

bool Reconciler::Reconcile(const ReconcileKey& key) {
  bool empty = false;
  const Status status = Contain([&]() -> Status {
    const World world = Observe(store_, fleet_, clock_, key);
    const Plan plan = key.is_group ? PlanGroup(world) : PlanCluster(world);
    RETURN_IF_ERROR(executor_.Execute(world, plan));
    if (plan.wake_at_micros) WakeAt(key, *plan.wake_at_micros);
    empty = IsEmpty(world, plan);
    return absl::OkStatus();
  });
  return Settle(key, status) && empty;
}

bool Reconciler::Settle(const ReconcileKey& key, const Status& status) {
  if (status.ok() || absl::IsAborted(status)) {
    bool was_in_trouble = false;
    {
      std::lock_guard lock(mu_);
      was_in_trouble = troubles_.erase(key) > 0;
    }
    if (was_in_trouble) spdlog::info("{}: goes on", key.id);
    if (!status.ok()) Wake(key);
    return status.ok();
  }
  const RealTime now = clock_.Monotonic();
  int failures = 0;
  {
    std::lock_guard lock(mu_);
    Trouble& trouble = troubles_.try_emplace(key, Trouble{status, 0, now}).first->second;
    trouble.why = status;
    failures = ++trouble.failures;
  }
  if (failures == 1) spdlog::error("{}: {}", key.id, std::string(status.message()));
  WakeAt(key, Micros(now) + std::min(kMaxRetryMicros, kRetryMicros << std::min(failures - 1, 10)));
  return false;
}

std::optional<Trouble> Reconciler::TroubleOf(const ReconcileKey& key) const {
  std::lock_guard lock(mu_);
  const auto found = troubles_.find(key);
  return found == troubles_.end() ? std::nullopt : std::optional(found->second);
}

std::map<ReconcileKey, Trouble> Reconciler::Troubles() const {
  std::lock_guard lock(mu_);
  return troubles_;
}

std::optional<ReconcileKey> Reconciler::TakeDue() { return due_.Take(Micros(clock_.Monotonic())); }

std::optional<int64_t> Reconciler::NextDue() const {
  std::lock_guard lock(mu_);
  return due_.Next();
}

int Reconciler::RunDue() {
  int passes = 0;
  while (true) {
    std::optional<ReconcileKey> key;
    {
      std::lock_guard lock(mu_);
      key = TakeDue();
    }
    if (!key) return passes;
    Reconcile(*key);
    ++passes;
  }
}

void Reconciler::Run() {
  std::unique_lock lock(mu_);
  RealTime next_housekeeping = clock_.Monotonic() + kHousekeeping;
  while (!stopping_) {
    // First: leases are on time even when there is always a key that is due.
    if (clock_.Monotonic() >= next_housekeeping) {
      next_housekeeping = clock_.Monotonic() + kHousekeeping;
      lock.unlock();
      fleet_.CheckLeases();
      lock.lock();
      continue;
    }
    if (auto key = TakeDue()) {
      lock.unlock();
      Reconcile(*key);
      lock.lock();
      continue;
    }
    RealTime until = next_housekeeping;
    if (const auto next = due_.Next()) until = std::min(until, RealTime(std::chrono::microseconds(*next)));
    wake_.wait_until(lock, until);
  }
}

}  // namespace elastilab
