#include "controlplane/store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace elastilab {

Statement::~Statement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::Bind(int position, std::string_view text) {
  sqlite3_bind_text(statement_, position, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::Bind(int position, int64_t value) {
  sqlite3_bind_int64(statement_, position, value);
  return *this;
}

StatusOr<bool> Statement::Step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return absl::UnavailableError(sqlite3_errmsg(sqlite3_db_handle(statement_)));
}

std::string Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr ? std::string() : std::string(text, sqlite3_column_bytes(statement_, column));
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(db, path));
  if (result != SQLITE_OK) return connection->LastError("cannot open");
  sqlite3_busy_timeout(db, 2000);
  return connection;
}

Connection::~Connection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Status Connection::Run(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
  return LastError("cannot use");
}

StatusOr<std::unique_ptr<Statement>> Connection::Prepare(const std::string& sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return LastError("cannot use");
  }
  return std::make_unique<Statement>(statement);
}

StatusOr<int64_t> Connection::ReadInteger(const std::string& sql) {
  ASSIGN_OR_RETURN(auto statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement->Step());
  return row ? statement->Integer(0) : 0;
}

Status Connection::LastError(std::string_view what) const {
  const int code = db_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(db_);
  const std::string reason = db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_);
  std::string advice;
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      advice = "the file is damaged or no ElastiLab database: put it aside, or choose another --data-dir";
      break;
    case SQLITE_FULL:
      advice = "free space on its disk";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      advice = "another program holds it: end that one first";
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      advice = "check that this user may write there";
      break;
    default:
      advice = "see the disk and its messages";
  }
  const std::string text = fmt::format("{} the database {}: {}; {}", what, path_, reason, advice);
  const bool passing = (code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_IOERR;
  return passing ? absl::UnavailableError(text) : absl::FailedPreconditionError(text);
}

}  // namespace elastilab
