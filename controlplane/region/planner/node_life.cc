#include "controlplane/region/planner/node_life.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controlplane/region/planner/parameters.h"

namespace elastilab {
namespace {

// After a start agents have this long to connect before the engines are asked themselves.
constexpr int64_t kHelloMicros = 2'000'000;
// How often a node that does not answer is thought of.
constexpr int64_t kLookAgainMicros = 1'000'000;

const NodeObservation* Seen(const World& world, const CacheNode& node) {
  auto it = world.seen.find(node.uid);
  return it == world.seen.end() ? nullptr : &it->second;
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

// What became of a lone engine's data when its process ended and was started again, for a checker's eyes as well.
void RecordRestart(Planning& p, const CacheNode& node, const NodeObservation& seen) {
  if (node.role != Role::kPrimary || !node.holds_data) return;
  FailoverRecord record;
  record.id = p.world.now.time_since_epoch().count() * 1000 + node.uid % 1000;
  record.group_id = node.cluster_id;
  record.cause = FailoverCause::kExited;
  record.evidence = Describe(Evidence::kExitSeen, node, seen);
  record.old_primary = record.new_primary = node.cluster_id;
  record.started_at = p.world.now;
  record.old_keys = seen.previous_keys;
  record.new_keys = seen.keys;
  record.lost_everything = !seen.began_on_files;
  record.outcome = record.lost_everything ? "started again empty: nobody else held its data" : "started again on its files";
  p.plan.records.failovers[record.id] = record;
  if (!record.lost_everything || record.old_keys <= 0) return;
  p.TellCluster(node.cluster_id, fmt::format("Cache node {} started again empty: it held {} keys when they were last counted",
                                             node.id, record.old_keys));
}

// The agent started the process again on its own: users hear of it even when it took less than a look.
void NoticeRestarts(Planning& p, CacheNode& node, const NodeObservation& seen) {
  if (seen.incarnation != node.incarnation || seen.restarts == node.restarts) return;
  if (node.status == NodeStatus::kAvailable) {
    p.TellCluster(node.cluster_id, fmt::format("Recovering cache nodes {}", node.id));
    node.status = NodeStatus::kRecovering;
  }
  if (seen.phase != Phase::kReady) return;  // counted once it has read what is left
  RecordRestart(p, node, seen);
  node.restarts = seen.restarts;
}

void NoticeProblem(Planning& p, CacheNode& node, const NodeObservation& seen) {
  if (seen.incarnation != node.incarnation || seen.phase != Phase::kFailed || seen.problem == node.problem) return;
  node.problem = seen.problem;
  p.TellCluster(node.cluster_id, fmt::format("Cache node {} cannot be started: {}", node.id, node.problem));
}

// A process that is on its way back: in place after an exit, or after `elastilab up`.
void NoticeAbsence(Planning& p, CacheNode& node, Evidence evidence) {
  if (node.status != NodeStatus::kAvailable) return;
  if (evidence == Evidence::kStarts || evidence == Evidence::kLoads) {
    node.status = NodeStatus::kRebooting;
  } else if (IsDeath(evidence) && RestartsByItself(node)) {
    p.TellCluster(node.cluster_id, fmt::format("Recovering cache nodes {}", node.id));
    node.status = NodeStatus::kRecovering;
  }
}

// Whom to look for on its host should its agent go away.
void RememberProcess(const World& world, CacheNode& node, const NodeObservation& seen) {
  if (seen.incarnation != node.incarnation || seen.pid == 0) return;
  const auto zone = world.zones.find(node.zone);
  node.process = {seen.pid, seen.start_ticks, zone == world.zones.end() ? "" : zone->second.boot_id};
}

// Killed because it has not answered for long, and others hold all it holds.
void FenceAfterLongSilence(Planning& p, CacheNode& node, Evidence evidence) {
  const bool long_enough = evidence == Evidence::kFrozen ||
                           (evidence == Evidence::kBusy && SilentFor(p.world, node) >= p.world.busy_patience_micros);
  if (!long_enough) return;
  p.Decide(ActionKind::kFence, node, std::string(Text(evidence)));
  node.fenced = true;
  if (!HasAgent(p.world, node)) p.plan.fence_directly.insert(node.uid);
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

Evidence EvidenceOf(const World& world, const CacheNode& node) {
  const auto zone = world.zones.find(node.zone);
  return Weigh(node, Seen(world, node), zone == world.zones.end() ? nullptr : &zone->second, world.now_micros);
}

int64_t SilentFor(const World& world, const CacheNode& node) {
  const int64_t since = SilentSince(SeenOf(world, node.uid), HasAgent(world, node));
  return since == 0 ? 0 : std::max<int64_t>(0, world.now_micros - since);
}

bool IsSavedOnly(const World& world, const CacheNode& node) {
  const NodeObservation& seen = SeenOf(world, node.uid);
  return seen.incarnation == node.incarnation && IsDeath(EvidenceOf(world, node)) && seen.saved.bytes > 0;
}

bool WishIsInForce(const World& world, const CacheNode& node) {
  const NodeObservation* seen = Seen(world, node);
  return seen != nullptr && HasAgent(world, node) && seen->incarnation == node.incarnation &&
         seen->applied_revision >= node.revision;
}

bool IsSettled(const World& world, const CacheNode& node) {
  if (EvidenceOf(world, node) != Evidence::kAnswers || !WishIsInForce(world, node)) return false;
  const NodeObservation& seen = *Seen(world, node);
  if (node.role == Role::kNone) return true;
  if (seen.role != node.role) return false;
  return node.role == Role::kPrimary || (node.follows != 0 && seen.link_up);
}

void AskWhileAgentsAreAway(Planning& p) {
  for (const auto& [uid, node] : p.plan.records.nodes) {
    if (node.status != NodeStatus::kDeleting) AskWhileAgentIsAway(p, node);
  }
}

void ReplaceNode(Planning& p, CacheNode& node) {
  if (node.status != NodeStatus::kCreating && node.status != NodeStatus::kRecovering) {
    p.TellCluster(node.cluster_id, fmt::format("Recovering cache nodes {}", node.id));
    node.status = NodeStatus::kRecovering;
  }
  p.Decide(ActionKind::kReplace, node, "a new process on empty files");
  ++node.incarnation;
  TakeStartupSettings(p, node);
  node.ever_ready = false;
  node.stopped = false;
  node.holds_data = node.keep_files = false;
  node.told_silent = false;
  node.process = {};
  node.fenced = false;
  node.restarts = 0;
  if (node.role == Role::kReplica) node.follows = 0;
}

void ReviveNode(Planning& p, CacheNode& node) {
  ReplaceNode(p, node);
  p.plan.decisions.back().reason = "a new process on the files of the last one";
  node.keep_files = node.holds_data = true;
}

void TellSilence(Planning& p, CacheNode& node, Evidence evidence) {
  const bool frozen = evidence == Evidence::kFrozen;
  if (!frozen && evidence != Evidence::kBusy) {
    const bool again = std::exchange(node.told_silent, false) && evidence == Evidence::kAnswers;
    if (again && node.status == NodeStatus::kAvailable) {
      p.TellCluster(node.cluster_id, fmt::format("Cache node {} answers again", node.id));
    }
    return;
  }
  const int64_t silent_for = SilentFor(p.world, node);
  p.Decide(ActionKind::kWait, node, fmt::format("{} for {} ms", Text(evidence), silent_for / 1000));
  p.plan.WakeAt(p.world.now_micros + (silent_for < kTellSilenceMicros ? kTellSilenceMicros - silent_for : kLookAgainMicros));
  if (node.told_silent || silent_for < kTellSilenceMicros) return;
  node.told_silent = true;
  if (frozen && node.status == NodeStatus::kAvailable) node.status = NodeStatus::kRecovering;
  const std::string why = frozen ? "is stopped by a signal: kill -CONT lets it go on" : "is busy";
  p.TellCluster(node.cluster_id, fmt::format("Cache node {} does not answer: its process {} {}. It is left alone, for it may hold data",
                                             node.id, SeenOf(p.world, node.uid).pid, why));
}

void TendNode(Planning& p, CacheNode& node, bool others_hold_data) {
  if (node.status == NodeStatus::kDeleting) return;
  const Evidence evidence = EvidenceOf(p.world, node);
  const NodeObservation* seen = Seen(p.world, node);
  if (seen != nullptr && HasAgent(p.world, node)) {
    RememberProcess(p.world, node, *seen);
    NoticeProblem(p, node, *seen);
    NoticeRestarts(p, node, *seen);
  }
  NoticeAbsence(p, node, evidence);
  TellSilence(p, node, evidence);
  if (evidence == Evidence::kAnswers) {
    node.ever_ready = true;
    node.stopped = false;
  }
  if (others_hold_data && !node.fenced) FenceAfterLongSilence(p, node, evidence);
  if (IsDeath(evidence) && !RestartsByItself(node) && (others_hold_data || !node.holds_data)) ReplaceNode(p, node);
  if (!IsSettled(p.world, node)) return;
  node.holds_data = true;
  BecomeAvailable(p, node);
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
