// One agent per zone and data directory: the one that holds the lock file. The kernel lets go when the agent dies.
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

class ZoneLock {
 public:
  // FailedPrecondition "zone us-east-1a is already served by pid N".
  static StatusOr<ZoneLock> Take(const std::string& lock_file, const std::string& zone);

  ZoneLock(ZoneLock&& other) noexcept;
  ZoneLock& operator=(ZoneLock&&) = delete;
  ~ZoneLock();

 private:
  explicit ZoneLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace elastilab
