#include "controlplane/store/migrations.h"

#include <fmt/format.h>

#include <array>

#include "common/fault_point.h"

namespace elastilab {
namespace {

// Every table has the columns that someone with the sqlite3 shell looks for, and `doc`, the whole record as JSON.
constexpr std::array<const char*, 1> kSteps = {
    R"sql(
    CREATE TABLE cache_cluster(id TEXT PRIMARY KEY, status TEXT, engine TEXT, replication_group TEXT, doc TEXT NOT NULL);
    CREATE TABLE replication_group(id TEXT PRIMARY KEY, status TEXT, engine TEXT, doc TEXT NOT NULL);
    CREATE TABLE node_group(id TEXT PRIMARY KEY, status TEXT, primary_uid INTEGER, failover TEXT, doc TEXT NOT NULL);
    CREATE TABLE cache_node(uid INTEGER PRIMARY KEY, cluster TEXT, node TEXT, zone TEXT, address TEXT, port INTEGER,
                            status TEXT, role TEXT, doc TEXT NOT NULL);
    CREATE TABLE failover(id INTEGER PRIMARY KEY, replication_group TEXT, cause TEXT, outcome TEXT, doc TEXT NOT NULL);
    CREATE TABLE tag_set(arn TEXT PRIMARY KEY, doc TEXT NOT NULL);
    CREATE TABLE subnet_group(name TEXT PRIMARY KEY, doc TEXT NOT NULL);
    CREATE TABLE zone(name TEXT PRIMARY KEY, status TEXT, doc TEXT NOT NULL);
    CREATE TABLE settings(id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
    CREATE TABLE event(seq INTEGER PRIMARY KEY, at TEXT NOT NULL, source_type TEXT NOT NULL, source_id TEXT NOT NULL,
                       message TEXT NOT NULL);
    CREATE TABLE sequence(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    INSERT INTO sequence VALUES('id', 0);
    )sql",
};

}  // namespace

int NewestSchema() { return static_cast<int>(kSteps.size()); }

Status Migrate(Connection& connection, const std::string& path) {
  ASSIGN_OR_RETURN(const int64_t version, connection.ReadInteger("PRAGMA user_version"));
  if (version > NewestSchema()) {
    return absl::FailedPreconditionError(
        fmt::format("the database {} was written by a newer ElastiLab (schema {}, this one knows {}): use that version, or "
                    "another --data-dir",
                    path, version, NewestSchema()));
  }
  for (int64_t next = version + 1; next <= NewestSchema(); ++next) {
    RETURN_IF_ERROR(FaultPoint("store.migrate"));
    RETURN_IF_ERROR(connection.Run(
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA user_version = {}; COMMIT;", kSteps[next - 1], next)));
  }
  return absl::OkStatus();
}

}  // namespace elastilab
