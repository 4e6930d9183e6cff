#include "controlplane/store/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace elastilab {

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

StatusOr<FileLock> FileLock::Take(const std::string& path) {
  FileLock lock;
  lock.fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.fd_ < 0) {
    return absl::FailedPreconditionError(
        fmt::format("cannot write {}: {}; check that this user may write there", path, std::strerror(errno)));
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    char pid[16] = {};
    [[maybe_unused]] const ssize_t got = read(lock.fd_, pid, sizeof(pid) - 1);
    return absl::FailedPreconditionError(
        fmt::format("{} is held by a control plane with pid {}: end that one first, or choose another --data-dir", path,
                    std::atoi(pid)));
  }
  const std::string text = fmt::format("{}\n", getpid());
  if (ftruncate(lock.fd_, 0) != 0 || write(lock.fd_, text.data(), text.size()) < 0) {
    return absl::FailedPreconditionError(fmt::format("cannot write {}: {}; free space on its disk", path, std::strerror(errno)));
  }
  return lock;
}

}  // namespace elastilab
