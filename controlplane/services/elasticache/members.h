// Members of replication groups: adding and removing replicas, from whichever operation asked for it.
#pragma once

#include <string>

#include "controlplane/services/elasticache/provision.h"

namespace elastilab {

inline constexpr int kMaxMembers = 6;  // one primary, five replicas

// Adds the member `cluster_id` of `group` in `zone`: its cluster, its node, its place in the node group. The first
// member is the primary. Changes `group` and `shard` but does not put them.
Status AddMember(Provision& provision, Draft& draft, ReplicationGroup& group, NodeGroup& shard, const std::string& cluster_id,
                 const std::string& zone, ServiceTime now);
// The next free "<rg>-00N".
std::string FreeMemberId(const Draft& draft, const ReplicationGroup& group);

// Marks a cluster and its nodes as being deleted and puts them.
void DeleteClusterRecords(Draft& draft, CacheCluster cluster);

// Refuses what the service refuses: the primary, the only member, the last replica while failover is on.
Status CheckMemberMayGo(const Draft& draft, const CacheCluster& cluster, const ReplicationGroup& group);

// Raises the revision of the cluster's nodes: call it when a handler changes what agents should do about them. The
// planner raises it only for what it changes itself, and the fleet sends nothing that has an old revision.
void TellAgents(Draft& draft, const CacheCluster& cluster);
// The same for every member that stays: who serves the reader endpoint depends on the others.
void TellAgents(Draft& draft, const ReplicationGroup& group);

}  // namespace elastilab
