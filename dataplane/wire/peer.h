// Where a server listens: a Unix socket, a TCP address, or both.
#pragma once

#include <string>

namespace elastilab {

struct Peer {
  std::string path;     // of a Unix socket; empty: TCP. With an address, too: TCP is the way when this file is gone
  std::string address;  // an IP literal: names are never looked up
  int port = 0;

  static Peer Unix(std::string path) { return {.path = std::move(path), .address = {}}; }
  static Peer Tcp(std::string address, int port) { return {.path = {}, .address = std::move(address), .port = port}; }
  static Peer UnixOrTcp(std::string path, std::string address, int port) {
    return {.path = std::move(path), .address = std::move(address), .port = port};
  }
  // For error texts: "/run/x/redis.sock" or "127.31.0.4:6379".
  std::string Text() const { return path.empty() ? address + ":" + std::to_string(port) : path; }
  bool operator==(const Peer&) const = default;
};

}  // namespace elastilab
