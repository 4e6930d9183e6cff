// In which zones nodes go. Pure and deterministic.
//
// Zones that the user names are taken as they are, in their order. Otherwise a group, and a memcached cluster across
// zones, goes round the zones, beginning where it has the fewest nodes itself, then where the region has; a memcached
// cluster in a single zone goes where the region has the fewest. A lost zone takes no nodes.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"

namespace elastilab {

struct ZoneState {
  std::string name;
  int nodes = 0;                 // of the whole region
  bool lost = false;
  bool in_subnet_group = true;
};

struct PlacementWish {
  int nodes = 1;
  std::vector<std::string> preferred;  // none, or one per node
  bool spread = true;
  std::vector<std::string> beside;     // zones of the nodes that the cluster or group has already
  std::string subnet_group = "default";
};

// One zone per node.
StatusOr<std::vector<std::string>> PlaceNodes(std::vector<ZoneState> zones, const PlacementWish& wish);

}  // namespace elastilab
