// Faults of cache subnet groups.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

Status SubnetGroupNotFound(std::string_view name);
Status SubnetGroupAlreadyExists(std::string_view name);
Status SubnetGroupInUse(std::string_view name, std::string_view cluster_id);
Status DefaultSubnetGroupStays();
Status SubnetGroupQuotaExceeded(int limit);
Status SubnetQuotaExceeded(int limit);
Status UnknownSubnets(const std::vector<std::string>& unknown, const std::vector<std::string>& known);
Status SubnetInUse(std::string_view subnet, std::string_view cluster_id);

}  // namespace elastilab
