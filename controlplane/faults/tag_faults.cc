#include "controlplane/faults/tag_faults.h"

#include <fmt/format.h>

#include <map>

#include "controlplane/faults/cluster_faults.h"
#include "controlplane/faults/engine_faults.h"
#include "controlplane/faults/group_faults.h"
#include "controlplane/faults/subnet_faults.h"
#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status InvalidArn(std::string_view arn) {
  return MakeFault(v1::INVALID_ARN, fmt::format("{} is not the ARN of an ElastiCache resource.", arn));
}

Status ArnOfAnotherLab(std::string_view arn, std::string_view region, std::string_view account) {
  return MakeFault(v1::INVALID_ARN,
                   fmt::format("{} is not of this lab, which is region {} and account {}.", arn, region, account));
}

Status TagQuotaExceeded(int limit) {
  return MakeFault(v1::TAG_QUOTA_PER_RESOURCE_EXCEEDED, fmt::format("A resource can have at most {} tags.", limit));
}

Status TagNotFound(std::string_view key) {
  return MakeFault(v1::TAG_NOT_FOUND, fmt::format("The resource has no tag with the key {}.", key));
}

Status ResourceNotFound(std::string_view type, std::string_view name) {
  if (type == "cluster") return CacheClusterNotFound(name);
  if (type == "replicationgroup") return ReplicationGroupNotFound(name);
  if (type == "subnetgroup") return SubnetGroupNotFound(name);
  if (type == "parametergroup") return ParameterGroupNotFound(name);
  static const auto& codes = *new std::map<std::string_view, v1::FaultCode>{
      {"snapshot", v1::SNAPSHOT_NOT_FOUND},
      {"securitygroup", v1::CACHE_SECURITY_GROUP_NOT_FOUND},
      {"reserved-instance", v1::RESERVED_CACHE_NODE_NOT_FOUND},
      {"user", v1::USER_NOT_FOUND},
      {"usergroup", v1::USER_GROUP_NOT_FOUND},
      {"serverlesscache", v1::SERVERLESS_CACHE_NOT_FOUND},
      {"serverlesscachesnapshot", v1::SERVERLESS_CACHE_SNAPSHOT_NOT_FOUND},
  };
  auto code = codes.find(type);
  if (code == codes.end()) return InvalidArn(fmt::format("{}:{}", type, name));
  return MakeFault(code->second, fmt::format("There is no {} {}.", type, name));
}

}  // namespace elastilab
