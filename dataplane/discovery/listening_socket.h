// A TCP socket that accepts clients on a shared address: the server of each zone listens on the same one.
#pragma once

#include <string>
#include <utility>

#include "common/status.h"

namespace elastilab {

class ListeningSocket {
 public:
  // Becomes the owner of a socket that listens already.
  explicit ListeningSocket(int fd) : fd_(fd) {}
  ListeningSocket(ListeningSocket&& other) noexcept : fd_(other.Release()) {}
  ListeningSocket& operator=(ListeningSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~ListeningSocket();

  // With SO_REUSEPORT, closed on exec. Unavailable names the address and what is in the way.
  static StatusOr<ListeningSocket> Open(const std::string& address, int port);

  int fd() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace elastilab
