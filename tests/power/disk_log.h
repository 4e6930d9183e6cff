// What a program did to its files, in order: the one thing that a power cut is made from.
//
// A log is recorded by disk_recorder.h and cut by power_cut.h. A position is the number of records before it; what had
// happened when a position was read lies before it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace elastilab::power {

enum class DiskOp : uint32_t {
  kMakeDirectory = 1,  // path, inode
  kCreate,             // path, inode: a new, empty file
  kWrite,              // inode, offset, data
  kTruncate,           // inode, offset: the new length
  kSync,               // inode of a file: its bytes and length; of a directory: its entries
  kRename,             // path, to
  kRemove,             // path: of a file or an empty directory
};

struct DiskRecord {
  DiskOp op = DiskOp::kSync;
  uint64_t inode = 0;
  uint64_t offset = 0;
  std::string path = {};  // below the recorded root, "" for the root itself
  std::string to = {};
  std::string data = {};
};

// Where a recorder puts its records. Calls come one at a time.
class DiskSink {
 public:
  virtual ~DiskSink() = default;
  virtual void Append(DiskRecord record) = 0;
};

// In memory. Thread-safe.
class DiskLog final : public DiskSink {
 public:
  void Append(DiskRecord record) override;
  size_t Position() const;
  // Only once nobody appends any more.
  const std::vector<DiskRecord>& records() const { return records_; }

 private:
  mutable std::mutex mu_;
  std::vector<DiskRecord> records_;
};

// In a file that several processes append to; each record is one write. The file's length is its position.
class DiskLogFile final : public DiskSink {
 public:
  // Dies when the file can't be opened: there is nobody to tell.
  explicit DiskLogFile(const std::string& path);
  void Append(DiskRecord record) override;
  bool empty() const;

 private:
  const int fd_;
};

struct StoredLog {
  std::vector<DiskRecord> records;
  std::vector<uint64_t> ends;  // length of the file after each record
};

// Records up to the first that is not whole.
StoredLog ReadDiskLogFile(const std::string& path);

}  // namespace elastilab::power
