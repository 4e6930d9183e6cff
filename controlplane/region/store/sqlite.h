// A thin layer over SQLite: handles that close themselves, statements prepared once, errors as Status.
//
// Codes of the errors, the same for every call:
//   DataLoss           the file is damaged, or is no database
//   ResourceExhausted  disk full
//   PermissionDenied   cannot be opened or written
//   Aborted            another program holds its lock
//   Internal           anything else
// Not thread-safe; may be used from one thread after another.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace elastilab {

// One SQL statement. Parameters and columns count as in SQLite: parameters from 1, columns from 0.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* handle) : db_(db), handle_(handle) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // The text is not copied: it must live until the statement has run. A failure to bind is told by Step.
  Statement& Bind(int parameter, std::string_view text);
  Statement& Bind(int parameter, int64_t number);

  // True: there is a row. False: the end, and the statement is ready for its next run. So it is after an error.
  StatusOr<bool> Step();
  // Steps to the end, for statements without an answer.
  Status Run();

  std::string_view Text(int column) const;  // holds until the next Step
  int64_t Number(int column) const;

 private:
  sqlite3* const db_;
  sqlite3_stmt* const handle_;
  int bind_error_ = 0;
};

class Connection {
 public:
  // Opens or creates the file. Creation is lazy: much that is wrong with a file shows at the first statement.
  static StatusOr<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Prepared at the first call with this text; owned by the connection.
  StatusOr<Statement*> Prepare(std::string_view sql);
  // Prepare and Run.
  Status Run(std::string_view sql);
  // Any number of statements, not kept.
  Status RunScript(const std::string& sql);
  // The first column of the first row.
  StatusOr<int64_t> QueryNumber(std::string_view sql);
  StatusOr<std::string> QueryText(std::string_view sql);

  bool read_only() const;
  // Pages that commits have added to the write-ahead log since the last Checkpoint; SQLite makes none by itself here.
  int log_pages() const { return log_pages_ - checkpointed_pages_; }
  // Copies the log into the database file as far as readers allow.
  Status Checkpoint();
  // True between BEGIN and COMMIT; an error can end a transaction by itself.
  bool in_transaction() const;

 private:
  explicit Connection(sqlite3* db);
  StatusOr<std::unique_ptr<Statement>> Compile(std::string_view sql);
  static int OnWalCommit(void* self, sqlite3* db, const char* name, int pages);

  sqlite3* const db_;
  std::map<std::string, std::unique_ptr<Statement>, std::less<>> prepared_;
  int log_pages_ = 0;           // length of the log after the last commit
  int checkpointed_pages_ = 0;  // the same at the last checkpoint; the log starts over when no reader needs it
};

// Rolls back unless it was committed.
class Transaction {
 public:
  // Takes the write lock at once, so that no later statement can find it taken.
  static StatusOr<Transaction> Begin(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Status Commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace elastilab
