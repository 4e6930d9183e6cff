// Which loopback address belongs to whom: each zone has a /16 for its nodes, endpoints have one of their own.
//
//   127.30.0.0/16   primary, reader and configuration endpoints
//   127.31.0.0/16   nodes of the first zone (us-east-1a)
//   127.32.0.0/16   nodes of the second, and so on
//
// Pure and thread-safe. Another lab on the same host takes another base (`elastilab up --subnet-base 41`).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

class AddressPlan {
 public:
  static constexpr int kDefaultBase = 31;
  // Two numbers less than that apart never have the same address, whatever zone or base.
  static constexpr int64_t kPeriod = 65'024;

  // `base` is the second octet of the first zone; endpoints are one below.
  AddressPlan(std::vector<std::string> zones, int base = kDefaultBase) : zones_(std::move(zones)), base_(base) {}

  // The n-th address (n ≥ 1, wraps after 65,024) for a node of `zone`. NotFound names the zones there are.
  StatusOr<std::string> NodeAddress(std::string_view zone, int64_t n) const;
  std::string EndpointAddress(int64_t n) const;
  const std::vector<std::string>& zones() const { return zones_; }

 private:
  std::vector<std::string> zones_;
  int base_;
};

// Whether nobody listens on address:port now: binds and lets go. Some microseconds.
bool AddressIsFree(const std::string& address, int port);

}  // namespace elastilab
