// The few file operations that the journal and the labs need, with errors that name the file and the reason.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/status.h"

namespace elastilab {

// Replaces `path` with a file of mode 0600 that holds `text`. Readers see the old text or the new one.
Status WriteFileAtomically(const std::string& path, const std::string& text);
// NotFound when there is no such file.
StatusOr<std::string> ReadWholeFile(const std::string& path);
// Makes `path` and its parents; the directories it makes have mode 0700.
Status MakeDirectories(const std::string& path);
// As above, and fails when `path` belongs to someone else or others may enter it (names under /tmp can be squatted).
Status MakePrivateDirectory(const std::string& path);
// Already gone is success.
Status RemoveTree(const std::string& path);
// The names in a directory; empty when it can't be read.
std::vector<std::string> ListDirectory(const std::string& path);
// Without links, dots and double slashes. FailedPrecondition when there is no such file.
StatusOr<std::string> CanonicalPath(const std::string& path);

// 0 when there is no such file.
off_t FileSize(const std::string& path);
// The last `lines` non-empty lines that were written to `path` after its first `from` bytes, joined by " | ".
std::string LastLines(const std::string& path, off_t from, int lines);

// The directory of the program that runs.
std::string ProgramDirectory();

}  // namespace elastilab
