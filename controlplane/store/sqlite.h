// A thin RAII layer over SQLite: a connection, its prepared statements, and errors that say what to do. One thread at a
// time.
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

// A prepared statement being bound, stepped and read; goes back to the connection's cache when it is reset.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Positions count from 1. The text must live until Step.
  Statement& Bind(int position, std::string_view text);
  Statement& Bind(int position, int64_t value);
  // True: a row is there. False: done.
  StatusOr<bool> Step();
  std::string Text(int column) const;
  int64_t Integer(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Connection {
 public:
  static StatusOr<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();

  // Runs statements that return nothing of interest.
  Status Run(const std::string& sql);
  // The statement for `sql`, prepared once per connection.
  StatusOr<std::unique_ptr<Statement>> Prepare(const std::string& sql);
  StatusOr<int64_t> ReadInteger(const std::string& sql);
  // What went wrong last, with the path and what to do about it.
  Status LastError(std::string_view what) const;

 private:
  Connection(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

  sqlite3* db_;
  const std::string path_;
  std::map<std::string, sqlite3_stmt*> statements_;
};

}  // namespace elastilab
