#include "controlplane/region/store/migrations.h"

#include <fmt/format.h>

#include <array>

#include "common/fault_point.h"

namespace elastilab {
namespace {

// One table per kind of record. `doc` is the whole record as JSON (record_json.h) and the only thing we read; the
// columns computed from it are for people with the sqlite3 shell and can't disagree with it. They take no space and
// no time: reads are answered from memory, so nothing needs an index but the keys.
constexpr const char* kRecords = R"sql(
  CREATE TABLE cache_cluster (
    id TEXT PRIMARY KEY,
    status TEXT AS (doc ->> 'status'),
    engine TEXT AS (doc ->> 'engine'),
    engine_version TEXT AS (doc ->> 'engine_version'),
    node_type TEXT AS (doc ->> 'node_type'),
    replication_group TEXT AS (doc ->> 'group_id'),
    zone TEXT AS (doc ->> 'preferred_zone'),
    port INTEGER AS (doc ->> 'port'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
  CREATE TABLE replication_group (
    id TEXT PRIMARY KEY,
    status TEXT AS (doc ->> 'status'),
    engine TEXT AS (doc ->> 'engine'),
    engine_version TEXT AS (doc ->> 'engine_version'),
    node_type TEXT AS (doc ->> 'node_type'),
    cluster_enabled INTEGER AS (doc ->> 'cluster_enabled'),
    automatic_failover TEXT AS (doc ->> 'automatic_failover'),
    multi_az INTEGER AS (doc ->> 'multi_az'),
    member_clusters TEXT AS (doc ->> 'member_clusters'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
  CREATE TABLE node_group (
    key TEXT PRIMARY KEY,
    status TEXT AS (doc ->> 'status'),
    primary_node INTEGER AS (doc ->> 'primary'),
    nodes TEXT AS (doc ->> 'nodes'),
    slots TEXT AS (doc ->> 'slots'),
    primary_address TEXT AS (doc ->> '$.primary_endpoint.address'),
    reader_address TEXT AS (doc ->> '$.reader_endpoint.address'),
    failover_step TEXT AS (doc ->> '$.failover.step'),
    doc TEXT NOT NULL);
  CREATE TABLE cache_node (
    uid INTEGER PRIMARY KEY,
    cluster TEXT AS (doc ->> 'cluster_id'),
    id TEXT AS (doc ->> 'id'),
    replication_group TEXT AS (doc ->> 'group_id'),
    node_group TEXT AS (doc ->> 'node_group_id'),
    status TEXT AS (doc ->> 'status'),
    role TEXT AS (doc ->> 'role'),
    zone TEXT AS (doc ->> 'zone'),
    address TEXT AS (doc ->> 'address'),
    port INTEGER AS (doc ->> 'port'),
    incarnation INTEGER AS (doc ->> 'incarnation'),
    problem TEXT AS (doc ->> 'problem'),
    doc TEXT NOT NULL);
  CREATE TABLE failover (
    id INTEGER PRIMARY KEY,
    started_at TEXT AS (doc ->> 'started_at'),
    replication_group TEXT AS (doc ->> 'group_id'),
    node_group TEXT AS (doc ->> 'node_group_id'),
    cause TEXT AS (doc ->> 'cause'),
    evidence TEXT AS (doc ->> 'evidence'),
    old_primary TEXT AS (doc ->> 'old_primary'),
    new_primary TEXT AS (doc ->> 'new_primary'),
    outcome TEXT AS (doc ->> 'outcome'),
    promoted_micros INTEGER AS (doc ->> 'promoted_micros'),
    lost_bytes INTEGER AS (doc ->> 'lost_bytes'),
    doc TEXT NOT NULL);
  CREATE TABLE tag_set (
    arn TEXT PRIMARY KEY,
    tags TEXT AS (doc ->> 'tags'),
    doc TEXT NOT NULL);
  CREATE TABLE subnet_group (
    name TEXT PRIMARY KEY,
    description TEXT AS (doc ->> 'description'),
    vpc_id TEXT AS (doc ->> 'vpc_id'),
    subnets TEXT AS (doc ->> 'subnets'),
    doc TEXT NOT NULL);
  CREATE TABLE zone (
    name TEXT PRIMARY KEY,
    status TEXT AS (doc ->> 'status'),
    doc TEXT NOT NULL);
  CREATE TABLE lab_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    region TEXT AS (doc ->> 'region'),
    account TEXT AS (doc ->> 'account'),
    clock_offset_ms INTEGER AS (doc ->> 'clock_offset_ms'),
    suspended INTEGER AS (doc ->> 'suspended'),
    doc TEXT NOT NULL);

  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    message TEXT NOT NULL);

  -- Numbers below `next` have been given, or will never be.
  CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL);
)sql";

// Users and what else an account holds beside its caches.
constexpr const char* kAccounts = R"sql(
  CREATE TABLE cache_user (
    id TEXT PRIMARY KEY,
    name TEXT AS (doc ->> 'name'),
    status TEXT AS (doc ->> 'status'),
    engine TEXT AS (doc ->> 'engine'),
    access_string TEXT AS (doc ->> 'access_string'),
    authentication TEXT AS (doc ->> 'authentication'),
    doc TEXT NOT NULL);
  CREATE TABLE cache_user_group (
    id TEXT PRIMARY KEY,
    status TEXT AS (doc ->> 'status'),
    engine TEXT AS (doc ->> 'engine'),
    user_ids TEXT AS (doc ->> 'user_ids'),
    doc TEXT NOT NULL);
  CREATE TABLE cache_security_group (
    name TEXT PRIMARY KEY,
    description TEXT AS (doc ->> 'description'),
    ingress TEXT AS (doc ->> 'ingress'),
    doc TEXT NOT NULL);
  CREATE TABLE reserved_node (
    id TEXT PRIMARY KEY,
    offering_id TEXT AS (doc ->> 'offering_id'),
    node_type TEXT AS (doc ->> 'node_type'),
    product TEXT AS (doc ->> 'product'),
    offering_type TEXT AS (doc ->> 'offering_type'),
    seconds INTEGER AS (doc ->> 'seconds'),
    count INTEGER AS (doc ->> 'count'),
    bought_at TEXT AS (doc ->> 'bought_at'),
    doc TEXT NOT NULL);
)sql";

constexpr const char* kParameterGroups = R"sql(
  CREATE TABLE parameter_group (
    name TEXT PRIMARY KEY,
    family TEXT AS (doc ->> 'family'),
    description TEXT AS (doc ->> 'description'),
    settings TEXT AS (doc ->> 'settings'),
    doc TEXT NOT NULL);
)sql";

constexpr const char* kIdentities = R"sql(
  CREATE TABLE iam_user (
    key TEXT PRIMARY KEY,
    name TEXT AS (doc ->> 'name'),
    path TEXT AS (doc ->> 'path'),
    id TEXT AS (doc ->> 'id'),
    "groups" TEXT AS (doc ->> 'groups'),
    attached TEXT AS (doc ->> 'attached'),
    boundary TEXT AS (doc ->> 'boundary'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
  CREATE TABLE iam_group (
    key TEXT PRIMARY KEY,
    name TEXT AS (doc ->> 'name'),
    path TEXT AS (doc ->> 'path'),
    id TEXT AS (doc ->> 'id'),
    attached TEXT AS (doc ->> 'attached'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
  CREATE TABLE iam_role (
    key TEXT PRIMARY KEY,
    name TEXT AS (doc ->> 'name'),
    path TEXT AS (doc ->> 'path'),
    id TEXT AS (doc ->> 'id'),
    attached TEXT AS (doc ->> 'attached'),
    boundary TEXT AS (doc ->> 'boundary'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
  CREATE TABLE access_key (
    key TEXT PRIMARY KEY,
    user_name TEXT AS (doc ->> 'user_name'),
    active INTEGER AS (doc ->> 'active'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
  CREATE TABLE managed_policy (
    key TEXT PRIMARY KEY,
    name TEXT AS (doc ->> 'name'),
    path TEXT AS (doc ->> 'path'),
    id TEXT AS (doc ->> 'id'),
    default_version INTEGER AS (doc ->> 'default_version'),
    created_at TEXT AS (doc ->> 'created_at'),
    doc TEXT NOT NULL);
)sql";

// Members that served when this was written down hold data; those in the middle of something are found out anew.
constexpr const char* kHoldings = R"sql(
  UPDATE cache_node SET doc = json_set(doc, '$.holds_data', json('true'))
    WHERE doc ->> 'ever_ready' AND doc ->> 'status' IN ('available', 'rebooting');
)sql";

// Step n brings a database from user_version n to n + 1.
constexpr std::array kSteps = {kRecords, kAccounts, kParameterGroups, kIdentities, kHoldings};

}  // namespace

int SchemaVersion() { return static_cast<int>(kSteps.size()); }

Status Migrate(Connection& connection) {
  ASSIGN_OR_RETURN(int64_t version, connection.QueryNumber("PRAGMA user_version"));
  for (; version < SchemaVersion(); ++version) {
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection));
    RETURN_IF_ERROR(connection.RunScript(kSteps[static_cast<size_t>(version)]));
    RETURN_IF_ERROR(connection.RunScript(
        fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", version + 1, kApplicationId)));
    RETURN_IF_ERROR(FaultPoint("store.migrate"));
    RETURN_IF_ERROR(transaction.Commit());
  }
  return absl::OkStatus();
}

}  // namespace elastilab
