// The loop that makes reality match the wish: takes a key, observes, plans, executes, and looks again when something
// happened or the plan said so. Work is driven by keys, not by events: a lost event is healed by the next pass.
//
// A pass that fails, or throws, is tried again with growing patience and ends nothing but itself; until one succeeds
// the key is in trouble, and `explain` says why.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "controlplane/region/reconcile/due_queue.h"
#include "controlplane/region/reconcile/executor.h"

namespace elastilab {

// Why the passes over a key fail.
struct Trouble {
  Status why;
  int failures = 0;  // in a row
  RealTime since;
};

// Thread-safe. One thread works; the simulation calls RunDue itself instead of Start.
class Reconciler {
 public:
  Reconciler(Store& store, Fleet& fleet, const Clock& clock, Executor& executor);
  ~Reconciler();

  void Start();
  void Stop();

  // Look at this key soon, at once when the thread is idle.
  void Wake(const ReconcileKey& key);
  void WakeNode(NodeUid uid);
  void WakeZone(const std::string& zone);
  void WakeAll();
  // For the store's change listener.
  void OnChange(const Change& change);

  // One pass over one key, on the caller's thread. True when the plan was empty: reality matches the wish.
  bool Reconcile(const ReconcileKey& key);
  // Runs everything that is due, on the caller's thread; for simulations. Returns the number of passes.
  int RunDue();
  // When the next waiting key is due (CLOCK_MONOTONIC micros); empty: nothing waits.
  std::optional<int64_t> NextDue() const;

  // Empty when the last pass over the key went well.
  std::optional<Trouble> TroubleOf(const ReconcileKey& key) const;
  std::map<ReconcileKey, Trouble> Troubles() const;

 private:
  void Run();
  void WakeAt(const ReconcileKey& key, int64_t due_micros);
  std::optional<ReconcileKey> TakeDue();
  // False when the pass failed and is tried again.
  bool Settle(const ReconcileKey& key, const Status& status);

  Store& store_;
  Fleet& fleet_;
  const Clock& clock_;
  Executor& executor_;
  mutable std::mutex mu_;
  std::condition_variable wake_;
  DueQueue<ReconcileKey> due_;
  std::map<ReconcileKey, Trouble> troubles_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
