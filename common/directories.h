// Directories whose names survive power loss. The fsync of a file covers its bytes, not the entry that it is found by.
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

// Returns when all that was created, renamed or removed in `path` so far will still be so after a power cut.
Status SyncDirectory(const std::string& path);

// Makes `path` and those of its parents that are missing, with mode 0700, to survive power loss: `path` itself also
// when it was there (whoever made it may have been cut short; a flush of what is flushed costs microseconds).
// FailedPrecondition names what can't be made, and why.
Status MakeDurableDirectories(const std::string& path);

}  // namespace elastilab
