#include "controlplane/region/reconcile/reconciler.h"

#include <spdlog/spdlog.h>

#include <algorithm>

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
    auto [it, added] = due_.try_emplace(key, due_micros);
    if (!added && it->second <= due_micros) return;
    it->second = due_micros;
  }
  wake_.notify_one();
}

void Reconciler::Wake(const ReconcileKey& key) { WakeAt(key, 0); }

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
  const World world = Observe(store_, fleet_, clock_, key);
  const Plan plan = key.is_group ? PlanGroup(world) : PlanCluster(world);
  const Status status = executor_.Execute(world, plan);
  if (!status.ok() && !absl::IsAborted(status)) {
    const int failures = ++failures_[key];
    const int64_t delay = std::min(kMaxRetryMicros, kRetryMicros << std::min(failures - 1, 10));
    if (failures == 1) spdlog::error("{}: {}", key.id, std::string(status.message()));
    WakeAt(key, world.now_micros + delay);
    return false;
  }
  failures_.erase(key);
  if (absl::IsAborted(status)) {
    Wake(key);
    return false;
  }
  if (plan.wake_at_micros) WakeAt(key, *plan.wake_at_micros);
  return IsEmpty(world, plan);
}

std::optional<ReconcileKey> Reconciler::TakeDue() {
  const int64_t now = Micros(clock_.Monotonic());
  auto first = std::min_element(due_.begin(), due_.end(), [](auto& a, auto& b) { return a.second < b.second; });
  if (first == due_.end() || first->second > now) return std::nullopt;
  const ReconcileKey key = first->first;
  due_.erase(first);
  return key;
}

std::optional<int64_t> Reconciler::NextDue() const {
  std::lock_guard lock(mu_);
  std::optional<int64_t> next;
  for (const auto& [key, due] : due_) next = next ? std::min(*next, due) : due;
  return next;
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
    if (auto key = TakeDue()) {
      lock.unlock();
      Reconcile(*key);
      lock.lock();
      continue;
    }
    RealTime until = next_housekeeping;
    for (const auto& [key, due] : due_) until = std::min(until, RealTime(std::chrono::microseconds(due)));
    wake_.wait_until(lock, until);
    if (clock_.Monotonic() < next_housekeeping) continue;
    next_housekeeping = clock_.Monotonic() + kHousekeeping;
    lock.unlock();
    fleet_.CheckLeases();
    lock.lock();
  }
}

}  // namespace elastilab
