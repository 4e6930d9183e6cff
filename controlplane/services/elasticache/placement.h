// Which zone each node goes to, pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/status.h"

namespace elastilab {

struct PlacementWish {
  int nodes = 1;
  std::vector<std::string> preferred = {};  // one per node, in order; empty: the lab chooses
  bool spread = true;                       // over zones; false: all in one
  std::map<std::string, int> already = {};  // nodes of the same cluster or group, per zone
  uint64_t seed = 0;                        // where an unspread cluster goes; the same seed, the same zone
};

// One zone per node. Spreading takes the zone with the fewest nodes of the group each time, the first of them by name.
// Zones that are lost are avoided unless asked for. Refuses unknown zones and counts that do not match, naming both.
StatusOr<std::vector<std::string>> PlaceNodes(const PlacementWish& wish, const std::vector<std::string>& zones,
                                              const std::set<std::string>& lost);

}  // namespace elastilab
