#include "controlplane/faults/placement_faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controlplane/faults/common_faults.h"
#include "schema/fault.h"

namespace elastilab {

namespace {

Status NoCapacity(std::string text) {
  return MakeFault(elasticache::v1::INSUFFICIENT_CACHE_CLUSTER_CAPACITY, std::move(text));
}

}  // namespace

Status UnknownZone(std::string_view zone, const std::vector<std::string>& zones) {
  return InvalidValue(fmt::format("{} is not a valid availability zone: choose one of {}.", zone, fmt::join(zones, ", ")));
}

Status ZoneNotInSubnetGroup(std::string_view zone, std::string_view subnet_group, const std::vector<std::string>& zones) {
  return InvalidCombination(fmt::format("Availability zone {} is not in the cache subnet group {}: it has subnets in {}.", zone,
                                        subnet_group, fmt::join(zones, ", ")));
}

Status ZoneIsLost(std::string_view zone, const std::vector<std::string>& others) {
  const std::string instead = others.empty() ? "" : fmt::format(", or choose one of {}", fmt::join(others, ", "));
  return NoCapacity(fmt::format("Availability zone {} is lost: bring it back with `elastilab fault restore-zone {}`{}.", zone, zone, instead));
}

Status NoZoneLeft() {
  return NoCapacity("Every availability zone is lost: bring one back with `elastilab fault restore-zone <zone>`.");
}

Status WrongNumberOfZones(std::string_view parameter, size_t expected, size_t given) {
  return InvalidCombination(fmt::format(
      "Must specify the same number of preferred availability zones as nodes: {} needs {} entries and has {}.", parameter, expected, given));
}

Status GiveOneOrMany(std::string_view one, std::string_view many) {
  return InvalidCombination(fmt::format("{} and {} cannot be given together.", one, many));
}

Status CrossAzNeedsTwoNodes() {
  return InvalidCombination("AZMode cross-az needs at least two nodes: raise NumCacheNodes or use single-az.");
}

Status SingleAzHasOneZone(std::string_view zones) {
  return InvalidCombination(fmt::format("AZMode single-az puts all nodes into one availability zone, not {}: use cross-az.", zones));
}

Status NoFreeAddress(std::string_view last_tried, int port) {
  return NoCapacity(fmt::format("No free address for port {}: {} and the ones before it are taken by other programs. Stop them, choose "
                                "another Port, or start the lab with another --subnet-base.",
                                port, last_tried));
}

}  // namespace elastilab
