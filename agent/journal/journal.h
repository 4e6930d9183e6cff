// The agent's memory of its zone: one directory per node, as drawn in paths.h. Knows bytes and records, not the
// protocol. Blocks for tens of microseconds per call. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal/paths.h"
#include "agent/journal/process_record.h"
#include "agent/journal/zone_lock.h"
#include "common/status.h"

namespace elastilab {

class Journal {
 public:
  struct Node {
    int64_t uid = 0;
    std::string assignment;
  };

  // Makes the directories and takes the zone's lock; the lock goes with this object.
  static StatusOr<Journal> Open(const std::string& data_dir, const std::string& zone);

  const ZonePaths& paths() const { return paths_; }
  NodeFiles Files(int64_t uid) const { return paths_.Node(uid); }

  // Every node with an assignment. A directory without one is a removal that a crash cut short: it is removed.
  std::vector<Node> Load() const;

  Status WriteAssignment(int64_t uid, const std::string& bytes) const;
  // Empties what a generation leaves behind (data, log, records); the assignment stays. Makes the directories.
  Status WipeNode(int64_t uid) const;
  // The assignment goes first: what is left when this is cut short is no node any more.
  Status RemoveNode(int64_t uid) const;

 private:
  Journal(ZonePaths paths, ZoneLock lock) : paths_(std::move(paths)), lock_(std::move(lock)) {}

  ZonePaths paths_;
  ZoneLock lock_;
};

// Nothing when there is none, or none that can be read (after saying so would help nobody: it is replaced by the next).
std::optional<ProcessRecord> ReadRecord(const std::string& path);
Status WriteRecord(const std::string& path, const ProcessRecord& record);

}  // namespace elastilab
