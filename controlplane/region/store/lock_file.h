// One control plane per database: the one that holds the lock file beside it. The kernel lets go when the holder dies.
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

class LockFile {
 public:
  // Takes `path` and writes our pid into it. FailedPrecondition when another process holds it (naming its pid) or the
  // file cannot be made; `guarded` is what the message says is in use.
  static StatusOr<LockFile> Take(const std::string& path, const std::string& guarded);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace elastilab
