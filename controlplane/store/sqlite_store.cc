#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <set>
#include <thread>

#include "common/fault_point.h"
#include "controlplane/store/file_lock.h"
#include "controlplane/store/migrations.h"
#include "controlplane/store/record_tables.h"
#include "controlplane/store/sqlite.h"
#include "controlplane/store/store.h"

namespace elastilab {
namespace {

// All mutations of one commit share a draft; one that fails is undone by putting the overlay back.
class BatchDraft final : public Draft {
 public:
  BatchDraft(const State& base, int64_t& last_id) : Draft(base), last_id_(last_id) {}

  int64_t NextId() override { return ++last_id_; }

  Status Run(const Mutation& mutation) {
    const State before = pending_;
    Status status = mutation(*this);
    if (!status.ok()) pending_ = before;
    return status;
  }
  const State& changes() const { return pending_; }

 private:
  int64_t& last_id_;
};

template <typename T>
void ApplyTable(const State& changes, State& state) {
  auto& table = state.table<T>();
  for (const auto& [key, record] : changes.table<T>()) {
    if (record) {
      table[key] = record;
    } else {
      table.erase(key);
    }
  }
}

template <typename... T>
void ApplyTables(const State& changes, State& state) {
  (ApplyTable<T>(changes, state), ...);
}

template <typename... T>
bool NothingIn(const State& changes) {
  return (changes.table<T>().empty() && ...) && changes.events.empty();
}

bool IsEmpty(const State& changes) {
  return NothingIn<CacheCluster, ReplicationGroup, NodeGroup, CacheNode, FailoverRecord, TagSet, SubnetGroup, Zone,
                   LabSettings>(changes);
}

// Who has to look: nodes and node groups speak for their clusters and groups. `before` is the state without them.
Change Describe(const State& changes, const State& before) {
  std::set<std::string> clusters;
  std::set<std::string> groups;
  for (const auto& [id, record] : changes.clusters) clusters.insert(id);
  for (const auto& [id, record] : changes.groups) groups.insert(id);
  for (const auto& [key, record] : changes.node_groups) groups.insert(key.substr(0, key.find('/')));
  for (const auto& [uid, record] : changes.nodes) {
    const CacheNode* node = record ? record.get() : before.Find<CacheNode>(uid);
    if (node == nullptr) continue;
    clusters.insert(node->cluster_id);
    if (!node->group_id.empty()) groups.insert(node->group_id);
  }
  Change change;
  change.clusters.assign(clusters.begin(), clusters.end());
  change.groups.assign(groups.begin(), groups.end());
  change.events = !changes.events.empty();
  change.zones = !changes.zones.empty();
  change.settings = !changes.settings.empty();
  return change;
}

class SqliteStore final : public Store {
 public:
  // Without a connection nothing is kept: for simulations.
  SqliteStore(FileLock lock, std::unique_ptr<Connection> connection, State state)
      : lock_(std::move(lock)), connection_(std::move(connection)) {
    state_ = std::move(state);
    if (!state_.events.empty()) last_event_ = state_.events.back()->seq;
  }

  ~SqliteStore() override {
    {
      std::lock_guard lock(queue_mu_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void Start(int64_t last_id) {
    last_id_ = last_id;
    saved_id_ = last_id;
    if (connection_) thread_ = std::thread([this] { Run(); });
  }

  Status Mutate(Mutation mutation) override {
    std::promise<Status> promise;
    std::future<Status> future = promise.get_future();
    MutateAsync(std::move(mutation), [&promise](Status status) { promise.set_value(std::move(status)); });
    return future.get();
  }

  void MutateAsync(Mutation mutation, std::function<void(Status)> done) override {
    std::unique_lock lock(queue_mu_);
    queue_.push_back({std::move(mutation), std::move(done), {}});
    if (connection_) {
      lock.unlock();
      wake_.notify_one();
      return;
    }
    std::vector<Waiting> batch = TakeAll();
    lock.unlock();
    Work(batch);
  }

  int64_t Revision() const override {
    std::shared_lock lock(mu_);
    return revision_;
  }

  void OnChange(std::function<void(const Change&)> listener) override { listeners_.push_back(std::move(listener)); }

 private:
  struct Waiting {
    Mutation mutation;
    std::function<void(Status)> done;
    Status status;
  };

  std::vector<Waiting> TakeAll() {
    std::vector<Waiting> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    queue_.clear();
    return batch;
  }

  void Run() {
    std::unique_lock lock(queue_mu_);
    while (true) {
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::vector<Waiting> batch = TakeAll();
      lock.unlock();
      Work(batch);
      lock.lock();
    }
  }

  // One commit for all that waited.
  void Work(std::vector<Waiting>& batch) {
    BatchDraft draft(state_, last_id_);
    for (Waiting& waiting : batch) waiting.status = draft.Run(waiting.mutation);
    Status saved = absl::OkStatus();
    if (!IsEmpty(draft.changes())) {
      saved = Save(draft.changes());
      if (saved.ok()) Publish(draft.changes());
    }
    for (Waiting& waiting : batch) waiting.done(waiting.status.ok() ? saved : waiting.status);
  }

  Status Save(const State& changes) {
    Status status = FaultPoint("store.before_commit");
    if (status.ok() && connection_) status = Commit(changes);
    if (status.ok()) {
      saved_id_ = last_id_;
      return FaultPoint("store.after_commit").ok() ? absl::OkStatus() : absl::OkStatus();
    }
    return absl::UnavailableError(fmt::format("could not save, nothing was changed: {}", std::string(status.message())));
  }

  Status Commit(const State& changes) {
    RETURN_IF_ERROR(connection_->Run("BEGIN IMMEDIATE"));
    Status status = WriteChanges(*connection_, changes, last_event_ + 1);
    if (status.ok() && last_id_ != saved_id_) status = SaveSequence();
    if (status.ok()) status = connection_->Run("COMMIT");
    // A failed COMMIT leaves the transaction open.
    if (!status.ok()) connection_->Run("ROLLBACK").IgnoreError();
    return status;
  }

  Status SaveSequence() {
    ASSIGN_OR_RETURN(auto statement, connection_->Prepare("UPDATE sequence SET value = ? WHERE name = 'id'"));
    return statement->Bind(1, last_id_).Step().status();
  }

  void Publish(const State& changes) {
    Change change = Describe(changes, state_);
    std::deque<std::shared_ptr<const Event>> events;
    for (const auto& event : changes.events) {
      Event numbered = *event;
      numbered.seq = ++last_event_;
      events.push_back(std::make_shared<const Event>(std::move(numbered)));
    }
    {
      std::unique_lock lock(mu_);
      ApplyTables<CacheCluster, ReplicationGroup, NodeGroup, CacheNode, FailoverRecord, TagSet, SubnetGroup, Zone, LabSettings>(
          changes, state_);
      state_.events.insert(state_.events.end(), events.begin(), events.end());
      change.revision = ++revision_;
    }
    for (const auto& listener : listeners_) listener(change);
  }

  FileLock lock_;
  std::unique_ptr<Connection> connection_;  // the writer thread's
  int64_t last_id_ = 0;
  int64_t saved_id_ = 0;
  int64_t last_event_ = 0;
  int64_t revision_ = 0;
  std::vector<std::function<void(const Change&)>> listeners_;
  std::mutex queue_mu_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

Status Configure(Connection& connection, bool durable) {
  RETURN_IF_ERROR(connection.Run("PRAGMA journal_mode = WAL"));
  return connection.Run(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
}

}  // namespace

StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& path, StoreOptions options) {
  if (path == ":memory:") {
    auto store = std::make_unique<SqliteStore>(FileLock(), nullptr, State());
    store->Start(0);
    return store;
  }
  ASSIGN_OR_RETURN(FileLock lock, FileLock::Take(path + ".lock"));
  ASSIGN_OR_RETURN(auto connection, Connection::Open(path));
  RETURN_IF_ERROR(Configure(*connection, options.durable));
  RETURN_IF_ERROR(Migrate(*connection, path));
  ASSIGN_OR_RETURN(State state, ReadState(*connection));
  ASSIGN_OR_RETURN(const int64_t last_id, connection->ReadInteger("SELECT value FROM sequence WHERE name = 'id'"));
  auto store = std::make_unique<SqliteStore>(std::move(lock), std::move(connection), std::move(state));
  store->Start(last_id);
  return store;
}

}  // namespace elastilab
