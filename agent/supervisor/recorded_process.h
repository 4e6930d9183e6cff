// A process with its record in the journal, always written in the order that lets the next agent find it: the intent,
// then the spawn, then who it is.
#pragma once

#include <memory>
#include <string>

#include "agent/journal/paths.h"
#include "agent/journal/process_record.h"
#include "common/os/host.h"
#include "common/status.h"

namespace elastilab {

class RecordedProcess {
 public:
  using Exited = std::function<void()>;

  // `record` is what the journal says, or a fresh one. `exited` is called after each exit with the record already
  // brought up to date, but not yet saved: the news goes out first.
  RecordedProcess(Host& host, ProcessFiles files, ProcessRecord record, Exited exited);

  // Starts `command`; working directory and log file are ours to say. The record keeps what the caller put into it.
  Status Start(Command command);
  // Takes over `identity`, which recovery matched with the record.
  Status Adopt(const ProcessIdentity& identity);
  bool alive() const { return process_ != nullptr; }
  // Nothing when it is dead.
  void Signal(int signal);

  ProcessRecord& record() { return record_; }
  const ProcessRecord& record() const { return record_; }
  // Failures are logged: a record that can't be written must not stop a cache.
  void Save();
  // What the present or last process said last.
  std::string LogTail() const;

 private:
  void OnExit(const ProcessExit& exit);

  Host& host_;
  ProcessFiles files_;
  ProcessRecord record_;
  Exited exited_;
  std::unique_ptr<Process> process_;
  int64_t log_start_ = 0;  // size of the log when the process was started
};

}  // namespace elastilab
