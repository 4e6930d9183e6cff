#include "common/os/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace elastilab {
namespace {

std::string Holder(const UniqueFd& fd) {
  char text[32];
  const ssize_t size = pread(fd.get(), text, sizeof(text), 0);
  const std::string pid(text, size > 0 ? static_cast<size_t>(size) : 0);
  const std::string digits = pid.substr(0, pid.find_first_not_of("0123456789"));
  return digits.empty() ? "unknown" : digits;
}

}  // namespace

StatusOr<LockFile> LockFile::Take(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return absl::FailedPreconditionError(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return absl::AlreadyExistsError(Holder(fd));
  const std::string pid = fmt::format("{}\n", getpid());
  // The pid only serves messages: a full disk must not keep anybody from starting.
  if (ftruncate(fd.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(fd.get(), pid.data(), pid.size(), 0);
  }
  return LockFile(std::move(fd));
}

int64_t LockHolder(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return 0;
  return std::strtoll(Holder(fd).c_str(), nullptr, 10);
}

void RemoveFreeLock(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.valid() && flock(fd.get(), LOCK_EX | LOCK_NB) == 0) unlink(path.c_str());
}

}  // namespace elastilab
