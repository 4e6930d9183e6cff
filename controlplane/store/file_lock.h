// Keeps two control planes off one database.
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

// Held until it is destroyed or the process ends, however it ends.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  // FailedPrecondition names the pid that holds it.
  static StatusOr<FileLock> Take(const std::string& path);

 private:
  int fd_ = -1;
};

}  // namespace elastilab
