#include "agent/journal/zone_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/journal/files.h"

namespace elastilab {

StatusOr<ZoneLock> ZoneLock::Take(const std::string& lock_file, const std::string& zone) {
  const int fd = open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return absl::FailedPreconditionError(fmt::format("cannot open {}: {}", lock_file, std::strerror(errno)));
  ZoneLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    auto holder = ReadWholeFile(lock_file);
    return absl::FailedPreconditionError(
        fmt::format("zone {} is already served by pid {}", zone, holder.ok() && !holder->empty() ? *holder : "?"));
  }
  const std::string pid = fmt::format("{}", getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return absl::FailedPreconditionError(fmt::format("cannot write {}: {}", lock_file, std::strerror(errno)));
  }
  return lock;
}

ZoneLock::ZoneLock(ZoneLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

ZoneLock::~ZoneLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace elastilab
