// The SQLite file behind the store: opened with care, read once at start, written one transaction per commit.
//
// Belongs to one control plane at a time, by a lock file beside it; the sqlite3 shell may read it meanwhile.
#pragma once

#include <memory>
#include <string>

#include "common/os/lock_file.h"
#include "common/status.h"
#include "controlplane/region/store/changes.h"
#include "controlplane/region/store/sqlite.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

// The numbers that go on where the last run stopped.
struct Sequences {
  int64_t next_id = 1;
  int64_t next_event = 1;
};

// Not thread-safe; may move from one thread to another.
class Database {
 public:
  // FailedPrecondition as OpenStore.
  static StatusOr<std::unique_ptr<Database>> Open(const std::string& path, const StoreOptions& options);

  // Reads everything, of the events only the newest `events_in_memory`. FailedPrecondition when a record is unreadable.
  StatusOr<Sequences> Load(State& state);

  // One durable transaction. Unavailable, saying why and what to do, when it failed; then nothing has changed.
  // Fault points: store.before_commit, store.after_commit.
  Status Save(const Changes& changes);

  // Remembers exactly which ids were given, for an orderly end.
  void SaveNextId(int64_t next_id);

  // The log of past commits is copied into the database file from time to time; until then it grows. Worth doing:
  bool HasLog() const { return connection_->log_pages() > 0; }
  bool LogIsLong() const { return connection_->log_pages() >= kLongLogPages; }
  void Checkpoint() { connection_->Checkpoint().IgnoreError(); }  // one that failed loses nothing; another will follow

 private:
  // 16 MiB: checkpoints of a busy store are rare, a start after a crash replays it in some 20 ms.
  static constexpr int kLongLogPages = 4096;

  Database(std::string path, LockFile lock, std::unique_ptr<Connection> connection, const StoreOptions& options)
      : path_(std::move(path)), options_(options), lock_(std::move(lock)), connection_(std::move(connection)) {}

  Status Prepare();
  Status CheckOwner();
  Status CheckHealth();
  Status Configure();
  Status WriteAll(const Changes& changes);
  Status WriteEvents(const Changes& changes);
  Status WriteSequence(std::string_view name, int64_t next);
  template <typename T>
  Status LoadTable(State& state);
  Status LoadEvents(State& state);
  template <typename T>
  Status WriteTable(const Table<T>& changes);

  const std::string path_;
  const StoreOptions options_;
  const LockFile lock_;  // released after the connection is closed
  const std::unique_ptr<Connection> connection_;
};

}  // namespace elastilab
