// What all changes of a node group's primary have in common: failover (failover.h), handover (handover.h), rebuild
// (rebuild.h) and resume (resume.h).
#pragma once

#include "controlplane/region/planner/node_life.h"

namespace elastilab {

// A change of primary is under way and the endpoint has not moved yet.
bool IsMovingPrimary(const NodeGroup& shard);

void EnterStep(Planning& p, NodeGroup& shard, FailoverStep step);
// Since the present step began, since the cause was seen. A time of an earlier boot counts as now.
int64_t SinceStep(const Planning& p, const NodeGroup& shard);
int64_t SinceCause(const Planning& p, const NodeGroup& shard);

// Opens the record of this change, and says on what evidence; the steps fill it in.
void OpenRecord(Planning& p, NodeGroup& shard, CacheNode& old, FailoverCause cause);
FailoverRecord& RecordOf(Planning& p, NodeGroup& shard);
// Nothing is under way any more; the statuses follow when everything serves.
void EndChange(NodeGroup& shard);

// Nodes beside `old_primary` that hold the data, serve, and can be told to become primary.
std::vector<NodeUid> Eligible(const Planning& p, const NodeGroup& shard, NodeUid old_primary);
// Somebody else may hold the data: a replica that loads, is busy or stopped by a signal, whose agent is on its way back,
// or that has not been asked. While there is one, nobody begins again empty.
bool MayBecomeEligible(const Planning& p, const NodeGroup& shard, NodeUid old_primary);
NodeUid LeastLag(const Planning& p, const std::vector<NodeUid>& eligible);

// The replicas follow `primary` from now on.
void FollowersOf(Planning& p, NodeGroup& shard, NodeUid primary);
bool HoldsPrimaryEndpoint(const World& world, const NodeGroup& shard, const CacheNode& node);
void TellFailover(Planning& p, const NodeGroup& shard, const CacheNode& old, const CacheNode& chosen);
// "demo 0001", for decisions.
std::string NameOf(const NodeGroup& shard);

}  // namespace elastilab
