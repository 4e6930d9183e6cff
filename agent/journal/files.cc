#include "agent/journal/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace elastilab {
namespace {

Status FileError(const char* what, const std::string& path, int error) {
  const std::string text = fmt::format("cannot {} {}: {}", what, path, std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::FailedPreconditionError(text);
}

bool WriteAll(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

bool ReadAll(int fd, std::string& text) {
  char buffer[16384];
  ssize_t n = 0;
  while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.append(buffer, static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Status WriteFileAtomically(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return FileError("write", temporary, errno);
  const bool written = WriteAll(fd, text);
  const int error = errno;
  close(fd);
  if (!written) return FileError("write", temporary, error);
  if (rename(temporary.c_str(), path.c_str()) != 0) return FileError("replace", path, errno);
  return absl::OkStatus();
}

StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError("read", path, errno);
  std::string text;
  const bool ok = ReadAll(fd, text);
  const int error = errno;
  close(fd);
  if (!ok) return FileError("read", path, error);
  return text;
}

Status MakeDirectories(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  if (errno != ENOENT) return FileError("make the directory", path, errno);
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return FileError("make the directory", path, ENOENT);
  RETURN_IF_ERROR(MakeDirectories(path.substr(0, slash)));
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  return FileError("make the directory", path, errno);
}

Status MakePrivateDirectory(const std::string& path) {
  RETURN_IF_ERROR(MakeDirectories(path));
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return FileError("look at", path, errno);
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid()) {
    return absl::FailedPreconditionError(fmt::format("{} is not a directory of ours: remove it", path));
  }
  if ((info.st_mode & 077) != 0 && chmod(path.c_str(), 0700) != 0) return FileError("close to others", path, errno);
  return absl::OkStatus();
}

Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return error ? FileError("remove", path, error.value()) : absl::OkStatus();
}

off_t FileSize(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

std::string LastLines(const std::string& path, off_t from, int lines) {
  constexpr off_t kMost = 4096;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  struct stat info {};
  fstat(fd, &info);
  std::string tail;
  if (lseek(fd, std::max(from, info.st_size - kMost), SEEK_SET) >= 0) ReadAll(fd, tail);
  close(fd);

  std::string joined;
  for (size_t end = tail.size(); end > 0 && lines > 0;) {
    const size_t newline = tail.rfind('\n', end - 1);
    const size_t start = newline == std::string::npos ? 0 : newline + 1;
    const std::string line = tail.substr(start, end - start);
    if (line.find_first_not_of(" \t\r") != std::string::npos) {
      joined = joined.empty() ? line : line + " | " + joined;
      --lines;
    }
    end = newline == std::string::npos ? 0 : newline;
  }
  return joined;
}

}  // namespace elastilab
