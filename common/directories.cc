#include "common/directories.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace elastilab {
namespace {

Status CannotMake(const std::string& path, int error) {
  return absl::FailedPreconditionError(fmt::format("cannot make the directory {}: {}", path, std::strerror(error)));
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsDirectory(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

Status SyncDirectory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  // Some file systems have nothing to flush here and say EINVAL; a directory that we may not read, such as a parent of
  // home directories, was not made by us.
  if (synced || error == EINVAL || error == EACCES) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format("cannot flush the directory {}: {}", path, std::strerror(error)));
}

Status MakeDurableDirectories(const std::string& path) {
  if (path.size() > 1 && path.back() == '/') return MakeDurableDirectories(path.substr(0, path.size() - 1));
  const std::string parent = ParentOf(path);
  if (!IsDirectory(path) && mkdir(path.c_str(), 0700) != 0) {
    if (errno != ENOENT) return CannotMake(path, errno);
    RETURN_IF_ERROR(MakeDurableDirectories(parent));
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return CannotMake(path, errno);
  }
  return SyncDirectory(parent);
}

}  // namespace elastilab
