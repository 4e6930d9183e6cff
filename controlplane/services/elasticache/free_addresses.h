// Addresses for the nodes and endpoints that a mutation is about to make. Whether one is free is asked of the host, which
// a mutation may not do: they are looked for before it, and it takes of them.
#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controlplane/services/call/context.h"

namespace elastilab {

// Where an address is needed: on `port`, of a node in `zone` or, where that is empty, of an endpoint.
struct AddressNeed {
  std::string zone;
  int port = 0;
  auto operator<=>(const AddressNeed&) const = default;
};

struct FreeAddress {
  int64_t id = 0;  // the number it comes from; a node has it as its uid
  std::string address;
};

// Numbers are given once in the life of a store, so that before they come round no record can have an address that a new
// number has, and none is looked through for it.
class FreeAddresses {
 public:
  explicit FreeAddresses(const Region& region) : region_(region) {}

  // Finds one more for each need, in their order: no record had it and nobody listened there when it was looked at.
  // InsufficientCacheClusterCapacity names the port that is taken everywhere.
  Status Find(const std::vector<AddressNeed>& needs);
  // Those found so far, oldest first.
  const std::vector<FreeAddress>& For(const AddressNeed& need) const;
  // Those of all found that a record has by now.
  std::set<std::string> TakenIn(const Draft& draft) const;

 private:
  const Region& region_;
  std::map<AddressNeed, std::vector<FreeAddress>> found_;
};

}  // namespace elastilab
