// What the files of a redis or valkey that does not run hold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/engine/node_spec.h"

namespace elastilab {

// A file in the data directory that says: dump.rdb was ordered by Shutdown(save), so the next start may read it. Any
// other dump is left from a replica's first sync, and old.
inline constexpr std::string_view kResumeMark = "resume";

// The replication offset and its history in the head of an RDB file ("repl-offset" and "repl-id" among the auxiliary
// fields that come before the keys); -1 and empty when there are none, or this is no RDB file. Takes any bytes.
struct RdbPosition {
  int64_t offset = -1;
  std::string history;
};
RdbPosition PositionOf(std::string_view rdb_head);

// Makes the mark, so that it survives a power cut, and removes a dump that nobody ordered. One that is there and was ordered stays the ordered one: the
// engine that loads it exits without saving when it is asked to stop meanwhile.
void OrderDump(const NodePaths& paths);
// Whether dump.rdb is what Shutdown(save) ordered.
bool HoldsOrderedDump(const NodePaths& paths);

// A dump that was ordered, or an append-only file if the node keeps one. Blocks for some microseconds.
SavedData ReadSavedData(const LaunchSpec& launch, const NodePaths& paths);

bool KeepsAppendOnlyFile(const LaunchSpec& launch);

}  // namespace elastilab
