#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/descriptor.h>

#include <set>

#include "controlplane/api/validate_create.h"
#include "controlplane/api/validate_names.h"
#include "controlplane/faults/cluster_faults.h"
#include "controlplane/faults/common_faults.h"
#include "controlplane/faults/engine_faults.h"
#include "controlplane/faults/placement_faults.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

StatusOr<Engine> ValidateClusterEngine(const std::string& text) {
  if (text.empty()) return MissingParameter("Engine");
  const auto engine = ParseEngine(text);
  if (!engine) return UnknownEngine(text, "memcached or redis");
  if (*engine == Engine::kValkey) return ValkeyNeedsReplicationGroup();
  return *engine;
}

Status RefuseOutposts(const v1::CreateCacheClusterRequest& request) {
  if (request.has_outpost_mode()) return NotServedYet("OutpostMode");
  if (request.has_preferred_outpost_arn()) return NotServedYet("PreferredOutpostArn");
  if (request.preferred_outpost_arns_size() > 0) return NotServedYet("PreferredOutpostArns");
  return absl::OkStatus();
}

Status FillNodeCount(const v1::CreateCacheClusterRequest& request, ClusterSpec& spec) {
  if (!request.has_num_cache_nodes()) return absl::OkStatus();
  const int nodes = request.num_cache_nodes();
  if (spec.settings.engine != Engine::kMemcached && nodes != 1) {
    return InvalidValue("Cannot create a Redis cluster with a NumCacheNodes parameter other than 1: use CreateReplicationGroup for "
                        "replicas.");
  }
  if (nodes < 1) return ValueOutOfRange("NumCacheNodes", nodes, 1, kMaxMemcachedNodes);
  if (nodes > kMaxMemcachedNodes) return NodeQuotaForClusterExceeded(kMaxMemcachedNodes);
  spec.nodes = nodes;
  return absl::OkStatus();
}

Status FillZones(const v1::CreateCacheClusterRequest& request, ClusterSpec& spec) {
  const bool one = request.has_preferred_availability_zone() && request.preferred_availability_zone() != "Multiple";
  const std::vector<std::string> many = WordsOf(request.preferred_availability_zones());
  if (one && !many.empty()) return GiveOneOrMany("PreferredAvailabilityZone", "PreferredAvailabilityZones");
  if (!many.empty() && many.size() != static_cast<size_t>(spec.nodes)) {
    return WrongNumberOfZones("PreferredAvailabilityZones", spec.nodes, many.size());
  }
  spec.zones = many;
  if (one) spec.zones.assign(spec.nodes, request.preferred_availability_zone());
  const std::set<std::string> different(spec.zones.begin(), spec.zones.end());
  spec.cross_az = request.has_az_mode() ? request.az_mode() == v1::AZ_MODE_CROSS_AZ : different.size() > 1;
  if (spec.cross_az && spec.settings.engine != Engine::kMemcached) return OnlyForMemcached("AZMode cross-az");
  if (spec.cross_az && spec.nodes < 2) return CrossAzNeedsTwoNodes();
  if (spec.cross_az && different.size() == 1) {
    return InvalidCombination(fmt::format("AZMode cross-az needs at least two availability zones, not only {}.", *different.begin()));
  }
  if (!spec.cross_az && different.size() > 1) return SingleAzHasOneZone(fmt::format("{}", fmt::join(different, ", ")));
  return absl::OkStatus();
}

}  // namespace

StatusOr<ClusterSpec> ValidateCreateCluster(const v1::CreateCacheClusterRequest& request, const ValidationFacts& facts) {
  ClusterSpec spec;
  ASSIGN_OR_RETURN(spec.id, ValidateClusterId(request.cache_cluster_id()));
  ASSIGN_OR_RETURN(const Engine engine, ValidateClusterEngine(request.engine()));
  spec.settings.engine = engine;
  RETURN_IF_ERROR(FillNodeCount(request, spec));
  RETURN_IF_ERROR(RefuseOutposts(request));
  ASSIGN_OR_RETURN(spec.settings, ValidateSettings(request, engine, facts));
  RETURN_IF_ERROR(FillZones(request, spec));
  return spec;
}

StatusOr<ReplicaSpec> ValidateCreateReplica(const v1::CreateCacheClusterRequest& request) {
  ReplicaSpec spec;
  ASSIGN_OR_RETURN(spec.id, ValidateClusterId(request.cache_cluster_id()));
  spec.group_id = LowerCase(request.replication_group_id());
  static const std::set<std::string> allowed = {"cache_cluster_id", "replication_group_id", "preferred_availability_zone", "tags"};
  std::vector<const google::protobuf::FieldDescriptor*> given;
  request.GetReflection()->ListFields(request, &given);
  for (const auto* field : given) {
    if (!allowed.contains(field->name())) return ReplicaTakesNoSettings(WireName(field));
  }
  spec.zone = request.preferred_availability_zone();
  spec.tags = TagsOf(request.tags());
  RETURN_IF_ERROR(ValidateTags(spec.tags));
  return spec;
}

}  // namespace elastilab
