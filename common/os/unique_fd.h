// A descriptor with one owner, who closes it.
#pragma once

#include <unistd.h>

#include <utility>

namespace elastilab {

class UniqueFd {
 public:
  UniqueFd() = default;
  // Becomes its owner; negative: none.
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  ~UniqueFd() { Reset(); }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1) {
    if (const int old = std::exchange(fd_, fd); old >= 0) close(old);
  }

 private:
  int fd_ = -1;
};

}  // namespace elastilab
