#include "controlplane/region/schedule/retention.h"

#include <map>

namespace elastilab {
namespace {

constexpr auto kLookEvery = std::chrono::hours(1);
// The database may hold events that are older than any in memory: whatever memory says, it is swept now and then.
constexpr auto kSweepEvery = std::chrono::days(1);

template <typename Records>
bool IsUnderWay(const Records& records, const FailoverRecord& record) {
  const NodeGroup* shard = records.template Find<NodeGroup>(record.group_id + "/" + record.node_group_id);
  return shard != nullptr && shard->failover.record_id == record.id;
}

}  // namespace

std::vector<int64_t> ForgettableFailovers(const State& state, ServiceTime now) {
  std::vector<int64_t> forgettable;
  std::map<std::string, int> newer;  // of the same group
  for (auto it = state.failovers.rbegin(); it != state.failovers.rend(); ++it) {
    const FailoverRecord& record = *it->second;
    const bool among_newest = newer[record.group_id]++ < kFailoversKeptPerGroup && state.groups.contains(record.group_id);
    if (among_newest || record.started_at >= now - kPastIsKept || IsUnderWay(state, record)) continue;
    forgettable.push_back(record.id);
  }
  return forgettable;
}

bool Retention::EventsAreDue(const State& state, ServiceTime now) const {
  if (state.events.empty()) return false;
  return state.events.front()->at < now - kPastIsKept || now - swept_ >= kSweepEvery;
}

Status Retention::Look() {
  const ServiceTime now = clock_.Now();
  if (now < next_look_) return absl::OkStatus();
  next_look_ = now + kLookEvery;
  std::vector<int64_t> failovers;
  const bool events = store_.Read([&](const State& state) {
    failovers = ForgettableFailovers(state, now);
    return EventsAreDue(state, now);
  });
  if (!events && failovers.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Mutate([&](Draft& draft) -> Status {
    if (events) draft.PruneEventsBefore(now - kPastIsKept);
    for (const int64_t id : failovers) {
      const FailoverRecord* record = draft.Find<FailoverRecord>(id);
      if (record != nullptr && !IsUnderWay(draft, *record)) draft.Erase<FailoverRecord>(id);
    }
    return absl::OkStatus();
  }));
  if (events) swept_ = now;
  return absl::OkStatus();
}

}  // namespace elastilab
