#include "tests/power/disk_log.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace elastilab::power {
namespace {

struct Header {
  uint64_t inode, offset, data_size;
  uint32_t op, path_size, to_size, unused;
};

}  // namespace

void DiskLog::Append(DiskRecord record) {
  std::lock_guard lock(mu_);
  records_.push_back(std::move(record));
}

size_t DiskLog::Position() const {
  std::lock_guard lock(mu_);
  return records_.size();
}

// By system call: the recorder stands in for open and write.
DiskLogFile::DiskLogFile(const std::string& path)
    : fd_(static_cast<int>(
          syscall(SYS_openat, AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600))) {
  if (fd_ < 0) abort();
}

bool DiskLogFile::empty() const { return lseek(fd_, 0, SEEK_END) == 0; }

void DiskLogFile::Append(DiskRecord record) {
  Header header{};
  header.op = static_cast<uint32_t>(record.op);
  header.inode = record.inode;
  header.offset = record.offset;
  header.path_size = static_cast<uint32_t>(record.path.size());
  header.to_size = static_cast<uint32_t>(record.to.size());
  header.data_size = record.data.size();
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += record.path + record.to + record.data;
  if (syscall(SYS_write, fd_, bytes.data(), bytes.size()) != static_cast<long>(bytes.size())) abort();
}

StoredLog ReadDiskLogFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  StoredLog log;
  Header header{};
  for (size_t at = 0; at + sizeof header <= bytes.size();) {
    std::memcpy(&header, bytes.data() + at, sizeof header);
    at += sizeof header;
    if (at + header.path_size + header.to_size + header.data_size > bytes.size()) break;
    DiskRecord record;
    record.op = static_cast<DiskOp>(header.op);
    record.inode = header.inode;
    record.offset = header.offset;
    record.path = bytes.substr(at, header.path_size);
    record.to = bytes.substr(at += header.path_size, header.to_size);
    record.data = bytes.substr(at += header.to_size, header.data_size);
    at += header.data_size;
    log.records.push_back(std::move(record));
    log.ends.push_back(at);
  }
  return log;
}

}  // namespace elastilab::power
