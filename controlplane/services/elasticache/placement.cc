#include "controlplane/services/elasticache/placement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "controlplane/region/faults/faults.h"

namespace elastilab {
namespace {

Status CheckZone(const std::string& zone, const std::vector<std::string>& zones, const std::set<std::string>& lost) {
  if (std::find(zones.begin(), zones.end(), zone) == zones.end()) {
    return InvalidParameterValue(
        fmt::format("{} is not a valid availability zone. The zones of this lab are {}.", zone, fmt::join(zones, ", ")));
  }
  if (lost.contains(zone)) {
    return InsufficientCapacity(fmt::format("Availability zone {} is lost at present: restore it (elastilab fault restore-zone "
                                            "{}) or choose another.",
                                            zone, zone));
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<std::vector<std::string>> PlaceNodes(const PlacementWish& wish, const std::vector<std::string>& zones,
                                              const std::set<std::string>& lost) {
  if (!wish.preferred.empty()) {
    if (static_cast<int>(wish.preferred.size()) != wish.nodes) {
      return InvalidParameterCombination(
          fmt::format("Must specify the same number of preferred availability zones as nodes: {} zones for {} nodes.",
                      wish.preferred.size(), wish.nodes));
    }
    for (const std::string& zone : wish.preferred) RETURN_IF_ERROR(CheckZone(zone, zones, lost));
    return wish.preferred;
  }
  std::vector<std::string> open;
  std::copy_if(zones.begin(), zones.end(), std::back_inserter(open), [&](const auto& zone) { return !lost.contains(zone); });
  if (open.empty()) return InsufficientCapacity("Every availability zone of the lab is lost: elastilab fault restore-zone.");
  if (!wish.spread) return std::vector<std::string>(wish.nodes, open[wish.seed % open.size()]);
  std::map<std::string, int> load = wish.already;
  std::vector<std::string> placed;
  for (int i = 0; i < wish.nodes; ++i) {
    const auto least = std::min_element(open.begin(), open.end(), [&](const auto& a, const auto& b) { return load[a] < load[b]; });
    ++load[*least];
    placed.push_back(*least);
  }
  return placed;
}

}  // namespace elastilab
