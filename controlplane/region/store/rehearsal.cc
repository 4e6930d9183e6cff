#include "controlplane/region/store/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace elastilab {
namespace {

// The same record, or none on both sides.
template <typename T>
bool Same(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a && b ? *a == *b : a == b;
}

// The keys under which two runs made different changes.
template <typename T>
void AddDifferences(const Table<T>& a, const Table<T>& b, std::string& differences) {
  const auto missing_or_other = [&](const auto& row, const Table<T>& table) {
    auto it = table.find(row.first);
    return it == table.end() || !Same<T>(row.second, it->second);
  };
  for (const auto& row : a) {
    if (missing_or_other(row, b)) differences += fmt::format(" {}", row.first);
  }
  for (const auto& row : b) {
    if (!a.contains(row.first)) differences += fmt::format(" {}", row.first);
  }
}

std::string Differences(const State& a, const State& b) {
  std::string differences;
  ForEachKind([&]<typename T>() { AddDifferences<T>(a.table<T>(), b.table<T>(), differences); });
  if (!std::equal(a.events.begin(), a.events.end(), b.events.begin(), b.events.end(), Same<Event>)) differences += " events";
  return differences;
}

// For Store::Rehearse: no id is used up for what will not be.
class VainDraft final : public Draft {
 public:
  explicit VainDraft(const State& visible) : Draft(visible) {}
  int64_t NextId() override { return --last_id_; }

 private:
  int64_t last_id_ = 0;
};

}  // namespace

// One run, on a draft of its own that lies where `real` does.
class Rehearsal final : public Draft {
 public:
  // `ids`: those of the runs before, to be given again; more come from `real`.
  Rehearsal(Draft& real, const State* earlier, std::vector<int64_t>& ids)
      : Draft(real.base_, earlier), real_(real), ids_(ids) {}

  int64_t NextId() override {
    if (given_ == ids_.size()) ids_.push_back(real_.NextId());
    return ids_[given_++];
  }

  static Status Run(const Mutation& mutation, Draft& real) {
    std::vector<int64_t> ids;
    Rehearsal in_vain(real, real.earlier_, ids);
    const Status expected = mutation(in_vain);
    // What a run leaves behind in captures meets another state, and shows in the changes of the run that counts.
    Rehearsal elsewhere(real, nullptr, ids);
    mutation(elsewhere).IgnoreError();
    Rehearsal counts(real, real.earlier_, ids);
    Status answer = mutation(counts);
    if (answer != expected) {
      return absl::InternalError(fmt::format("a mutation cannot run twice: it answered '{}' and then '{}'",
                                             expected.ToString(), answer.ToString()));
    }
    const std::string differences = Differences(in_vain.pending_, counts.pending_);
    if (!differences.empty() || in_vain.prune_events_before_ != counts.prune_events_before_) {
      return absl::InternalError(
          fmt::format("a mutation cannot run twice: the second time it changed otherwise{}", differences));
    }
    real.pending_ = std::move(counts.pending_);
    real.prune_events_before_ = counts.prune_events_before_;
    return answer;
  }

 private:
  Draft& real_;
  std::vector<int64_t>& ids_;
  size_t given_ = 0;
};

Mutation Rehearsed(Mutation mutation) {
  return [mutation = std::move(mutation)](Draft& draft) { return Rehearsal::Run(mutation, draft); };
}

Status Store::Rehearse(const Mutation& mutation) const {
  return Read([&](const State& state) {
    VainDraft draft(state);
    return mutation(draft);
  });
}

}  // namespace elastilab
