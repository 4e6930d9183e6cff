#include "controlplane/region/store/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace elastilab {
namespace {

// The pid in the file, or "unknown" while its holder has yet to write it.
std::string Holder(int fd) {
  char text[32];
  const ssize_t size = pread(fd, text, sizeof text, 0);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : "unknown";
}

}  // namespace

StatusOr<LockFile> LockFile::Take(const std::string& path, const std::string& guarded) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return absl::FailedPreconditionError(fmt::format(
        "cannot open {}: {}; make the directory writable, or use another --data-dir", path, std::strerror(errno)));
  }
  LockFile lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is in use by another control plane (pid {}): stop it, or use another --data-dir", guarded, Holder(fd)));
  }
  const std::string pid = fmt::format("{}", getpid());
  // The pid only serves the message above: a full disk must not keep the region from starting.
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) return lock;
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace elastilab
