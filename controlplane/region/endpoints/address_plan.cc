#include "controlplane/region/endpoints/address_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/os/sockets.h"

namespace elastilab {
namespace {

constexpr int64_t kHostsPerOctet = 254;
static_assert(AddressPlan::kPeriod == 256 * kHostsPerOctet);

// Hosts .1 to .254 of each third octet: never .0 or .255.
std::string Address(int second_octet, int64_t n) {
  const int64_t index = (n - 1) % AddressPlan::kPeriod;
  return fmt::format("127.{}.{}.{}", second_octet, index / kHostsPerOctet, index % kHostsPerOctet + 1);
}

}  // namespace

StatusOr<std::string> AddressPlan::NodeAddress(std::string_view zone, int64_t n) const {
  const auto it = std::find(zones_.begin(), zones_.end(), zone);
  if (it == zones_.end()) {
    return absl::NotFoundError(fmt::format("there is no zone {}: choose one of {}", zone, fmt::join(zones_, ", ")));
  }
  return Address(base_ + static_cast<int>(it - zones_.begin()), n);
}

std::string AddressPlan::EndpointAddress(int64_t n) const { return Address(base_ - 1, n); }

bool AddressIsFree(const std::string& address, int port) { return Listen(address, port).ok(); }

}  // namespace elastilab
