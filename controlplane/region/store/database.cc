#include "controlplane/region/store/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "common/fault_point.h"
#include "common/time_text.h"
#include "controlplane/region/store/migrations.h"
#include "controlplane/region/store/record_json.h"

namespace elastilab {
namespace {

// A full check reads the whole file, at about 400 MB/s when it is cached: 10,000 clusters make some 20 MB. Beyond this
// size a start would feel it; damage is then met when the records are read.
constexpr uintmax_t kLargestChecked = 64 << 20;

// How long a statement waits for the lock of a sqlite3 shell that writes.
constexpr int kBusyMillis = 1000;

struct TableName {
  const char* table;
  const char* key;
};

template <typename T>
constexpr TableName kTable = {};
template <>
constexpr TableName kTable<CacheCluster> = {"cache_cluster", "id"};
template <>
constexpr TableName kTable<ReplicationGroup> = {"replication_group", "id"};
template <>
constexpr TableName kTable<NodeGroup> = {"node_group", "key"};
template <>
constexpr TableName kTable<CacheNode> = {"cache_node", "uid"};
template <>
constexpr TableName kTable<FailoverRecord> = {"failover", "id"};
template <>
constexpr TableName kTable<TagSet> = {"tag_set", "arn"};
template <>
constexpr TableName kTable<SubnetGroup> = {"subnet_group", "name"};
template <>
constexpr TableName kTable<CacheUser> = {"cache_user", "id"};
template <>
constexpr TableName kTable<CacheUserGroup> = {"cache_user_group", "id"};
template <>
constexpr TableName kTable<CacheSecurityGroup> = {"cache_security_group", "name"};
template <>
constexpr TableName kTable<IamUser> = {"iam_user", "key"};
template <>
constexpr TableName kTable<IamGroup> = {"iam_group", "key"};
template <>
constexpr TableName kTable<IamRole> = {"iam_role", "key"};
template <>
constexpr TableName kTable<AccessKey> = {"access_key", "key"};
template <>
constexpr TableName kTable<ManagedPolicy> = {"managed_policy", "key"};
template <>
constexpr TableName kTable<ReservedNode> = {"reserved_node", "id"};
template <>
constexpr TableName kTable<ParameterGroup> = {"parameter_group", "name"};
template <>
constexpr TableName kTable<Zone> = {"zone", "name"};
template <>
constexpr TableName kTable<LabSettings> = {"lab_settings", "id"};

template <typename T>
const std::string& UpsertSql() {
  static const std::string sql =
      fmt::format("INSERT INTO {0} ({1}, doc) VALUES (?1, ?2) ON CONFLICT ({1}) DO UPDATE SET doc = excluded.doc",
                  kTable<T>.table, kTable<T>.key);
  return sql;
}

template <typename T>
const std::string& DeleteSql() {
  static const std::string sql = fmt::format("DELETE FROM {} WHERE {} = ?1", kTable<T>.table, kTable<T>.key);
  return sql;
}

std::string Words(const Status& status) { return std::string(status.message()); }

Status Damaged(const std::string& path, const std::string& what) {
  return absl::FailedPreconditionError(
      fmt::format("{} is damaged ({}): put a copy of it back, or use another --data-dir", path, what));
}

// An error of SQLite while opening, as OpenStore tells it.
Status CannotOpen(const std::string& path, const Status& status) {
  const std::string what = Words(status);
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
      return status;  // ours, complete
    case absl::StatusCode::kDataLoss:
      if (what.find("not a database") != std::string::npos) {
        return absl::FailedPreconditionError(
            fmt::format("{} is not a database: move it away, or use another --data-dir", path));
      }
      return Damaged(path, what);
    case absl::StatusCode::kPermissionDenied:
      return absl::FailedPreconditionError(
          fmt::format("cannot open {} for writing ({}): make it writable, or use another --data-dir", path, what));
    case absl::StatusCode::kResourceExhausted:
      return absl::FailedPreconditionError(fmt::format("cannot open {} ({}): free space on its disk", path, what));
    case absl::StatusCode::kAborted:
      return absl::FailedPreconditionError(fmt::format(
          "{} is locked by another program ({}): close it (a sqlite3 shell?), or use another --data-dir", path, what));
    default:
      return absl::FailedPreconditionError(fmt::format("cannot open {}: {}", path, what));
  }
}

Status CannotLock(const std::string& path, const Status& status) {
  const std::string why(status.message());
  if (absl::IsAlreadyExists(status)) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is in use by another control plane (pid {}): stop it, or use another --data-dir", path, why));
  }
  return absl::FailedPreconditionError(
      fmt::format("{}; make the directory writable, or use another --data-dir", why));
}

Status CannotSave(const std::string& path, const Status& status) {
  const char* advice = "check";
  if (status.code() == absl::StatusCode::kResourceExhausted) advice = "free space on the disk of";
  if (status.code() == absl::StatusCode::kPermissionDenied) advice = "restore write permission on";
  if (status.code() == absl::StatusCode::kAborted) advice = "close the program that has locked";
  return absl::UnavailableError(
      fmt::format("could not save: {}; nothing was changed; {} {}", Words(status), advice, path));
}

}  // namespace

StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path, const StoreOptions& options) {
  auto lock = LockFile::Take(path + ".lock");
  if (!lock.ok()) return CannotLock(path, lock.status());
  auto connection = Connection::Open(path);
  if (!connection.ok()) return CannotOpen(path, connection.status());
  std::unique_ptr<Database> database(new Database(path, *std::move(lock), std::move(connection).value(), options));
  if (Status status = database->Prepare(); !status.ok()) return CannotOpen(path, status);
  return database;
}

Status Database::Prepare() {
  RETURN_IF_ERROR(connection_->RunScript(fmt::format("PRAGMA busy_timeout = {}", kBusyMillis)));
  RETURN_IF_ERROR(CheckOwner());
  RETURN_IF_ERROR(CheckHealth());
  RETURN_IF_ERROR(Configure());
  return Migrate(*connection_);
}

// Touches nothing: a file that is not for us must stay as it is.
Status Database::CheckOwner() {
  ASSIGN_OR_RETURN(const int64_t version, connection_->QueryNumber("PRAGMA user_version"));
  ASSIGN_OR_RETURN(const int64_t application, connection_->QueryNumber("PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int64_t objects, connection_->QueryNumber("SELECT count(*) FROM sqlite_schema"));
  if (objects > 0 && application != kApplicationId) {
    return absl::FailedPreconditionError(
        fmt::format("{} is a database of another program: use another --data-dir", path_));
  }
  if (version > SchemaVersion()) {
    return absl::FailedPreconditionError(
        fmt::format("{} was written by a newer ElastiLab (schema {}, this one knows {}): use that version or another "
                    "--data-dir",
                    path_, version, SchemaVersion()));
  }
  if (connection_->read_only()) return absl::PermissionDeniedError("it is read-only");
  return absl::OkStatus();
}

Status Database::CheckHealth() {
  std::error_code none;
  const uintmax_t size = std::filesystem::file_size(path_, none);
  if (none || size > kLargestChecked) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string verdict, connection_->QueryText("PRAGMA quick_check(1)"));
  return verdict == "ok" ? absl::OkStatus() : Damaged(path_, verdict);
}

Status Database::Configure() {
  ASSIGN_OR_RETURN(const std::string mode, connection_->QueryText("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return absl::FailedPreconditionError(fmt::format(
        "{} is on a file system without shared memory maps, which SQLite needs: use a --data-dir on a local disk",
        path_));
  }
  RETURN_IF_ERROR(connection_->RunScript(options_.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF"));
  if (options_.max_pages > 0) {
    RETURN_IF_ERROR(connection_->RunScript(fmt::format("PRAGMA max_page_count = {}", options_.max_pages)));
  }
  // Finds out now, not at the first change, whether another program sits on SQLite's own lock.
  ASSIGN_OR_RETURN(Transaction probe, Transaction::Begin(*connection_));
  return absl::OkStatus();
}

template <typename T>
Status Database::LoadTable(State& state) {
  const auto [name, key] = kTable<T>;
  ASSIGN_OR_RETURN(Statement * rows,
                   connection_->Prepare(fmt::format("SELECT doc, {1} FROM {0} ORDER BY {1}", name, key)));
  Table<T>& table = state.table<T>();
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows->Step());
    if (!row) return absl::OkStatus();
    auto record = FromJson<T>(rows->Text(0));
    if (!record.ok()) return Damaged(path_, fmt::format("{} {}: {}", name, rows->Text(1), Words(record.status())));
    auto shared = std::make_shared<const T>(std::move(record).value());
    auto record_key = KeyOf(*shared);
    table.emplace_hint(table.end(), std::move(record_key), std::move(shared));
  }
}

Status Database::LoadEvents(State& state) {
  ASSIGN_OR_RETURN(Statement * rows, connection_->Prepare("SELECT seq, at, source_type, source_id, message FROM event "
                                                          "ORDER BY seq DESC LIMIT ?1"));
  rows->Bind(1, static_cast<int64_t>(options_.events_in_memory));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows->Step());
    if (!row) return absl::OkStatus();
    const auto at = ParseIso8601(rows->Text(1));
    const auto source_type = ParseSourceType(rows->Text(2));
    if (!at || !source_type) return Damaged(path_, fmt::format("event {} is unreadable", rows->Number(0)));
    state.events.push_front(std::make_shared<const Event>(Event{.seq = rows->Number(0),
                                                                .source_type = *source_type,
                                                                .source_id = std::string(rows->Text(3)),
                                                                .message = std::string(rows->Text(4)),
                                                                .at = *at}));
  }
}

StatusOr<Sequences> Database::Load(State& state) {
  Status status;
  ForEachKind([&]<typename T>() {
    if (status.ok()) status = LoadTable<T>(state);
  });
  if (status.ok()) status = LoadEvents(state);
  if (!status.ok()) return CannotOpen(path_, status);

  const auto next_id = connection_->QueryNumber("SELECT next FROM sequence WHERE name = 'id'");
  const auto next_event = connection_->QueryNumber("SELECT next FROM sequence WHERE name = 'event'");
  if (!next_id.ok()) return CannotOpen(path_, next_id.status());
  if (!next_event.ok()) return CannotOpen(path_, next_event.status());
  Sequences sequences{.next_id = std::max<int64_t>(1, *next_id), .next_event = std::max<int64_t>(1, *next_event)};
  // The row is written when events are pruned; while there are events, the newest one says as much.
  if (!state.events.empty()) sequences.next_event = std::max(sequences.next_event, state.events.back()->seq + 1);
  return sequences;
}

template <typename T>
Status Database::WriteTable(const Table<T>& changes) {
  for (const auto& [key, record] : changes) {
    ASSIGN_OR_RETURN(Statement * write, connection_->Prepare(record ? UpsertSql<T>() : DeleteSql<T>()));
    write->Bind(1, key);
    if (!record) {
      RETURN_IF_ERROR(write->Run());
      continue;
    }
    const std::string doc = ToJson(*record);
    RETURN_IF_ERROR(write->Bind(2, doc).Run());
  }
  return absl::OkStatus();
}

Status Database::WriteEvents(const Changes& changes) {
  if (changes.prune_events_before) {
    ASSIGN_OR_RETURN(Statement * prune, connection_->Prepare("DELETE FROM event WHERE at < ?1"));
    const std::string oldest = FormatIso8601(*changes.prune_events_before);
    RETURN_IF_ERROR(prune->Bind(1, oldest).Run());
    RETURN_IF_ERROR(WriteSequence("event", changes.next_event));
  }
  if (changes.records.events.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Statement * insert,
                   connection_->Prepare("INSERT INTO event (seq, at, source_type, source_id, message) "
                                        "VALUES (?1, ?2, ?3, ?4, ?5)"));
  for (const auto& event : changes.records.events) {
    const std::string at = FormatIso8601(event->at);
    insert->Bind(1, event->seq).Bind(2, at).Bind(3, Text(event->source_type)).Bind(4, event->source_id);
    RETURN_IF_ERROR(insert->Bind(5, event->message).Run());
  }
  return absl::OkStatus();
}

Status Database::WriteSequence(std::string_view name, int64_t next) {
  ASSIGN_OR_RETURN(Statement * write, connection_->Prepare("INSERT INTO sequence (name, next) VALUES (?1, ?2) "
                                                           "ON CONFLICT (name) DO UPDATE SET next = excluded.next"));
  return write->Bind(1, name).Bind(2, next).Run();
}

Status Database::WriteAll(const Changes& changes) {
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*connection_));
  Status status;
  ForEachKind([&]<typename T>() {
    if (status.ok()) status = WriteTable<T>(changes.records.table<T>());
  });
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(WriteEvents(changes));
  if (changes.reserve_ids_below > 0) RETURN_IF_ERROR(WriteSequence("id", changes.reserve_ids_below));
  RETURN_IF_ERROR(FaultPoint("store.before_commit"));
  return transaction.Commit();
}

Status Database::Save(const Changes& changes) {
  if (Status status = WriteAll(changes); !status.ok()) {
    Checkpoint();  // lets the log start over in the space it has: on a full disk that may be all there is
    return CannotSave(path_, status);
  }
  FaultPoint("store.after_commit").IgnoreError();  // only a crash makes sense here: the commit can't be taken back
  return absl::OkStatus();
}

void Database::SaveNextId(int64_t next_id) {
  // Should it fail, the reservation stands and some numbers are skipped.
  WriteSequence("id", next_id).IgnoreError();
}

}  // namespace elastilab
