// What can be said of one node, and the steps that every node takes whatever it belongs to.
#pragma once

#include "controlplane/region/planner/world.h"

namespace elastilab {

// What is known of the life of a node's present incarnation.
Evidence EvidenceOf(const World& world, const CacheNode& node);

// The agent of its zone can carry out wishes.
bool HasAgent(const World& world, const CacheNode& node);
// What was seen of a node; of one that nobody has seen, nothing.
const NodeObservation& SeenOf(const World& world, NodeUid uid);
// Its whole wish is in force, as its agent says.
bool WishIsInForce(const World& world, const CacheNode& node);
// It serves, its wish is in force and, for a replica, the first sync is over.
bool IsSettled(const World& world, const CacheNode& node);
// How long it has not answered; 0 when it does, or when that is not known.
int64_t SilentFor(const World& world, const CacheNode& node);
// Its process is dead, and its files hold what it held.
bool IsSavedOnly(const World& world, const CacheNode& node);

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
  void Decide(ActionKind kind, std::string subject, std::string reason) {
    plan.decisions.push_back({kind, std::move(subject), std::move(reason)});
  }
  void Decide(ActionKind kind, const CacheNode& node, std::string reason) {
    Decide(kind, node.cluster_id + "/" + node.id, std::move(reason));
  }
};

// Asks the engines of every zone whose agent is away themselves, while their answers are not fresh.
void AskWhileAgentsAreAway(Planning& p);

// Gives a dead node a new incarnation on empty files, under its id and address, and tells users. Whoever calls it has
// made sure that its files hold nothing that is not held elsewhere.
void ReplaceNode(Planning& p, CacheNode& node);

// Gives a dead node a new incarnation on the files that it left.
void ReviveNode(Planning& p, CacheNode& node);

// The steps of a node that no change of primary has in hand: becomes available, says what keeps it from starting or
// answering; when others hold its data (a primary that serves and is settled) it is fenced after long silence and
// replaced when dead.
void TendNode(Planning& p, CacheNode& node, bool others_hold_data);

// Tells users, once, that a process lives and does not answer; and when it does again.
void TellSilence(Planning& p, CacheNode& node, Evidence evidence);

// Removes nodes that are being deleted and are gone.
void RemoveDeletedNodes(Planning& p);

// The status of a cluster from its nodes': available when all are, modifying while one of them is not.
// `tell` says "Cache cluster created" and the like.
void RollUpCluster(Planning& p, CacheCluster& cluster);

}  // namespace elastilab
