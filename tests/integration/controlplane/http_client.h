// A client as rude as a test wants it: bytes out, replies in, over a real socket.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace elastilab {

struct Reply {
  int status = 0;  // 0: the connection was closed instead
  std::string head = {};
  std::string body = {};

  std::string Header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t start = at + name.size() + 4;
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

class HttpClient {
 public:
  explicit HttpClient(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<uint16_t>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  }
  ~HttpClient() { Close(); }
  HttpClient(HttpClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_), received_(std::move(other.received_)) {}

  int fd() const { return fd_; }
  bool connected() const { return connected_; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  void EndSending() { shutdown(fd_, SHUT_WR); }

  // False when the other side has had enough.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  Reply Read(bool has_body = true) {
    while (received_.find("\r\n\r\n") == std::string::npos) {
      if (!Receive()) return {};
    }
    Reply reply;
    reply.head = received_.substr(0, received_.find("\r\n\r\n") + 2);
    received_.erase(0, reply.head.size() + 2);
    reply.status = std::atoi(reply.head.substr(9, 3).c_str());
    const size_t length = has_body ? std::strtoul(reply.Header("Content-Length").c_str(), nullptr, 10) : 0;
    while (received_.size() < length) {
      if (!Receive()) return {};
    }
    reply.body = received_.substr(0, length);
    received_.erase(0, length);
    return reply;
  }

  // Whether the server has closed the connection (and had nothing more to say).
  bool IsClosed() { return received_.empty() && !Receive(); }

 private:
  bool Receive() {
    char buffer[65536];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ADD_FAILURE() << "the server neither answers nor closes";
    if (count > 0) received_.append(buffer, static_cast<size_t>(count));
    return count > 0;
  }

  int fd_ = -1;
  bool connected_ = false;
  std::string received_;
};

}  // namespace elastilab
