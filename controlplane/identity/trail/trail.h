// The file of audit records: JSON lines, oldest first, mode 0600. A line is written before the call is answered, so that
// no acknowledged change is without one, also when the control plane is killed; it is not flushed to the disk, so that a
// power cut can take the last seconds of it and leave half a line, which is skipped. At 64 MiB the file is put aside as
// `<path>.1`, and the former one goes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/unique_fd.h"
#include "common/status.h"

namespace elastilab {

struct TrailQuery {
  std::string user = {};        // any part of the caller's ARN or key id; empty: everyone
  std::string event_name = {};  // any case; empty: all
  bool refused_only = false;  // calls that failed
  size_t limit = 100;         // at least 1
};

// Thread-safe.
class Trail {
 public:
  // The error names the file and what is wrong.
  static StatusOr<std::unique_ptr<Trail>> Open(std::string path, int64_t max_bytes = 64 << 20);
  Trail(const Trail&) = delete;
  Trail& operator=(const Trail&) = delete;

  const std::string& path() const { return path_; }

  // `record` is one line without its end. A full disk is logged: it doesn't fail the call.
  void Append(std::string_view record);

  // The newest records that match, oldest of them first. Reads the files: not for the hot path.
  StatusOr<std::vector<std::string>> Read(const TrailQuery& query) const;

 private:
  Trail(std::string path, UniqueFd fd, int64_t size, int64_t max_bytes);
  void PutAside();

  const std::string path_;
  const int64_t max_bytes_;
  mutable std::mutex mu_;
  UniqueFd fd_;
  int64_t size_;
  bool failing_ = false;
};

}  // namespace elastilab
