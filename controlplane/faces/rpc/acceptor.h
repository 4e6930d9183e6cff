// Accepts connections and hands them on. gRPC's own listener ends for good at the first accept that fails, for want of a
// descriptor say, and nobody hears of it; this one tries again, turns newcomers away when a door is full, and can say how
// it is. A connection without a descriptor waits in the kernel's queue.
//
// Thread-safe once started.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/status.h"

namespace elastilab {

// Listening sockets, non-blocking and closed on exec. FailedPrecondition says what is in the way.
StatusOr<int> ListenOnUnix(const std::string& path);                         // replaces a socket left there; mode by umask
StatusOr<int> ListenOnTcp(const std::string& address, const std::string& port);  // IPv4
int PortOf(int listener);

struct Door {
  std::string name;  // as health and the log call it: "the control socket"
  int listener = -1;
  size_t max_connections = 512;
  // Becomes the owner of `fd`, which does not block; `ip` is the peer's, empty on a Unix socket. Called on the acceptor's
  // thread.
  std::function<void(int fd, const std::string& ip)> take;
};

class Acceptor {
 public:
  Acceptor();
  ~Acceptor();  // the doors' listeners are closed

  void Add(Door door);  // before Start; owns the listener from now on
  void Start();
  // Takes nobody any more when it returns. May be called again.
  void Stop();

  // OK while every door lets newcomers in; else which one does not, and why.
  Status Accepting() const;

 private:
  // A connection that was handed on lives as long as its descriptor is the same socket.
  struct Handed {
    int fd;
    uint64_t inode;
  };
  struct Place {
    Door door;
    std::vector<Handed> handed;
    std::string trouble;  // empty: lets newcomers in
    bool waits = false;   // for a descriptor
  };

  void Run();
  bool HasRoom(Place& place);
  void AcceptAll(Place& place);
  void Say(Place& place, std::string trouble);

  mutable std::mutex mu_;
  std::vector<std::unique_ptr<Place>> places_;
  int wake_fd_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
