#include "common/os/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "common/os/unique_fd.h"

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
  UniqueFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return FileError("write", temporary, errno);
  if (!WriteAll(fd.get(), text)) return FileError("write", temporary, errno);
  fd.Reset();
  if (rename(temporary.c_str(), path.c_str()) != 0) return FileError("replace", path, errno);
  return absl::OkStatus();
}

StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FileError("read", path, errno);
  std::string text;
  if (!ReadAll(fd.get(), text)) return FileError("read", path, errno);
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

std::vector<std::string> ListDirectory(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

StatusOr<std::string> CanonicalPath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::canonical(path, error);
  if (error) return absl::FailedPreconditionError(fmt::format("cannot use {}: {}", path, error.message()));
  return canonical.string();
}

off_t FileSize(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

std::string LastLines(const std::string& path, off_t from, int lines) {
  constexpr off_t kMost = 4096;
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return "";
  struct stat info {};
  fstat(fd.get(), &info);
  std::string tail;
  if (lseek(fd.get(), std::max(from, info.st_size - kMost), SEEK_SET) >= 0) ReadAll(fd.get(), tail);

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

std::string ProgramDirectory() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

}  // namespace elastilab
