#include "controlplane/region/endpoints/address_plan.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

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

bool AddressIsFree(const std::string& address, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  const bool free = bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0 && listen(fd, 1) == 0;
  close(fd);
  return free;
}

}  // namespace elastilab
