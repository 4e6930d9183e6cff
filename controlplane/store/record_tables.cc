#include "controlplane/store/record_tables.h"

#include <fmt/format.h>

#include <tuple>

#include "common/time_text.h"
#include "controlplane/store/record_json.h"

namespace elastilab {
namespace {

// How many events are kept at hand: 14 days of a busy lab.
constexpr int kEventsInMemory = 100'000;

// Table, key column, further columns.
template <typename T>
struct Layout;
#define EL_LAYOUT(T, table_name, key_name, column_names, ...)           \
  template <>                                                           \
  struct Layout<T> {                                                    \
    static constexpr const char* kTable = table_name;                   \
    static constexpr const char* kKey = key_name;                       \
    static constexpr const char* kColumns = column_names;               \
    static auto Values([[maybe_unused]] const T& r) { return std::make_tuple(__VA_ARGS__); } \
  }
EL_LAYOUT(CacheCluster, "cache_cluster", "id", ", status, engine, replication_group", Text(r.status), Text(r.engine),
          std::string_view(r.group_id));
EL_LAYOUT(ReplicationGroup, "replication_group", "id", ", status, engine", Text(r.status), Text(r.engine));
EL_LAYOUT(NodeGroup, "node_group", "id", ", status, primary_uid, failover", Text(r.status), int64_t{r.primary},
          Text(r.failover.step));
EL_LAYOUT(CacheNode, "cache_node", "uid", ", cluster, node, zone, address, port, status, role", std::string_view(r.cluster_id),
          std::string_view(r.id), std::string_view(r.zone), std::string_view(r.address), int64_t{r.port}, Text(r.status),
          Text(r.role));
EL_LAYOUT(FailoverRecord, "failover", "id", ", replication_group, cause, outcome", std::string_view(r.group_id), Text(r.cause),
          std::string_view(r.outcome));
EL_LAYOUT(TagSet, "tag_set", "arn", "");
EL_LAYOUT(SubnetGroup, "subnet_group", "name", "");
EL_LAYOUT(Zone, "zone", "name", ", status", Text(r.status));
EL_LAYOUT(LabSettings, "settings", "id", "");
#undef EL_LAYOUT

template <typename T>
const std::string& UpsertSql() {
  static const std::string sql = [] {
    std::string marks = "?, ?";
    for (const char* c = Layout<T>::kColumns; *c != '\0'; ++c) marks += *c == ',' ? ", ?" : "";
    return fmt::format("INSERT OR REPLACE INTO {}({}{}, doc) VALUES({})", Layout<T>::kTable, Layout<T>::kKey,
                       Layout<T>::kColumns, marks);
  }();
  return sql;
}

template <typename T>
Status Upsert(Connection& connection, const KeyType<T>& key, const T& record) {
  ASSIGN_OR_RETURN(auto statement, connection.Prepare(UpsertSql<T>()));
  int position = 1;
  statement->Bind(position++, key);
  std::apply([&](const auto&... value) { (statement->Bind(position++, value), ...); }, Layout<T>::Values(record));
  const std::string doc = ToJson(record);
  statement->Bind(position, std::string_view(doc));
  return statement->Step().status();
}

template <typename T>
Status WriteTable(Connection& connection, const State& changes) {
  static const std::string delete_sql = fmt::format("DELETE FROM {} WHERE {} = ?", Layout<T>::kTable, Layout<T>::kKey);
  for (const auto& [key, record] : changes.table<T>()) {
    if (record) {
      RETURN_IF_ERROR(Upsert<T>(connection, key, *record));
      continue;
    }
    ASSIGN_OR_RETURN(auto statement, connection.Prepare(delete_sql));
    RETURN_IF_ERROR(statement->Bind(1, key).Step().status());
  }
  return absl::OkStatus();
}

template <typename T>
Status ReadTable(Connection& connection, State& state) {
  ASSIGN_OR_RETURN(auto statement, connection.Prepare(fmt::format("SELECT doc FROM {}", Layout<T>::kTable)));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, statement->Step());
    if (!row) return absl::OkStatus();
    auto record = FromJson<T>(statement->Text(0));
    if (!record.ok()) {
      return absl::FailedPreconditionError(
          fmt::format("table {} holds a damaged record: {}", Layout<T>::kTable, std::string(record.status().message())));
    }
    const KeyType<T> key = KeyOf(*record);
    state.table<T>()[key] = std::make_shared<const T>(std::move(*record));
  }
}

Status WriteEvents(Connection& connection, const State& changes, int64_t next_event) {
  for (const auto& event : changes.events) {
    ASSIGN_OR_RETURN(auto statement, connection.Prepare("INSERT INTO event VALUES(?, ?, ?, ?, ?)"));
    const std::string at = FormatIso8601(event->at);
    statement->Bind(1, next_event++).Bind(2, std::string_view(at)).Bind(3, Text(event->source_type));
    statement->Bind(4, std::string_view(event->source_id)).Bind(5, std::string_view(event->message));
    RETURN_IF_ERROR(statement->Step().status());
  }
  return absl::OkStatus();
}

Status ReadEvents(Connection& connection, State& state) {
  ASSIGN_OR_RETURN(auto statement,
                   connection.Prepare(fmt::format("SELECT seq, at, source_type, source_id, message FROM "
                                                  "(SELECT * FROM event ORDER BY seq DESC LIMIT {}) ORDER BY seq",
                                                  kEventsInMemory)));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, statement->Step());
    if (!row) return absl::OkStatus();
    Event event;
    event.seq = statement->Integer(0);
    event.at = ParseIso8601(statement->Text(1)).value_or(ServiceTime{});
    event.source_type = ParseSourceType(statement->Text(2)).value_or(SourceType::kCacheCluster);
    event.source_id = statement->Text(3);
    event.message = statement->Text(4);
    state.events.push_back(std::make_shared<const Event>(std::move(event)));
  }
}

template <typename... T>
Status WriteTables(Connection& connection, const State& changes) {
  Status status;
  ((status = WriteTable<T>(connection, changes), status.ok()) && ...);
  return status;
}

template <typename... T>
Status ReadTables(Connection& connection, State& state) {
  Status status;
  ((status = ReadTable<T>(connection, state), status.ok()) && ...);
  return status;
}

}  // namespace

Status WriteChanges(Connection& connection, const State& changes, int64_t next_event) {
  RETURN_IF_ERROR((WriteTables<CacheCluster, ReplicationGroup, NodeGroup, CacheNode, FailoverRecord, TagSet, SubnetGroup, Zone,
                               LabSettings>(connection, changes)));
  return WriteEvents(connection, changes, next_event);
}

StatusOr<State> ReadState(Connection& connection) {
  State state;
  RETURN_IF_ERROR((ReadTables<CacheCluster, ReplicationGroup, NodeGroup, CacheNode, FailoverRecord, TagSet, SubnetGroup, Zone,
                              LabSettings>(connection, state)));
  RETURN_IF_ERROR(ReadEvents(connection, state));
  return state;
}

}  // namespace elastilab
