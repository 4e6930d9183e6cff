#include "controlplane/region/store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cstring>
#include <utility>

namespace elastilab {
namespace {

absl::StatusCode CodeOf(int error) {
  switch (error & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kAborted;
    default:
      return absl::StatusCode::kInternal;
  }
}

// The error of the last call on `db`, with the system's reason where SQLite only says "disk I/O error".
Status LastError(sqlite3* db) {
  const int error = sqlite3_extended_errcode(db);
  std::string text = sqlite3_errmsg(db);
  const int primary = error & 0xff;
  if (const int reason = sqlite3_system_errno(db);
      reason != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) {
    text += fmt::format(" ({})", std::strerror(reason));
  }
  return Status(CodeOf(error), text);
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::Bind(int parameter, std::string_view text) {
  const char* data = text.data() ? text.data() : "";  // a null pointer would bind NULL
  const int result = sqlite3_bind_text64(handle_, parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (result != SQLITE_OK) bind_error_ = result;
  return *this;
}

Statement& Statement::Bind(int parameter, int64_t number) {
  const int result = sqlite3_bind_int64(handle_, parameter, number);
  if (result != SQLITE_OK) bind_error_ = result;
  return *this;
}

StatusOr<bool> Statement::Step() {
  if (const int error = std::exchange(bind_error_, SQLITE_OK); error != SQLITE_OK) {
    return Status(CodeOf(error), sqlite3_errstr(error));
  }
  const int result = sqlite3_step(handle_);
  if (result == SQLITE_ROW) return true;
  const Status status = result == SQLITE_DONE ? absl::OkStatus() : LastError(db_);
  sqlite3_reset(handle_);
  if (!status.ok()) return status;
  return false;
}

Status Statement::Run() {
  while (true) {
    ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) return absl::OkStatus();
  }
}

std::string_view Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return text ? std::string_view(text, static_cast<size_t>(sqlite3_column_bytes(handle_, column))) : std::string_view();
}

int64_t Statement::Number(int column) const { return sqlite3_column_int64(handle_, column); }

StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* db = nullptr;
  // Serial use is our business (NOMUTEX); a file: name is a name, not a URI.
  const int result =
      sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (db == nullptr) return absl::ResourceExhaustedError("out of memory");
  std::unique_ptr<Connection> connection(new Connection(db));
  if (result != SQLITE_OK) return LastError(db);
  // Hashes of passwords are in it. The WAL's files take their mode from it.
  chmod(path.c_str(), S_IRUSR | S_IWUSR);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_wal_hook(db, &Connection::OnWalCommit, connection.get());
  return connection;
}

Connection::Connection(sqlite3* db) : db_(db) {}

Connection::~Connection() {
  prepared_.clear();
  sqlite3_close(db_);
}

StatusOr<std::unique_ptr<Statement>> Connection::Compile(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr) !=
      SQLITE_OK) {
    return LastError(db_);
  }
  return std::make_unique<Statement>(db_, handle);
}

StatusOr<Statement*> Connection::Prepare(std::string_view sql) {
  auto it = prepared_.find(sql);
  if (it == prepared_.end()) {
    ASSIGN_OR_RETURN(auto statement, Compile(sql));
    it = prepared_.emplace(std::string(sql), std::move(statement)).first;
  }
  return it->second.get();
}

Status Connection::Run(std::string_view sql) {
  ASSIGN_OR_RETURN(Statement * statement, Prepare(sql));
  return statement->Run();
}

Status Connection::RunScript(const std::string& sql) {
  return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus() : LastError(db_);
}

StatusOr<int64_t> Connection::QueryNumber(std::string_view sql) {
  ASSIGN_OR_RETURN(auto statement, Compile(sql));
  ASSIGN_OR_RETURN(const bool row, statement->Step());
  return row ? statement->Number(0) : 0;
}

StatusOr<std::string> Connection::QueryText(std::string_view sql) {
  ASSIGN_OR_RETURN(auto statement, Compile(sql));
  ASSIGN_OR_RETURN(const bool row, statement->Step());
  return row ? std::string(statement->Text(0)) : std::string();
}

bool Connection::read_only() const { return sqlite3_db_readonly(db_, "main") == 1; }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

Status Connection::Checkpoint() {
  checkpointed_pages_ = log_pages_;
  return sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) == SQLITE_OK
             ? absl::OkStatus()
             : LastError(db_);
}

int Connection::OnWalCommit(void* self, sqlite3*, const char*, int pages) {
  auto& connection = *static_cast<Connection*>(self);
  if (pages <= connection.checkpointed_pages_) connection.checkpointed_pages_ = 0;  // it has started over
  connection.log_pages_ = pages;
  return SQLITE_OK;
}

StatusOr<Transaction> Transaction::Begin(Connection& connection) {
  RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  if (connection_ && connection_->in_transaction()) connection_->Run("ROLLBACK").IgnoreError();
}

Status Transaction::Commit() {
  RETURN_IF_ERROR(connection_->Run("COMMIT"));
  connection_ = nullptr;
  return absl::OkStatus();
}

}  // namespace elastilab
