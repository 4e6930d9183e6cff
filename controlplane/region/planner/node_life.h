// What can be said of one node, and the steps that every node takes whatever it belongs to.
#pragma once

#include "controlplane/region/planner/world.h"

namespace elastilab {

// The life of a node's present incarnation, judged from all that was seen of it.
enum class Life {
  kUnknown,   // its agent is away and the engine has not been asked
  kStarting,  // wished for, not there yet
  kServing,
  kSilent,    // alive but does not answer
  kDead,      // certainly gone: nothing of it can still write
};
Life LifeOf(const World& world, const CacheNode& node);

// The agent of its zone can carry out wishes.
bool HasAgent(const World& world, const CacheNode& node);
// What was seen of a node; of one that nobody has seen, nothing.
const NodeObservation& SeenOf(const World& world, NodeUid uid);
// Its whole wish is in force, as its agent says.
bool WishIsInForce(const World& world, const CacheNode& node);
// It serves, its wish is in force and, for a replica, the first sync is over.
bool IsSettled(const World& world, const CacheNode& node);

// A plan under construction: `plan.records` starts as the world's and is changed in place.
struct Planning {
  const World& world;
  Plan plan;

  CacheNode& node(NodeUid uid) { return plan.records.nodes.at(uid); }
  CacheCluster& cluster(const CacheNode& node) { return plan.records.clusters.at(node.cluster_id); }
  void TellCluster(const std::string& id, std::string message) {
    plan.Tell(SourceType::kCacheCluster, id, std::move(message), world.now);
  }
  void TellGroup(const std::string& id, std::string message) {
    plan.Tell(SourceType::kReplicationGroup, id, std::move(message), world.now);
  }
};

// Gives a dead node a new incarnation on empty files, under its id and address, and tells users.
void ReplaceNode(Planning& p, CacheNode& node);

// The steps of a node that is no primary in trouble: becomes available, is fenced when silent, replaced when dead,
// asked directly while its agent is away; says what keeps it from starting.
void TendNode(Planning& p, CacheNode& node);

// Removes nodes that are being deleted and are gone.
void RemoveDeletedNodes(Planning& p);

// The status of a cluster from its nodes': available when all are, modifying while one of them is not.
// `tell` says "Cache cluster created" and the like.
void RollUpCluster(Planning& p, CacheCluster& cluster);

}  // namespace elastilab
