// Answers DNS questions about the lab's endpoints over UDP and TCP on one loopback port, so that a resolver can be
// pointed at it for the service's names:
//
//   resolvectl dns lo 127.0.0.1:4553 && resolvectl domain lo '~cache.amazonaws.com'
//   dig @127.0.0.1 -p 4553 my-group.abc123.ng.0001.use1.cache.amazonaws.com
//
// One thread in poll(); memory is bounded whatever clients do: a fixed number of connections, each with room for one
// small question, closed when idle. What is answered is decided in dns_message.h.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "common/status.h"
#include "controlplane/region/endpoints/dns_message.h"

namespace elastilab {

class DnsServer {
 public:
  static constexpr int kDefaultPort = 4553;
  static constexpr const char* kDefaultDomain = "cache.amazonaws.com";

  // Starts to answer. Port 0 takes a free one (tests). `resolve` is called from the server's thread and must outlive
  // it. Names outside `domain` are refused. AlreadyExists names the port and the flag when somebody else has it.
  static StatusOr<std::unique_ptr<DnsServer>> Start(const std::string& address, int port, DnsResolver resolve,
                                                    std::string domain = kDefaultDomain);
  // Returns once the thread has ended; no call of `resolve` comes after.
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  int port() const { return port_; }

 private:
  class Loop;
  DnsServer(std::unique_ptr<Loop> loop, int port);

  std::unique_ptr<Loop> loop_;
  int port_;
  std::thread thread_;
};

}  // namespace elastilab
