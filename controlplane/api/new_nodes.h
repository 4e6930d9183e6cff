// Records of things that begin to exist, inside a Mutate: nodes with an address of their own, members, endpoints. The
// reconciler takes it from here: it starts what is kCreating.
#pragma once

#include <string>

#include "controlplane/api/context.h"
#include "controlplane/api/specs.h"

namespace elastilab {

// An address for a primary, reader or configuration endpoint. InsufficientCacheClusterCapacity when none is free.
StatusOr<Endpoint> NewEndpoint(Draft& draft, const Region& region, int port);

// A node of `cluster` in `zone`, put into the draft and at the end of cluster->nodes. Its group is the cluster's.
StatusOr<CacheNode> AddNode(Draft& draft, const RequestContext& ctx, const std::string& zone, const std::string& node_id,
                            Role role, CacheCluster* cluster);

// A cluster without nodes yet, not put.
CacheCluster MakeCluster(Draft& draft, const RequestContext& ctx, const std::string& id, const CacheSettings& settings);

// A member with its node, put; listed in `group` and `node_group`, which the caller puts.
StatusOr<CacheCluster> AddMember(Draft& draft, const RequestContext& ctx, const std::string& id, const std::string& zone,
                                 Role role, ReplicationGroup* group, NodeGroup* node_group);

// "<group>-003": one more than the highest number of any member, and no cluster's name.
std::string NextMemberId(const Draft& draft, const ReplicationGroup& group);

// What agents should do about these nodes has changed: they are told, and report when it is in force.
void TellAgents(Draft& draft, const CacheCluster& cluster);

// Marks a cluster and its nodes for deletion; the reconciler ends the processes and erases the rows.
void MarkDeleting(Draft& draft, CacheCluster cluster);

// Events.
void EmitForCluster(Draft& draft, const RequestContext& ctx, const std::string& id, std::string message);
void EmitForGroup(Draft& draft, const RequestContext& ctx, const std::string& id, std::string message);

}  // namespace elastilab
