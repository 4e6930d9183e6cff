#include "controlplane/region/planner/node_life.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/planner/parameters.h"

namespace elastilab {
namespace {

// How long an answer of the engine itself counts while its agent is away.
constexpr int64_t kDirectAnswerMicros = 300'000;
// After a start agents have this long to connect before the engines are asked themselves.
constexpr int64_t kHelloMicros = 2'000'000;

const NodeObservation* Seen(const World& world, const CacheNode& node) {
  auto it = world.seen.find(node.uid);
  return it == world.seen.end() ? nullptr : &it->second;
}

Life LifeByAgent(const NodeObservation* seen, const CacheNode& node) {
  if (seen == nullptr || seen->incarnation != node.incarnation) return Life::kStarting;
  switch (seen->phase) {
    case Phase::kReady:
      return Life::kServing;
    case Phase::kSilent:
      return Life::kSilent;
    case Phase::kExited:
      return Life::kDead;
    case Phase::kFailed:
      return node.ever_ready ? Life::kDead : Life::kStarting;
    default:
      return Life::kStarting;
  }
}

Life LifeByAsking(const NodeObservation* seen, const CacheNode& node) {
  if (!node.ever_ready || node.stopped) return Life::kStarting;
  if (seen == nullptr || seen->direct_incarnation != node.incarnation) return Life::kUnknown;
  switch (seen->direct) {
    case DirectVerdict::kAnswers:
      return Life::kServing;
    case DirectVerdict::kGone:
      return Life::kDead;
    case DirectVerdict::kSilent:
      return Life::kSilent;
    case DirectVerdict::kUnknown:
      return Life::kUnknown;
  }
  return Life::kUnknown;
}

bool AwaitsHello(const World& world, const CacheNode& node) {
  return !world.zones.contains(node.zone) && !world.lost_zones.contains(node.zone) &&
         world.now_micros - world.started_micros < kHelloMicros;
}

void AskWhileAgentIsAway(Planning& p, const CacheNode& node) {
  if (HasAgent(p.world, node) || !node.ever_ready || node.stopped) return;
  if (AwaitsHello(p.world, node)) return p.plan.WakeAt(p.world.started_micros + kHelloMicros);
  const NodeObservation* seen = Seen(p.world, node);
  const bool fresh = seen != nullptr && seen->direct_incarnation == node.incarnation &&
                     seen->direct != DirectVerdict::kUnknown &&
                     p.world.now_micros - seen->direct_micros < kDirectAnswerMicros;
  if (!fresh) p.plan.ask_directly.insert(node.uid);
  p.plan.WakeAt(p.world.now_micros + kDirectAnswerMicros);
}

bool RestartsByItself(const CacheNode& node) { return node.group_id.empty() && !node.fenced; }

std::string MajorMinor(const std::string& version) {
  const size_t first = version.find('.');
  return version.substr(0, first == std::string::npos ? first : version.find('.', first + 1));
}

// The installed engine that fits best may be another version than the one asked for: said, never hidden.
void TellSubstitute(Planning& p, const CacheNode& node) {
  const NodeObservation* seen = Seen(p.world, node);
  const std::string& asked = p.cluster(node).engine_version;
  if (seen == nullptr || seen->engine_version.empty() || MajorMinor(seen->engine_version) == MajorMinor(asked)) return;
  p.TellCluster(node.cluster_id, fmt::format("Cache node {} was asked for as {} {} and runs {}, which is installed", node.id,
                                             Text(p.cluster(node).engine), asked, seen->engine_version));
}

void BecomeAvailable(Planning& p, CacheNode& node) {
  if (node.status == NodeStatus::kAvailable) return;
  if (node.status == NodeStatus::kCreating) {
    p.TellCluster(node.cluster_id, fmt::format("Added cache node {} in availability zone {}", node.id, node.zone));
    TellSubstitute(p, node);
  } else if (node.status == NodeStatus::kRecovering) {
    p.TellCluster(node.cluster_id, fmt::format("Finished recovery for cache nodes {}", node.id));
  } else if (node.status == NodeStatus::kRebooting) {
    p.TellCluster(node.cluster_id, fmt::format("Cache node {} restarted", node.id));
  }
  node.status = NodeStatus::kAvailable;
  node.problem.clear();
}

// The agent started the process again on its own: users hear of it even when it took less than a look.
void NoticeRestarts(Planning& p, CacheNode& node, const NodeObservation& seen) {
  if (seen.incarnation != node.incarnation || seen.restarts == node.restarts) return;
  if (node.status == NodeStatus::kAvailable) {
    p.TellCluster(node.cluster_id, fmt::format("Recovering cache nodes {}", node.id));
    node.status = NodeStatus::kRecovering;
  }
  node.restarts = seen.restarts;
}

void NoticeProblem(Planning& p, CacheNode& node, const NodeObservation& seen) {
  if (seen.incarnation != node.incarnation || seen.phase != Phase::kFailed || seen.problem == node.problem) return;
  node.problem = seen.problem;
  p.TellCluster(node.cluster_id, fmt::format("Cache node {} cannot be started: {}", node.id, node.problem));
}

// A process that is on its way back: in place after an exit, or after `elastilab up`.
void NoticeAbsence(Planning& p, CacheNode& node, Life life) {
  if (node.status != NodeStatus::kAvailable) return;
  if (life == Life::kStarting) {
    node.status = NodeStatus::kRebooting;
  } else if (life == Life::kDead && RestartsByItself(node)) {
    p.TellCluster(node.cluster_id, fmt::format("Recovering cache nodes {}", node.id));
    node.status = NodeStatus::kRecovering;
  }
}

}  // namespace

const NodeObservation& SeenOf(const World& world, NodeUid uid) {
  static const NodeObservation kNothing;
  auto it = world.seen.find(uid);
  return it == world.seen.end() ? kNothing : it->second;
}

bool HasAgent(const World& world, const CacheNode& node) {
  auto it = world.zones.find(node.zone);
  return it != world.zones.end() && it->second.connected;
}

Life LifeOf(const World& world, const CacheNode& node) {
  const NodeObservation* seen = Seen(world, node);
  return HasAgent(world, node) ? LifeByAgent(seen, node) : LifeByAsking(seen, node);
}

bool WishIsInForce(const World& world, const CacheNode& node) {
  const NodeObservation* seen = Seen(world, node);
  return seen != nullptr && HasAgent(world, node) && seen->incarnation == node.incarnation &&
         seen->applied_revision >= node.revision;
}

bool IsSettled(const World& world, const CacheNode& node) {
  if (LifeOf(world, node) != Life::kServing || !WishIsInForce(world, node)) return false;
  const NodeObservation& seen = *Seen(world, node);
  if (node.role == Role::kNone) return true;
  if (seen.role != node.role) return false;
  return node.role == Role::kPrimary || (node.follows != 0 && seen.link_up);
}

void ReplaceNode(Planning& p, CacheNode& node) {
  if (node.status != NodeStatus::kCreating && node.status != NodeStatus::kRecovering) {
    p.TellCluster(node.cluster_id, fmt::format("Recovering cache nodes {}", node.id));
    node.status = NodeStatus::kRecovering;
  }
  ++node.incarnation;
  TakeStartupSettings(p, node);
  node.ever_ready = false;
  node.stopped = false;
  node.fenced = false;
  node.restarts = 0;
  if (node.role == Role::kReplica) node.follows = 0;
}

void TendNode(Planning& p, CacheNode& node) {
  if (node.status == NodeStatus::kDeleting) return;
  const Life life = LifeOf(p.world, node);
  AskWhileAgentIsAway(p, node);
  if (const NodeObservation* seen = Seen(p.world, node); seen != nullptr && HasAgent(p.world, node)) {
    NoticeProblem(p, node, *seen);
    NoticeRestarts(p, node, *seen);
  }
  NoticeAbsence(p, node, life);
  if (life == Life::kServing) {
    node.ever_ready = true;
    node.stopped = false;
  }
  if (life == Life::kSilent) {
    node.fenced = true;
    if (!HasAgent(p.world, node)) p.plan.fence_directly.insert(node.uid);
  }
  if (life == Life::kDead && !RestartsByItself(node)) ReplaceNode(p, node);
  if (IsSettled(p.world, node)) BecomeAvailable(p, node);
}

void RemoveDeletedNodes(Planning& p) {
  Records& records = p.plan.records;
  std::vector<NodeUid> gone;
  for (const auto& [uid, node] : records.nodes) {
    if (node.status != NodeStatus::kDeleting) continue;
    const CacheCluster& cluster = p.cluster(node);
    const bool listed = std::find(cluster.discovered.begin(), cluster.discovered.end(), uid) != cluster.discovered.end();
    if (listed && cluster.status != ClusterStatus::kDeleting) continue;  // clients must stop using it first
    const NodeObservation* seen = Seen(p.world, node);
    const bool absent = HasAgent(p.world, node) && seen != nullptr && seen->phase == Phase::kAbsent;
    if (absent || p.world.lost_zones.contains(node.zone)) {
      gone.push_back(uid);
    } else {
      p.plan.withdraw.insert(uid);
    }
  }
  for (NodeUid uid : gone) {
    const CacheNode node = records.nodes.at(uid);
    auto& nodes = p.cluster(node).nodes;
    nodes.erase(std::remove(nodes.begin(), nodes.end(), uid), nodes.end());
    if (auto shard = records.node_groups.find(node.node_group_id); shard != records.node_groups.end()) {
      auto& members = shard->second.nodes;
      members.erase(std::remove(members.begin(), members.end(), uid), members.end());
    }
    records.nodes.erase(uid);
  }
}

void RollUpCluster(Planning& p, CacheCluster& cluster) {
  if (cluster.status == ClusterStatus::kDeleting) return;
  const bool all_available = !cluster.nodes.empty() &&
                             std::all_of(cluster.nodes.begin(), cluster.nodes.end(), [&](NodeUid uid) {
                               const CacheNode& node = p.node(uid);
                               return node.status == NodeStatus::kAvailable &&
                                      (cluster.status == ClusterStatus::kAvailable || IsSettled(p.world, node));
                             });
  if (!all_available) {
    if (cluster.status == ClusterStatus::kAvailable) cluster.status = ClusterStatus::kModifying;
    return;
  }
  if (cluster.status == ClusterStatus::kAvailable) return;
  if (cluster.status == ClusterStatus::kCreating) p.TellCluster(cluster.id, "Cache cluster created");
  if (cluster.resize_from != 0) {
    p.TellCluster(cluster.id, fmt::format("Finished modifying number of nodes from {} to {}", cluster.resize_from,
                                          cluster.nodes.size()));
    cluster.resize_from = 0;
  }
  cluster.status = ClusterStatus::kAvailable;
}

}  // namespace elastilab
