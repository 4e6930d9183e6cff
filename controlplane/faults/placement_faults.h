// Faults of zones and capacity.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

Status UnknownZone(std::string_view zone, const std::vector<std::string>& zones);
Status ZoneNotInSubnetGroup(std::string_view zone, std::string_view subnet_group, const std::vector<std::string>& zones);
// A user made the zone fail; it takes no nodes until it is back.
Status ZoneIsLost(std::string_view zone, const std::vector<std::string>& others);
Status NoZoneLeft();
Status WrongNumberOfZones(std::string_view parameter, size_t expected, size_t given);
Status GiveOneOrMany(std::string_view one, std::string_view many);
Status CrossAzNeedsTwoNodes();
Status SingleAzHasOneZone(std::string_view zones);
// The loopback addresses that were tried are all taken.
Status NoFreeAddress(std::string_view last_tried, int port);

}  // namespace elastilab
