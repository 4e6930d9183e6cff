// The store: a queue of mutations, one writer that commits them in batches, and the memory that mirrors the database.
//
//   caller       Mutate ──► queue                                                   ◄── Status
//   writer             take all ─► drafts ─► one transaction ─► memory ─► listeners ─► done
//
// While one commit waits for the disk, the next batch gathers: the busier the store, the more changes share a flush.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <thread>
#include <utility>

#include <spdlog/spdlog.h>

#include "common/contain.h"
#include "controlplane/region/store/changes.h"
#include "controlplane/region/store/database.h"
#include "controlplane/region/store/rehearsal.h"
#include "controlplane/region/store/store.h"

namespace elastilab {
namespace {

// The log is put away when no change has come for this long.
constexpr auto kQuiet = std::chrono::milliseconds(500);
// How often a store that could not save looks whether it can again.
constexpr auto kTryAgain = std::chrono::seconds(1);

// Ids are reserved on disk by the block, so that giving one costs nothing and a crash only skips the rest of a block.
// Anybody may take one; a commit comes after all that its records hold, and so covers them.
class IdSource {
 public:
  explicit IdSource(int64_t next) : next_(next), reserved_below_(next) {}
  int64_t Next() { return next_.fetch_add(1, std::memory_order_relaxed); }
  int64_t next() const { return next_.load(std::memory_order_relaxed); }
  int64_t reserved_below() const { return reserved_below_; }
  // The reservation that the coming commit must make; 0: none.
  int64_t Needed() const { return next() > reserved_below_ ? next() + kBlock : 0; }
  void Reserved(int64_t below) { reserved_below_ = below; }

 private:
  static constexpr int64_t kBlock = 100;
  std::atomic<int64_t> next_;
  int64_t reserved_below_;  // the writer's own
};

class MutationDraft final : public Draft {
 public:
  MutationDraft(const State& base, const State& earlier, IdSource& ids) : Draft(base, &earlier), ids_(ids) {}
  int64_t NextId() override { return ids_.Next(); }
  void MergeInto(Changes& batch) && { Merge(base_, std::move(pending_), prune_events_before_, batch); }

 private:
  IdSource& ids_;
};

class StoreImpl final : public Store {
 public:
  // `database` null: nothing is kept. `threaded` false: whoever mutates plays the writer.
  StoreImpl(std::unique_ptr<Database> database, State state, Sequences sequences, const StoreOptions& options,
            bool threaded)
      : database_(std::move(database)),
        events_in_memory_(options.events_in_memory),
        threaded_(threaded),
        rehearse_(options.rehearse),
        ids_(sequences.next_id),
        next_event_(sequences.next_event) {
    state_ = std::move(state);
    if (threaded_) thread_ = std::thread([this] { WriterLoop(); });
  }

  // What was queued is still saved.
  ~StoreImpl() override {
    if (threaded_) {
      {
        std::lock_guard lock(queue_mu_);
        stopping_ = true;
      }
      queued_.notify_one();
      thread_.join();
    }
    if (database_ && ids_.next() != first_id_) database_->SaveNextId(ids_.next());
  }

  Status Mutate(Mutation mutation) override {
    if (writer_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
      return absl::InternalError("Mutate was called by the store's own writer, which would wait for itself");
    }
    // Shared: the writer may still be inside set_value when the waiting thread goes on.
    auto result = std::make_shared<std::promise<Status>>();
    std::future<Status> answer = result->get_future();
    MutateAsync(std::move(mutation), [result](Status status) { result->set_value(std::move(status)); });
    return answer.get();
  }

  void MutateAsync(Mutation mutation, std::function<void(Status)> done) override {
    if (rehearse_) mutation = Rehearsed(std::move(mutation));
    std::unique_lock lock(queue_mu_);
    queue_.push_back({std::move(mutation), std::move(done), absl::OkStatus()});
    if (threaded_) {
      lock.unlock();
      queued_.notify_one();
    } else if (!writing_) {
      writing_ = true;
      while (!queue_.empty()) WriteQueue(lock);
      writing_ = false;
    }
  }

  int64_t NewId() override { return ids_.Next(); }

  Status Writable() const override {
    std::shared_lock lock(mu_);
    return saved_;
  }

  int64_t Revision() const override { return revision_.load(std::memory_order_acquire); }

  void OnChange(std::function<void(const Change&)> listener) override { listeners_.push_back(std::move(listener)); }

 private:
  struct Request {
    Mutation mutation;
    std::function<void(Status)> done;
    Status result;
  };

  void WriterLoop() {
    std::unique_lock lock(queue_mu_);
    const auto awake = [this] { return stopping_ || !queue_.empty(); };
    while (true) {
      if (!queue_.empty()) {
        WriteQueue(lock);
      } else if (stopping_) {
        return;
      } else if (!Writable().ok()) {
        if (queued_.wait_for(lock, kTryAgain, awake)) continue;
        lock.unlock();
        TryToSave();
        lock.lock();
      } else if (!database_->HasLog()) {
        queued_.wait(lock, awake);
      } else if (!queued_.wait_for(lock, kQuiet, awake)) {
        lock.unlock();
        database_->Checkpoint();
        lock.lock();
      }
    }
  }

  // Takes and writes all that waits; `lock` is let go meanwhile.
  void WriteQueue(std::unique_lock<std::mutex>& lock) {
    std::vector<Request> batch = std::exchange(queue_, {});
    lock.unlock();
    writer_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    WriteBatch(batch);
    for (Request& request : batch) {
      if (request.done) Tell([&] { request.done(std::move(request.result)); });
    }
    if (database_ && database_->LogIsLong()) database_->Checkpoint();
    writer_.store(std::thread::id(), std::memory_order_relaxed);
    lock.lock();
  }

  void WriteBatch(std::vector<Request>& batch) {
    Changes changes;
    changes.next_event = next_event_;
    for (Request& request : batch) {
      MutationDraft draft(state_, changes.records, ids_);
      // One that throws changes nothing and is no matter of the others'.
      request.result = Contain([&] { return request.mutation(draft); });
      if (request.result.ok()) std::move(draft).MergeInto(changes);
    }
    changes.reserve_ids_below = ids_.Needed();
    if (changes.empty()) return;
    if (const Status saved = Save(changes); !saved.ok()) {
      // Also those that failed by themselves: they may have seen changes that now never happened.
      for (Request& request : batch) request.result = saved;
      return;
    }
    Publish(changes);
  }

  Status Save(const Changes& changes) {
    const Status saved = Contain([&] { return database_ ? database_->Save(changes) : absl::OkStatus(); });
    if (saved == saved_) return saved;  // nobody else writes it
    if (!saved.ok()) spdlog::error("{}", std::string(saved.message()));
    if (saved.ok()) spdlog::info("the store can save again");
    std::unique_lock lock(mu_);
    saved_ = saved;
    return saved;
  }

  // Writes what is there already.
  void TryToSave() {
    Changes nothing_new;
    nothing_new.next_event = next_event_;
    nothing_new.reserve_ids_below = ids_.reserved_below();
    Save(nothing_new).IgnoreError();
  }

  // Makes a saved commit visible.
  void Publish(Changes& changes) {
    if (changes.reserve_ids_below > 0) ids_.Reserved(std::exchange(changes.reserve_ids_below, 0));
    if (changes.empty()) return;
    next_event_ = changes.next_event;
    Change change = Summarize(state_, changes);
    {
      std::unique_lock lock(mu_);
      Apply(changes, events_in_memory_, state_);
      change.revision = revision_.fetch_add(1, std::memory_order_acq_rel) + 1;
    }
    for (const auto& listener : listeners_) Tell([&] { listener(change); });
  }

  // What others make of a commit can't undo it, nor end the writer.
  template <typename F>
  static void Tell(F&& tell) {
    const Status told = Contain([&] {
      tell();
      return absl::OkStatus();
    });
    if (!told.ok()) spdlog::error("after a commit: {}", std::string(told.message()));
  }

  const std::unique_ptr<Database> database_;
  const size_t events_in_memory_;
  const bool threaded_;
  const bool rehearse_;
  std::vector<std::function<void(const Change&)>> listeners_;

  std::mutex queue_mu_;
  std::condition_variable queued_;
  std::vector<Request> queue_;
  bool stopping_ = false;
  bool writing_ = false;  // without a thread: somebody plays the writer

  IdSource ids_;
  const int64_t first_id_ = ids_.next();
  int64_t next_event_;  // the writer's own

  Status saved_;  // how the last commit went; others read it under mu_
  std::atomic<int64_t> revision_{0};
  std::atomic<std::thread::id> writer_{};  // while it writes
  std::thread thread_;
};

}  // namespace

StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& path, StoreOptions options) {
  State state;
  Sequences sequences;
  std::unique_ptr<Database> database;
  if (path != ":memory:") {
    ASSIGN_OR_RETURN(database, Database::Open(path, options));
    ASSIGN_OR_RETURN(sequences, database->Load(state));
  }
  const bool threaded = options.durable && database != nullptr;
  return std::make_unique<StoreImpl>(std::move(database), std::move(state), sequences, options, threaded);
}

}  // namespace elastilab
