// The calls of the C library that change files, with a word to the recorder. See disk_recorder.h.
//
// The real work is done by system calls: dlsym(RTLD_NEXT) is not needed, and nothing can call us back. An operation and
// its record share a lock, so that the log has the order of what happened.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "tests/power/disk_recorder.h"

namespace elastilab::power {
namespace {

constexpr int kMostDescriptors = 65536;

struct Recording {
  std::string root;
  DiskSink* sink = nullptr;
  RecorderOptions options;
  std::mutex mu;
};

std::atomic<Recording*> recording{nullptr};
// Of each descriptor the inode it was opened for; 0: not below the root.
std::atomic<uint64_t> inodes[kMostDescriptors];

// `path` below the root; nothing when it is elsewhere.
std::optional<std::string> Below(const Recording& r, const std::string& path) {
  if (!path.starts_with(r.root)) return std::nullopt;
  if (path.size() == r.root.size()) return "";
  if (path[r.root.size()] != '/') return std::nullopt;
  std::string below = path.substr(r.root.size() + 1);
  while (below.ends_with('/')) below.pop_back();
  return below;
}

std::optional<std::string> Below(const Recording& r, int directory, const char* path) {
  if (path[0] == '/') return Below(r, std::string(path));
  if (directory == AT_FDCWD) return std::nullopt;  // relative names are no business of the lab's
  char base[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(directory);
  const ssize_t size = readlink(link.c_str(), base, sizeof base);
  if (size <= 0) return std::nullopt;
  return Below(r, std::string(base, static_cast<size_t>(size)) + "/" + path);
}

uint64_t InodeOf(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 ? info.st_ino : 0;
}

// The inode when `fd` is one of ours: descriptors may have been closed behind our back.
uint64_t Recorded(int fd) {
  if (fd < 0 || fd >= kMostDescriptors) return 0;
  const uint64_t inode = inodes[fd].load(std::memory_order_relaxed);
  return inode != 0 && InodeOf(fd) == inode ? inode : 0;
}

int OpenNow(int directory, const char* path, int flags, mode_t mode) {
  return static_cast<int>(syscall(SYS_openat, directory, path, flags, mode));
}

int Open(int directory, const char* path, int flags, mode_t mode) {
  Recording* r = recording.load();
  const auto below = r ? Below(*r, directory, path) : std::nullopt;
  if (!below) return OpenNow(directory, path, flags, mode);
  std::lock_guard lock(r->mu);
  int fd = flags & O_EXCL ? -1 : OpenNow(directory, path, flags & ~O_CREAT, mode);
  const bool create = fd < 0 && (flags & O_CREAT) && (flags & O_EXCL || errno == ENOENT);
  if (create) fd = OpenNow(directory, path, flags, mode);
  if (fd < 0 || fd >= kMostDescriptors) return fd;
  const uint64_t inode = InodeOf(fd);
  inodes[fd] = inode;
  if (create) {
    r->sink->Append({.op = DiskOp::kCreate, .inode = inode, .path = *below});
  } else if (flags & O_TRUNC) {
    r->sink->Append({.op = DiskOp::kTruncate, .inode = inode});
  }
  return fd;
}

// `write` writes and returns the count; `offset` is -1 where the file's own position counts.
template <typename F>
ssize_t Write(int fd, const char* data, off_t offset, F&& write) {
  Recording* r = recording.load();
  const uint64_t inode = r ? Recorded(fd) : 0;
  if (inode == 0) return write();
  std::lock_guard lock(r->mu);
  if (offset < 0) {
    const bool append = fcntl(fd, F_GETFL) & O_APPEND;
    offset = lseek(fd, 0, append ? SEEK_END : SEEK_CUR);
  }
  const ssize_t count = write();
  if (count > 0) {
    r->sink->Append({.op = DiskOp::kWrite,
                     .inode = inode,
                     .offset = static_cast<uint64_t>(offset),
                     .data = std::string(data, static_cast<size_t>(count))});
  }
  return count;
}

int Truncate(int fd, off_t length) {
  Recording* r = recording.load();
  const uint64_t inode = r ? Recorded(fd) : 0;
  if (inode == 0) return static_cast<int>(syscall(SYS_ftruncate, fd, length));
  std::lock_guard lock(r->mu);
  const auto result = static_cast<int>(syscall(SYS_ftruncate, fd, length));
  if (result == 0) {
    r->sink->Append({.op = DiskOp::kTruncate, .inode = inode, .offset = static_cast<uint64_t>(length)});
  }
  return result;
}

int Sync(int fd, long call) {
  Recording* r = recording.load();
  const uint64_t inode = r ? Recorded(fd) : 0;
  if (inode == 0) return static_cast<int>(syscall(call, fd));
  std::lock_guard lock(r->mu);
  if (!r->options.lying_syncs) r->sink->Append({.op = DiskOp::kSync, .inode = inode});
  return 0;
}

template <typename F>
int ChangeEntry(int directory, const char* path, DiskRecord record, F&& change) {
  Recording* r = recording.load();
  const auto below = r ? Below(*r, directory, path) : std::nullopt;
  if (!below) return change();
  std::lock_guard lock(r->mu);
  const int result = change();
  if (result != 0) return result;
  record.path = *below;
  if (record.op == DiskOp::kRename) record.to = Below(*r, record.to).value_or("");
  if (record.op == DiskOp::kMakeDirectory) {
    struct stat info {};
    if (fstatat(directory, path, &info, 0) == 0) record.inode = info.st_ino;
  }
  r->sink->Append(std::move(record));
  return 0;
}

// What is there before the recording is on the disk.
void RecordPresent(const std::string& root, const std::string& below, DiskSink& sink) {
  const std::string path = below.empty() ? root : root + "/" + below;
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return;
  if (S_ISDIR(info.st_mode)) {
    sink.Append({.op = DiskOp::kMakeDirectory, .inode = info.st_ino, .path = below});
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      RecordPresent(root, below.empty() ? name : below + "/" + name, sink);
    }
  } else if (S_ISREG(info.st_mode)) {
    sink.Append({.op = DiskOp::kCreate, .inode = info.st_ino, .path = below});
    std::ifstream in(path, std::ios::binary);
    std::string data{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    sink.Append({.op = DiskOp::kWrite, .inode = info.st_ino, .data = std::move(data)});
  } else {
    return;
  }
  sink.Append({.op = DiskOp::kSync, .inode = info.st_ino});
}

}  // namespace

DiskRecorder::DiskRecorder(std::string root, DiskSink& sink, RecorderOptions options) {
  if (options.first) RecordPresent(root, "", sink);
  auto* fresh = new Recording;
  fresh->root = std::move(root);
  fresh->sink = &sink;
  fresh->options = options;
  recording = fresh;
}

// Whoever is in a call has finished; a thread that has only just read the pointer must be no more by now.
DiskRecorder::~DiskRecorder() { delete recording.exchange(nullptr); }

}  // namespace elastilab::power

using namespace elastilab::power;  // the names below are the C library's, in no namespace

extern "C" {

#define EL_MODE(last)                                                                \
  va_list arguments;                                                                 \
  va_start(arguments, last);                                                         \
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \
  va_end(arguments)

int open(const char* path, int flags, ...) {
  EL_MODE(flags);
  return Open(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  EL_MODE(flags);
  return Open(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  EL_MODE(flags);
  return Open(directory, path, flags, mode);
}
int openat64(int directory, const char* path, int flags, ...) {
  EL_MODE(flags);
  return Open(directory, path, flags | O_LARGEFILE, mode);
}
int close(int fd) {
  if (fd >= 0 && fd < kMostDescriptors) inodes[fd].store(0, std::memory_order_relaxed);
  return static_cast<int>(syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* data, size_t size) {
  return Write(fd, static_cast<const char*>(data), -1, [&] { return syscall(SYS_write, fd, data, size); });
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return Write(fd, static_cast<const char*>(data), offset,
               [&] { return syscall(SYS_pwrite64, fd, data, size, offset); });
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) { return pwrite(fd, data, size, offset); }

int ftruncate(int fd, off_t length) noexcept { return Truncate(fd, length); }
int ftruncate64(int fd, off64_t length) noexcept { return Truncate(fd, length); }
int fsync(int fd) { return Sync(fd, SYS_fsync); }
int fdatasync(int fd) { return Sync(fd, SYS_fdatasync); }

int rename(const char* from, const char* to) noexcept {
  return ChangeEntry(AT_FDCWD, from, {.op = DiskOp::kRename, .to = to},
                     [&] { return static_cast<int>(syscall(SYS_rename, from, to)); });
}
int unlink(const char* path) noexcept {
  return ChangeEntry(AT_FDCWD, path, {.op = DiskOp::kRemove},
                     [&] { return static_cast<int>(syscall(SYS_unlink, path)); });
}
int unlinkat(int directory, const char* path, int flags) noexcept {
  return ChangeEntry(directory, path, {.op = DiskOp::kRemove},
                     [&] { return static_cast<int>(syscall(SYS_unlinkat, directory, path, flags)); });
}
int rmdir(const char* path) noexcept {
  return ChangeEntry(AT_FDCWD, path, {.op = DiskOp::kRemove},
                     [&] { return static_cast<int>(syscall(SYS_rmdir, path)); });
}
int remove(const char* path) noexcept {
  const int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}
int mkdir(const char* path, mode_t mode) noexcept {
  return ChangeEntry(AT_FDCWD, path, {.op = DiskOp::kMakeDirectory},
                     [&] { return static_cast<int>(syscall(SYS_mkdir, path, mode)); });
}

}  // extern "C"
