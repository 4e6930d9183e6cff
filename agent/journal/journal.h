// The agent's memory of its zone: one directory per node, as drawn in paths.h. Knows bytes and records, not the
// protocol. Blocks for tens of microseconds per call. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/journal/paths.h"
#include "agent/journal/process_record.h"
#include "common/os/host.h"
#include "common/status.h"

namespace elastilab {

class Journal {
 public:
  struct Entry {
    int64_t uid = 0;
    StatusOr<std::string> assignment;  // NotFound: there is none; DataLoss: it is damaged
  };

  // Makes the directories and takes the zone's lock, which goes with this object.
  // One agent serves a zone: FailedPrecondition "zone us-east-1a is already served by pid N". `files` outlives it.
  static StatusOr<Journal> Open(Files& files, const std::string& data_dir, const std::string& zone);

  const ZonePaths& paths() const { return paths_; }
  NodeFiles Node(int64_t uid) const { return paths_.Node(uid); }

  // Every directory of a node. One without an assignment may be what a removal that was cut short has left, or a node
  // that runs and whose assignment was damaged: only the control plane's wishes tell.
  std::vector<Entry> Load() const;

  Status WriteAssignment(int64_t uid, const std::string& bytes) const;
  // Empties what an incarnation leaves behind (data, log, records); the assignment stays. Makes the directories. The
  // record goes last: cut short, it still says that what is there belongs to the past.
  Status WipeNode(int64_t uid) const;
  // The assignment goes first: what is left when this is cut short is no node any more.
  Status RemoveNode(int64_t uid) const;

 private:
  Journal(Files& files, ZonePaths paths, std::unique_ptr<FileLock> lock)
      : files_(&files), paths_(std::move(paths)), lock_(std::move(lock)) {}

  Files* files_;
  ZonePaths paths_;
  std::unique_ptr<FileLock> lock_;
};

// NotFound: there is none. DataLoss: it is damaged. recovery.h says what both mean.
StatusOr<ProcessRecord> ReadRecord(Files& files, const std::string& path);
Status WriteRecord(Files& files, const std::string& path, const ProcessRecord& record);

}  // namespace elastilab
