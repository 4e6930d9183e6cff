#include "controlplane/faults/subnet_faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controlplane/faults/common_faults.h"
#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status SubnetGroupNotFound(std::string_view name) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_NOT_FOUND, fmt::format("Cache Subnet Group {} does not exist.", name));
}

Status SubnetGroupAlreadyExists(std::string_view name) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_ALREADY_EXISTS, fmt::format("Cache subnet group {} already exists.", name));
}

Status SubnetGroupInUse(std::string_view name, std::string_view cluster_id) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_IN_USE,
                   fmt::format("Cache subnet group {} is currently in use by cache cluster {}.", name, cluster_id));
}

Status DefaultSubnetGroupStays() {
  return MakeFault(v1::CACHE_SUBNET_GROUP_IN_USE, "The cache subnet group default cannot be deleted.");
}

Status SubnetGroupQuotaExceeded(int limit) {
  return MakeFault(v1::CACHE_SUBNET_GROUP_QUOTA_EXCEEDED, fmt::format("You can have at most {} cache subnet groups.", limit));
}

Status SubnetQuotaExceeded(int limit) {
  return MakeFault(v1::CACHE_SUBNET_QUOTA_EXCEEDED, fmt::format("A cache subnet group can have at most {} subnets.", limit));
}

Status UnknownSubnets(const std::vector<std::string>& unknown, const std::vector<std::string>& known) {
  return InvalidValue(fmt::format("Some input subnets in :[{}] are invalid. The subnets of this lab are {}.", fmt::join(unknown, ", "),
                                  fmt::join(known, ", ")));
}

Status SubnetInUse(std::string_view subnet, std::string_view cluster_id) {
  return MakeFault(v1::SUBNET_IN_USE,
                   fmt::format("Subnet {} is currently in use by cache cluster {} and cannot be removed.", subnet, cluster_id));
}

}  // namespace elastilab
