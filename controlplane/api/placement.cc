#include "controlplane/api/placement.h"

#include <algorithm>
#include <tuple>

#include "controlplane/faults/placement_faults.h"

namespace elastilab {
namespace {

std::vector<std::string> Names(const std::vector<ZoneState>& zones, bool usable_only) {
  std::vector<std::string> names;
  for (const ZoneState& zone : zones) {
    if (!usable_only || (zone.in_subnet_group && !zone.lost)) names.push_back(zone.name);
  }
  return names;
}

std::vector<std::string> NamesInSubnetGroup(const std::vector<ZoneState>& zones) {
  std::vector<std::string> names;
  for (const ZoneState& zone : zones) {
    if (zone.in_subnet_group) names.push_back(zone.name);
  }
  return names;
}

Status CheckZone(const std::vector<ZoneState>& zones, const std::string& name, const std::string& subnet_group) {
  const auto zone = std::find_if(zones.begin(), zones.end(), [&](const ZoneState& z) { return z.name == name; });
  if (zone == zones.end()) return UnknownZone(name, Names(zones, false));
  if (!zone->in_subnet_group) return ZoneNotInSubnetGroup(name, subnet_group, NamesInSubnetGroup(zones));
  if (zone->lost) return ZoneIsLost(name, Names(zones, true));
  return absl::OkStatus();
}

int CountIn(const std::vector<std::string>& names, const std::string& zone) {
  return static_cast<int>(std::count(names.begin(), names.end(), zone));
}

}  // namespace

StatusOr<std::vector<std::string>> PlaceNodes(std::vector<ZoneState> zones, const PlacementWish& wish) {
  if (!wish.preferred.empty()) {
    for (const std::string& name : wish.preferred) RETURN_IF_ERROR(CheckZone(zones, name, wish.subnet_group));
    return wish.preferred;
  }
  std::erase_if(zones, [](const ZoneState& zone) { return zone.lost || !zone.in_subnet_group; });
  if (zones.empty()) return NoZoneLeft();
  std::vector<std::string> siblings = wish.beside;
  std::vector<std::string> chosen;
  for (int i = 0; i < wish.nodes; ++i) {
    // min_element takes the first of equals: the order of the zones decides.
    const auto best = std::min_element(zones.begin(), zones.end(), [&](const ZoneState& a, const ZoneState& b) {
      const int a_siblings = CountIn(siblings, a.name), b_siblings = CountIn(siblings, b.name);
      // In a single zone, siblings attract each other.
      return wish.spread ? std::tie(a_siblings, a.nodes) < std::tie(b_siblings, b.nodes)
                         : std::tie(b_siblings, a.nodes) < std::tie(a_siblings, b.nodes);
    });
    ++best->nodes;
    siblings.push_back(best->name);
    chosen.push_back(best->name);
  }
  return chosen;
}

}  // namespace elastilab
