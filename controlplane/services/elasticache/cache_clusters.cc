#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <array>

#include "controlplane/region/catalog/engine_choice.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/cluster_handlers.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/members.h"
#include "controlplane/services/elasticache/parameter_use.h"
#include "controlplane/services/elasticache/placement.h"
#include "controlplane/services/elasticache/replies.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

constexpr int kMaxMemcachedNodes = 40;

template <typename Field>
std::optional<std::string> Given(bool has, const Field& text) {
  return has ? std::optional<std::string>(text) : std::nullopt;
}

Status CheckNodeCount(Engine engine, int nodes) {
  if (nodes < 1) return InvalidParameterValue(fmt::format("NumCacheNodes {} is less than 1.", nodes));
  if (engine != Engine::kMemcached && nodes != 1) {
    return InvalidParameterValue("Cannot create a Redis cluster with a NumCacheNodes parameter greater than 1. Replicas come with "
                                 "CreateReplicationGroup.");
  }
  return nodes > kMaxMemcachedNodes ? NodeQuotaForClusterExceeded(kMaxMemcachedNodes) : absl::OkStatus();
}

Status CheckMemcachedOnly(const v1::CreateCacheClusterRequest& request, Engine engine) {
  const bool snapshots = request.snapshot_retention_limit() != 0 || request.has_snapshot_window();
  if (engine == Engine::kMemcached && snapshots) {
    return InvalidParameterCombination(
        "Snapshots are not supported for memcached: leave SnapshotRetentionLimit and SnapshotWindow out.");
  }
  if (engine != Engine::kMemcached && request.az_mode() == v1::AZ_MODE_CROSS_AZ) {
    return InvalidParameterCombination("AZMode cross-az is for memcached: a redis group spreads with MultiAZEnabled.");
  }
  return absl::OkStatus();
}

// The wish for zones: AZMode, one zone for all, or one for each.
StatusOr<PlacementWish> ReadPlacement(const v1::CreateCacheClusterRequest& request, int nodes) {
  PlacementWish wish;
  wish.nodes = nodes;
  wish.spread = request.az_mode() == v1::AZ_MODE_CROSS_AZ;
  wish.seed = std::hash<std::string>{}(request.cache_cluster_id());
  if (wish.spread && nodes == 1) {
    return InvalidParameterCombination("AZMode cross-az is not supported with NumCacheNodes 1: ask for two nodes or more.");
  }
  if (request.has_preferred_availability_zone() && request.preferred_availability_zones_size() > 0) {
    return InvalidParameterCombination("Give PreferredAvailabilityZone or PreferredAvailabilityZones, not both.");
  }
  if (request.has_preferred_availability_zone()) {
    if (request.preferred_availability_zone() == "Multiple") {
      wish.spread = true;
    } else {
      wish.preferred.assign(nodes, request.preferred_availability_zone());
    }
  }
  for (const std::string& zone : request.preferred_availability_zones()) wish.preferred.push_back(zone);
  const bool spans = std::set(wish.preferred.begin(), wish.preferred.end()).size() > 1;
  if (spans && request.az_mode() == v1::AZ_MODE_SINGLE_AZ) {
    return InvalidParameterCombination("AZMode single-az does not fit PreferredAvailabilityZones in several zones: say cross-az.");
  }
  return wish;
}

std::string ShownZone(const std::vector<std::string>& zones) {
  return std::set(zones.begin(), zones.end()).size() > 1 ? "Multiple" : zones.front();
}

// A replica has its own id, zone and tags, and may have its own say on minor upgrades; the rest is the group's to give.
// By reflection, so that a member which the API gains one day is refused too, not ignored.
Status CheckReplicaAttributes(const v1::CreateCacheClusterRequest& request) {
  constexpr std::array<std::string_view, 5> kOwn = {"cache_cluster_id", "replication_group_id", "preferred_availability_zone",
                                                    "auto_minor_version_upgrade", "tags"};
  std::vector<const google::protobuf::FieldDescriptor*> given;
  request.GetReflection()->ListFields(request, &given);
  for (const auto* field : given) {
    if (std::find(kOwn.begin(), kOwn.end(), field->name()) != kOwn.end()) continue;
    return InvalidParameterCombination(fmt::format(
        "Cannot specify additional cache cluster parameters when creating a replica cluster: {} is the group's.", WireName(field)));
  }
  return absl::OkStatus();
}

Status CreateReplica(RequestContext& context, const std::string& id, const v1::CreateCacheClusterRequest& request,
                     v1::CreateCacheClusterResponse& response) {
  RETURN_IF_ERROR(CheckReplicaAttributes(request));
  const auto create = [&](Draft& draft, Provision& provision) -> StatusOr<Shown<CacheCluster>> {
    const ReplicationGroup* found = draft.Find<ReplicationGroup>(LowerCase(request.replication_group_id()));
    if (found == nullptr) return ReplicationGroupNotFound(request.replication_group_id());
    if (found->status != GroupStatus::kAvailable) return ReplicationGroupNotAvailable(found->id, Text(found->status));
    if (found->member_clusters.size() >= kMaxMembers) return NodeQuotaForClusterExceeded(kMaxMembers);
    ReplicationGroup group = *found;
    NodeGroup shard = *draft.Find<NodeGroup>(group.id + "/" + group.node_groups.front());
    PlacementWish wish;
    if (request.has_preferred_availability_zone()) wish.preferred = {request.preferred_availability_zone()};
    wish.already = NodesPerZone(draft, group);
    ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(context.region, draft, group.subnet_group));
    ASSIGN_OR_RETURN(const auto zones, PlaceNodes(wish, ZonesOf(context.region, subnets), LostZones(draft)));
    RETURN_IF_ERROR(provision.CheckNodeQuota(1));
    RETURN_IF_ERROR(AddMember(provision, draft, group, shard, id, zones.front(), context.now));
    RETURN_IF_ERROR(CopyTags(draft, context.region, group, id));
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "cluster", id), ReadTags(request.tags())));
    if (request.has_auto_minor_version_upgrade()) {
      CacheCluster replica = *draft.Find<CacheCluster>(id);
      replica.auto_minor_version_upgrade = request.auto_minor_version_upgrade();
      draft.Put(replica);
    }
    group.status = GroupStatus::kModifying;
    draft.Put(group);
    draft.Put(shard);
    return Show(draft, *draft.Find<CacheCluster>(id));
  };
  ASSIGN_OR_RETURN(const auto created, MutateAndProvision(context, create));
  FillReply(created, context.region, *response.mutable_cache_cluster());
  return absl::OkStatus();
}

// All of a new cluster that does not depend on what else there is.
StatusOr<CacheCluster> ReadCluster(const RequestContext& context, const std::string& id,
                                   const v1::CreateCacheClusterRequest& request) {
  EngineWish wish;
  wish.engine = Given(request.has_engine(), request.engine());
  wish.version = Given(request.has_engine_version(), request.engine_version());
  wish.node_type = Given(request.has_cache_node_type(), request.cache_node_type());
  wish.parameter_group = Given(request.has_cache_parameter_group_name(), request.cache_parameter_group_name());
  ASSIGN_OR_RETURN(const EngineChoice choice, ChooseEngine(wish));
  RETURN_IF_ERROR(CheckNodeCount(choice.engine, request.has_num_cache_nodes() ? request.num_cache_nodes() : 1));
  RETURN_IF_ERROR(CheckMemcachedOnly(request, choice.engine));
  RETURN_IF_ERROR(CheckInstalled(context.region, choice.engine));
  CacheCluster cluster;
  cluster.id = id;
  cluster.engine = choice.engine;
  cluster.engine_version = choice.full_version;
  cluster.node_type = choice.node_type;
  cluster.parameter_group = choice.parameter_group;
  cluster.port = request.has_port() ? request.port() : choice.default_port;
  RETURN_IF_ERROR(CheckPort(cluster.port));
  cluster.subnet_group = request.has_cache_subnet_group_name() ? LowerCase(request.cache_subnet_group_name()) : "default";
  cluster.created_at = context.now;
  RETURN_IF_ERROR(FillCommonAttributes(request, cluster));
  if (cluster.engine == Engine::kMemcached) cluster.snapshots = {};
  return cluster;
}

}  // namespace

// Accepts the request and records the wish; the planner makes it true.
Status CreateCacheCluster(RequestContext& context, const v1::CreateCacheClusterRequest& request,
                          v1::CreateCacheClusterResponse& response) {
  ASSIGN_OR_RETURN(const std::string id, CheckIdentifier("CacheClusterIdentifier", request.cache_cluster_id(), kMaxClusterId));
  RETURN_IF_ERROR(RefuseWhatIsNotServed(request));
  if (request.has_outpost_mode() || request.has_preferred_outpost_arn() || request.preferred_outpost_arns_size() > 0) {
    return NotServedYet("AWS Outposts");
  }
  if (request.has_replication_group_id()) return CreateReplica(context, id, request, response);
  ASSIGN_OR_RETURN(const CacheCluster wish, ReadCluster(context, id, request));
  const int nodes = request.has_num_cache_nodes() ? request.num_cache_nodes() : 1;
  ASSIGN_OR_RETURN(const PlacementWish placement, ReadPlacement(request, nodes));
  const auto create = [&](Draft& draft, Provision& provision) -> StatusOr<Shown<CacheCluster>> {
    if (draft.Find<CacheCluster>(id) != nullptr || draft.Find<ReplicationGroup>(id) != nullptr) {
      return CacheClusterAlreadyExists(id);
    }
    RETURN_IF_ERROR(
        ChooseGroupFor(draft, wish.engine, wish.engine_version, false, "", wish.parameter_group).status());
    ASSIGN_OR_RETURN(const SubnetGroup subnets, FindSubnetGroup(context.region, draft, wish.subnet_group));
    ASSIGN_OR_RETURN(const auto zones, PlaceNodes(placement, ZonesOf(context.region, subnets), LostZones(draft)));
    RETURN_IF_ERROR(provision.CheckNodeQuota(nodes));
    CacheCluster cluster = wish;
    cluster.generation = draft.NextId();
    cluster.preferred_zone = ShownZone(zones);
    cluster.cross_az = cluster.preferred_zone == "Multiple";
    if (cluster.engine == Engine::kMemcached) cluster.configuration_endpoint = provision.NewEndpoint(cluster.port);
    const Role role = cluster.engine == Engine::kMemcached ? Role::kNone : Role::kPrimary;
    for (int i = 0; i < nodes; ++i) provision.AddNode(cluster, FourDigits(i + 1), zones[i], role);
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "cluster", id), ReadTags(request.tags())));
    draft.Put(cluster);
    return Show(draft, cluster);
  };
  ASSIGN_OR_RETURN(const auto created, MutateAndProvision(context, create));
  FillReply(created, context.region, *response.mutable_cache_cluster());
  return absl::OkStatus();
}

Status DescribeCacheClusters(RequestContext& context, const v1::DescribeCacheClustersRequest& request,
                             v1::DescribeCacheClustersResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    const Lookup find = LookupIn(state);
    if (request.has_cache_cluster_id() && !request.cache_cluster_id().empty()) {
      const CacheCluster* cluster = state.Find<CacheCluster>(LowerCase(request.cache_cluster_id()));
      if (cluster == nullptr) return CacheClusterNotFound(request.cache_cluster_id());
      FillCacheCluster(*cluster, find, context.region, request.show_cache_node_info(), *response.add_cache_clusters());
      return absl::OkStatus();
    }
    auto it = page.after ? state.clusters.upper_bound(*page.after) : state.clusters.begin();
    for (; it != state.clusters.end(); ++it) {
      if (request.show_cache_clusters_not_in_replication_groups() && !it->second->group_id.empty()) continue;
      if (response.cache_clusters_size() == page.limit) {
        response.set_marker(MarkerFor(page.listing, response.cache_clusters(page.limit - 1).cache_cluster_id()));
        break;
      }
      FillCacheCluster(*it->second, find, context.region, request.show_cache_node_info(), *response.add_cache_clusters());
    }
    return absl::OkStatus();
  });
}

Status DeleteCacheCluster(RequestContext& context, const v1::DeleteCacheClusterRequest& request,
                          v1::DeleteCacheClusterResponse& response) {
  const std::string id = LowerCase(request.cache_cluster_id());
  if (request.has_final_snapshot_identifier()) return NotServedYet("A final snapshot (FinalSnapshotIdentifier)");
  const auto erase = [&](Draft& draft) -> StatusOr<Shown<CacheCluster>> {
    const CacheCluster* found = draft.Find<CacheCluster>(id);
    if (found == nullptr) return CacheClusterNotFound(id);
    if (found->status == ClusterStatus::kDeleting) return CacheClusterNotAvailable(id, Text(found->status));
    if (!found->group_id.empty()) {
      const ReplicationGroup* group = draft.Find<ReplicationGroup>(found->group_id);
      RETURN_IF_ERROR(CheckMemberMayGo(draft, *found, *group));
      ReplicationGroup changed = *group;
      changed.status = GroupStatus::kModifying;
      draft.Put(changed);
    }
    DeleteClusterRecords(draft, *found);
    if (!found->group_id.empty()) TellAgents(draft, *draft.Find<ReplicationGroup>(found->group_id));
    return Show(draft, *draft.Find<CacheCluster>(id));
  };
  ASSIGN_OR_RETURN(const auto deleted, context.region.store.Mutate(erase));
  FillReply(deleted, context.region, *response.mutable_cache_cluster());
  return absl::OkStatus();
}

void AddCacheClusterHandlers(HandlerTable& table) {
  table["CreateCacheCluster"] = Typed(CreateCacheCluster);
  table["DescribeCacheClusters"] = Typed(DescribeCacheClusters);
  table["ModifyCacheCluster"] = Typed(ModifyCacheCluster);
  table["RebootCacheCluster"] = Typed(RebootCacheCluster);
  table["DeleteCacheCluster"] = Typed(DeleteCacheCluster);
  table["ListAllowedNodeTypeModifications"] = Typed(ListAllowedNodeTypeModifications);
}

}  // namespace elastilab
