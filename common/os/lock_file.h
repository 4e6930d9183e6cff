// A file that says who serves something: held with flock and with the holder's pid in it. The kernel lets go when the
// holder dies, so that such a file never goes stale.
#pragma once

#include <cstdint>
#include <string>

#include "common/os/unique_fd.h"
#include "common/status.h"

namespace elastilab {

// Held as long as this lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class LockFile final : public FileLock {
 public:
  // Takes `path` and writes our pid into it. AlreadyExists when another process holds it: the message is that one's
  // pid, or "unknown" while it has yet to write it. FailedPrecondition: the file can't be made.
  static StatusOr<LockFile> Take(const std::string& path);

 private:
  explicit LockFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// The pid of the holder; 0 when nobody holds it.
int64_t LockHolder(const std::string& path);
// Deletes a lock file that nobody holds.
void RemoveFreeLock(const std::string& path);

}  // namespace elastilab
