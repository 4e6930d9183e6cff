// The one door to what is kept. A replicated store can stand behind it one day; today it is SQLite (sqlite_store.cc):
// WAL, synchronous=FULL, one connection on one thread that does all writes and checkpoints, waiting mutations share a
// commit. An acknowledged Mutate survives power loss.
//
// Reads are answered from memory under a shared lock; memory changes only after the commit it mirrors.
#pragma once

#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/status.h"
#include "controlplane/region/store/state.h"

namespace elastilab {

// The state as one run of a mutation sees and changes it: earlier mutations of the same commit included. Lives for the
// length of that run, and so do the pointers it gives.
class Draft {
 public:
  virtual ~Draft() = default;

  // Null when there is none.
  template <typename T>
  const T* Find(const KeyType<T>& key) const {
    const std::shared_ptr<const T>* record = Slot<T>(key);
    return record == nullptr ? nullptr : record->get();
  }
  // The same, for a mutation that returns records: they hold for as long as one keeps them.
  template <typename T>
  std::shared_ptr<const T> Share(const KeyType<T>& key) const {
    const std::shared_ptr<const T>* record = Slot<T>(key);
    return record == nullptr ? nullptr : *record;
  }
  // A record equal to the one that is there changes nothing and costs no commit.
  template <typename T>
  void Put(T record) {
    auto key = KeyOf(record);
    Replace<T>(std::move(key), std::make_shared<const T>(std::move(record)));
  }
  template <typename T>
  void Erase(const KeyType<T>& key) {
    Replace<T>(key, nullptr);
  }
  // All records of a kind in key order, the pending ones included. O(size of the table).
  template <typename T>
  std::vector<const T*> All() const {
    std::vector<const Row<T>*> rows;
    for (const Row<T>& row : base_.template table<T>()) rows.push_back(&row);
    if (earlier_) rows = Overlay<T>(rows, earlier_->table<T>());
    rows = Overlay<T>(rows, pending_.table<T>());
    std::vector<const T*> all;
    for (const Row<T>* row : rows) {
      if (row->second) all.push_back(row->second.get());
    }
    return all;
  }
  // How many there are. O(changes of the commit).
  template <typename T>
  int64_t Count() const {
    int64_t count = std::ssize(base_.template table<T>());
    const auto add = [&](const KeyType<T>& key) {
      count += (Find<T>(key) != nullptr ? 1 : 0) - (base_.template Find<T>(key) != nullptr ? 1 : 0);
    };
    for (const auto& [key, record] : pending_.table<T>()) add(key);
    if (!earlier_) return count;
    for (const auto& [key, record] : earlier_->table<T>()) {
      if (!pending_.table<T>().contains(key)) add(key);
    }
    return count;
  }
  // The event gets its sequence number at the commit.
  void Emit(Event event) { pending_.events.push_back(std::make_shared<const Event>(std::move(event))); }
  // Forgets the events that are older, on disk and in memory; those emitted in the same commit stay.
  void PruneEventsBefore(ServiceTime oldest) { prune_events_before_ = oldest; }
  // Never returns the same number twice in the life of a database, whatever becomes of the mutation; a mutation that
  // runs twice may be given others then.
  virtual int64_t NextId() = 0;

 protected:
  // `earlier`: changes of the mutations before this one that share its commit.
  explicit Draft(const State& base, const State* earlier = nullptr) : base_(base), earlier_(earlier) {}

  const State& base_;
  const State* earlier_;
  State pending_;
  std::optional<ServiceTime> prune_events_before_;

 private:
  friend class Rehearsal;  // runs a mutation on drafts of its own first

  template <typename T>
  using Row = typename Table<T>::value_type;

  // Newest first: a null record is a deletion.
  template <typename T>
  const std::shared_ptr<const T>* Slot(const KeyType<T>& key) const {
    for (const State* changes : {&pending_, earlier_, &base_}) {
      if (changes == nullptr) continue;
      const Table<T>& table = changes->table<T>();
      if (auto it = table.find(key); it != table.end()) return &it->second;
    }
    return nullptr;
  }
  template <typename T>
  void Replace(KeyType<T> key, std::shared_ptr<const T> record) {
    auto& slot = pending_.table<T>()[std::move(key)];
    if (slot) replaced_.push_back(std::move(slot));
    slot = std::move(record);
  }
  template <typename T>
  static std::vector<const Row<T>*> Overlay(const std::vector<const Row<T>*>& below, const Table<T>& above) {
    if (above.empty()) return below;
    std::vector<const Row<T>*> merged;
    auto b = below.begin();
    for (const Row<T>& row : above) {
      while (b != below.end() && (*b)->first < row.first) merged.push_back(*b++);
      if (b != below.end() && (*b)->first == row.first) ++b;
      merged.push_back(&row);
    }
    merged.insert(merged.end(), b, below.end());
    return merged;
  }

  std::vector<std::shared_ptr<const void>> replaced_;  // what Find gave before a second Put of the same key
};

// What a commit changed, for those who must act on it.
struct Change {
  int64_t revision = 0;
  std::vector<std::string> clusters;  // ids of changed or deleted records, and of those with a changed node; no repeats
  std::vector<std::string> groups;    // likewise, with a changed node group, member cluster or node
  bool events = false;
  bool zones = false;
  bool settings = false;
};

// Reads records and changes its draft, and nothing else: it may run more than once, each time on a newer state, and only
// the draft of its last run counts. What has an effect of its own, or another outcome the next time (a socket, a clock, a
// random number), comes before it; what follows from the change (a reply, a message to agents) after it, from what the
// mutation returned. Of what it captures it changes nothing, but for assigning a result whole.
// StoreOptions::rehearse finds those that break this.
using Mutation = std::function<Status(Draft&)>;

// What F returns, when it is a mutation that returns a value: StatusOr<T>.
template <typename F, typename Result = std::invoke_result_t<F&, Draft&>>
concept ValuedMutation = std::is_same_v<Result, StatusOr<typename Result::value_type>>;

// Thread-safe, except that a Mutation must not call back into the store. Listeners and `done` may read, and may call
// MutateAsync; Mutate there would wait for itself and returns Internal.
class Store {
 public:
  virtual ~Store() = default;

  // Runs `mutation` on the writer thread and makes its changes durable, then visible, then returns OK. When it returns
  // an error, or the commit fails, nothing has changed; a failed commit is Unavailable and says why (full disk, …). A
  // mutation that throws has failed with Internal.
  virtual Status Mutate(Mutation mutation) = 0;
  // Returns what a mutation returns that has something to tell: a StatusOr<T>, of the run that was committed.
  template <ValuedMutation F>
  std::invoke_result_t<F&, Draft&> Mutate(F&& mutation) {
    std::invoke_result_t<F&, Draft&> value = absl::InternalError("the mutation never ran");
    Status committed = Mutate(Mutation([&](Draft& draft) -> Status {
      value = mutation(draft);
      return value.status();
    }));
    if (!committed.ok()) return committed;
    return value;
  }
  // The same without waiting; `done` (may be empty) runs on the writer thread and must not block.
  virtual void MutateAsync(Mutation mutation, std::function<void(Status)> done) = 0;
  // What Mutate would return now, with nothing changed: for what a mutation needs to have ready before it. Runs on the
  // calling thread, as long as Read's function would; its draft gives ids below zero.
  Status Rehearse(const Mutation& mutation) const;
  // A number as Draft::NextId gives them, to be chosen before the mutation that puts it into a record. One that no commit
  // has used may be given again after a crash.
  virtual int64_t NewId() = 0;

  // Reads under the shared lock: keep it short, copy what you need.
  template <typename F>
  auto Read(F&& f) const {
    std::shared_lock lock(mu_);
    return f(static_cast<const State&>(state_));
  }

  // OK, or why the last commit could not be saved, with the path and what to do. While it is not OK the store tries by
  // itself, so that it recovers without anybody's call.
  virtual Status Writable() const = 0;
  // Grows with every visible commit.
  virtual int64_t Revision() const = 0;
  // Called on the writer thread after each visible commit; must not block. Register before the first Mutate.
  virtual void OnChange(std::function<void(const Change&)> listener) = 0;

 protected:
  mutable std::shared_mutex mu_;
  State state_;
};

struct StoreOptions {
  // false, for simulations: nothing is flushed and there is no writer thread; the thread that calls Mutate writes, and
  // everything (listeners, `done`) has happened when Mutate or MutateAsync returns, unless another thread is writing.
  bool durable = true;
  size_t events_in_memory = 100'000;  // the newest; older ones stay in the database until they are pruned
  int64_t max_pages = 0;              // for tests: the disk is full beyond so many pages of 4 KiB; 0: no limit
  // For tests: each mutation runs in vain before it counts (rehearsal.h), so that one which does more than change its
  // draft shows it: by Internal when its second run does something else, by its effects doubled otherwise.
  bool rehearse = false;
};

// Opens or creates the database and brings its schema up to date. FailedPrecondition, naming path and fix, when it is
// locked by another control plane, damaged, not ours, not writable, or written by a newer ElastiLab.
//
// ":memory:" keeps nothing and is never `durable`: no SQLite, the fastest store for tests.
StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& path, StoreOptions options = {});

}  // namespace elastilab
