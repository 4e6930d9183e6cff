// The one door to what is kept. A replicated store can stand behind it one day; today it is SQLite (sqlite_store.cc):
// WAL, synchronous=FULL, one connection on one thread that does all writes and checkpoints, waiting mutations share a
// commit. An acknowledged Mutate survives power loss.
//
// Reads are answered from memory under a shared lock; memory changes only after the commit it mirrors.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <variant>
#include <vector>

#include "common/status.h"
#include "controlplane/store/state.h"

namespace elastilab {

// The state as one mutation sees and changes it: earlier mutations of the same commit included. Lives on the writer
// thread only, for the length of the mutation.
class Draft {
 public:
  virtual ~Draft() = default;

  template <typename T>
  const T* Find(const KeyType<T>& key) const {
    // Pending first: an overlay entry with a null value is a deletion.
    const auto& overlay = pending_.table<T>();
    if (auto it = overlay.find(key); it != overlay.end()) return it->second.get();
    return base_.template Find<T>(key);
  }
  template <typename T>
  void Put(T record) {
    auto key = KeyOf(record);
    pending_.table<T>()[key] = std::make_shared<const T>(std::move(record));
  }
  template <typename T>
  void Erase(const KeyType<T>& key) {
    pending_.table<T>()[key] = nullptr;
  }
  // All records of a kind in key order, the pending ones included. O(size of the table).
  template <typename T>
  std::vector<const T*> All() const {
    std::vector<const T*> all;
    const auto& base = base_.template table<T>();
    const auto& over = pending_.table<T>();
    auto b = base.begin();
    auto o = over.begin();
    while (b != base.end() || o != over.end()) {
      const bool take_overlay = o != over.end() && (b == base.end() || !(b->first < o->first));
      if (!take_overlay) {
        all.push_back((b++)->second.get());
        continue;
      }
      if (b != base.end() && b->first == o->first) ++b;
      if (o->second) all.push_back(o->second.get());
      ++o;
    }
    return all;
  }
  // The event gets its sequence number at the commit.
  void Emit(Event event) { pending_.events.push_back(std::make_shared<const Event>(std::move(event))); }
  // Never returns the same number twice in the life of a database.
  virtual int64_t NextId() = 0;

 protected:
  explicit Draft(const State& base) : base_(base) {}
  const State& base_;
  State pending_;
};

// What a commit changed, for those who must act on it.
struct Change {
  int64_t revision = 0;
  std::vector<std::string> clusters;  // ids of changed or deleted records
  std::vector<std::string> groups;    // also when one of its node groups or nodes changed
  bool events = false;
  bool zones = false;
  bool settings = false;
};

using Mutation = std::function<Status(Draft&)>;

// Thread-safe, except that a Mutation must not call back into the store.
class Store {
 public:
  virtual ~Store() = default;

  // Runs `mutation` on the writer thread and makes its changes durable, then visible, then returns OK. When it returns
  // an error, or the commit fails, nothing has changed; a failed commit is Unavailable and says why (full disk, …).
  virtual Status Mutate(Mutation mutation) = 0;
  // The same without waiting; `done` runs on the writer thread and must not block.
  virtual void MutateAsync(Mutation mutation, std::function<void(Status)> done) = 0;

  // Reads under the shared lock: keep it short, copy what you need.
  template <typename F>
  auto Read(F&& f) const {
    std::shared_lock lock(mu_);
    return f(static_cast<const State&>(state_));
  }

  // Grows with every visible commit.
  virtual int64_t Revision() const = 0;
  // Called on the writer thread after each visible commit; must not block. Register before the first Mutate.
  virtual void OnChange(std::function<void(const Change&)> listener) = 0;

 protected:
  mutable std::shared_mutex mu_;
  State state_;
};

struct StoreOptions {
  bool durable = true;  // false: synchronous=OFF, for simulations
};

// Opens or creates the database and brings its schema up to date. FailedPrecondition, naming path and fix, when it is
// locked by another control plane, damaged, or written by a newer ElastiLab. ":memory:" for tests.
StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& path, StoreOptions options = {});

}  // namespace elastilab
