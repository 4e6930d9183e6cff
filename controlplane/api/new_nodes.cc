#include "controlplane/api/new_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "controlplane/faults/placement_faults.h"

namespace elastilab {
namespace {

// Other programs may listen on some addresses, but hardly on so many in a row.
constexpr int kAddressTries = 64;

// Ids never come again, so an address made from one is nobody else's until the plan wraps after 65,024 of them.
StatusOr<std::string> TakeAddress(Draft& draft, const Region& region, int port, int64_t first,
                                  const std::function<StatusOr<std::string>(int64_t)>& address_of) {
  std::string address;
  for (int i = 0; i < kAddressTries; ++i) {
    ASSIGN_OR_RETURN(address, address_of(i == 0 ? first : draft.NextId()));
    if (region.address_is_free(address, port)) return address;
  }
  return NoFreeAddress(address, port);
}

// The number of "<group>-003"; 0 for other names.
int MemberNumber(const std::string& group_id, const std::string& cluster_id) {
  if (!cluster_id.starts_with(group_id + "-")) return 0;
  const char* begin = cluster_id.data() + group_id.size() + 1;
  const char* end = cluster_id.data() + cluster_id.size();
  int number = 0;
  const auto parsed = std::from_chars(begin, end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
}

}  // namespace

StatusOr<Endpoint> NewEndpoint(Draft& draft, const Region& region, int port) {
  ASSIGN_OR_RETURN(std::string address, TakeAddress(draft, region, port, draft.NextId(), [&](int64_t n) -> StatusOr<std::string> {
                     return region.addresses.EndpointAddress(n);
                   }));
  return Endpoint{std::move(address), port};
}

StatusOr<CacheNode> AddNode(Draft& draft, const RequestContext& ctx, const std::string& zone, const std::string& node_id, Role role,
                            CacheCluster* cluster) {
  CacheNode node;
  node.uid = draft.NextId();
  node.cluster_id = cluster->id;
  node.id = node_id;
  node.group_id = cluster->group_id;
  node.node_group_id = cluster->node_group_id;
  node.zone = zone;
  node.port = cluster->port;
  node.role = role;
  node.created_at = ctx.now;
  ASSIGN_OR_RETURN(node.address, TakeAddress(draft, ctx.region, node.port, node.uid,
                                             [&](int64_t n) { return ctx.region.addresses.NodeAddress(zone, n); }));
  draft.Put(node);
  cluster->nodes.push_back(node.uid);
  return node;
}

CacheCluster MakeCluster(Draft& draft, const RequestContext& ctx, const std::string& id, const CacheSettings& settings) {
  CacheCluster cluster;
  cluster.id = id;
  cluster.generation = draft.NextId();
  cluster.engine = settings.engine;
  cluster.engine_version = settings.engine_version;
  cluster.node_type = settings.node_type;
  cluster.port = settings.port;
  cluster.parameter_group = settings.parameter_group;
  cluster.subnet_group = settings.subnet_group;
  cluster.security_group_ids = settings.security_group_ids;
  cluster.maintenance_window = settings.maintenance_window;
  cluster.snapshots = settings.snapshots;
  cluster.auto_minor_version_upgrade = settings.auto_minor_version_upgrade;
  cluster.notification = settings.notification;
  cluster.created_at = ctx.now;
  return cluster;
}

StatusOr<CacheCluster> AddMember(Draft& draft, const RequestContext& ctx, const std::string& id, const std::string& zone, Role role,
                                 ReplicationGroup* group, NodeGroup* node_group) {
  const CacheSettings settings{.engine = group->engine,
                               .engine_version = group->engine_version,
                               .node_type = group->node_type,
                               .parameter_group = group->parameter_group,
                               .subnet_group = group->subnet_group,
                               .security_group_ids = group->security_group_ids,
                               .maintenance_window = group->maintenance_window,
                               .snapshots = {0, group->snapshots.window},
                               .port = group->port,
                               .auto_minor_version_upgrade = group->auto_minor_version_upgrade,
                               .notification = group->notification,
                               .tags = {}};
  CacheCluster member = MakeCluster(draft, ctx, id, settings);
  member.group_id = group->id;
  member.node_group_id = node_group->id;
  member.preferred_zone = zone;
  ASSIGN_OR_RETURN(const CacheNode node, AddNode(draft, ctx, zone, "0001", role, &member));
  draft.Put(member);
  group->member_clusters.push_back(id);
  node_group->nodes.push_back(node.uid);
  if (role == Role::kPrimary) node_group->primary = node.uid;
  return member;
}

std::string NextMemberId(const Draft& draft, const ReplicationGroup& group) {
  int number = 0;
  for (const std::string& id : group.member_clusters) number = std::max(number, MemberNumber(group.id, id));
  std::string id;
  do {
    id = MemberClusterId(group.id, "0001", false, ++number);
  } while (draft.Find<CacheCluster>(id) != nullptr);
  return id;
}

void TellAgents(Draft& draft, const CacheCluster& cluster) {
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* found = draft.Find<CacheNode>(uid);
    if (found == nullptr || found->status == NodeStatus::kDeleting) continue;
    CacheNode node = *found;
    ++node.revision;
    draft.Put(std::move(node));
  }
}

void MarkDeleting(Draft& draft, CacheCluster cluster) {
  for (NodeUid uid : cluster.nodes) {
    const CacheNode* found = draft.Find<CacheNode>(uid);
    if (found == nullptr) continue;
    CacheNode node = *found;
    node.status = NodeStatus::kDeleting;
    draft.Put(std::move(node));
  }
  cluster.status = ClusterStatus::kDeleting;
  draft.Put(std::move(cluster));
}

void EmitForCluster(Draft& draft, const RequestContext& ctx, const std::string& id, std::string message) {
  draft.Emit({0, SourceType::kCacheCluster, id, std::move(message), ctx.now});
}

void EmitForGroup(Draft& draft, const RequestContext& ctx, const std::string& id, std::string message) {
  draft.Emit({0, SourceType::kReplicationGroup, id, std::move(message), ctx.now});
}

}  // namespace elastilab
