#include "controlplane/region/planner/resume.h"

#include <fmt/format.h>

#include <algorithm>

namespace elastilab {
namespace {

// What one node could begin with.
struct Copy {
  NodeUid uid = 0;
  bool known = false;   // it has been looked at
  bool lives = false;
  bool saved = false;
  int64_t offset = -1;
  std::string history = {};
  bool exists() const { return lives || saved; }
};

Copy CopyOf(const Planning& p, const CacheNode& node) {
  Copy copy{.uid = node.uid};
  const NodeObservation& seen = SeenOf(p.world, node.uid);
  if (!HasAgent(p.world, node)) {
    copy.known = p.world.lost_zones.contains(node.zone);
    return copy;
  }
  // An agent whose record of the node is damaged looks at its files once it has heard the wish again, and says so then; one
  // that has no trace of it has looked as well (Fleet::SetWithoutTrace).
  copy.known = seen.incarnation == node.incarnation;
  if (!copy.known || !node.holds_data) return copy;
  copy.lives = seen.phase == Phase::kReady || seen.phase == Phase::kBusy || seen.phase == Phase::kFrozen || seen.loading.loading;
  copy.saved = !copy.lives && seen.saved.bytes > 0;
  copy.offset = copy.lives ? seen.offset : seen.saved.offset;
  copy.history = copy.lives ? seen.history : seen.saved.history;
  return copy;
}

// The primary if it lives, else the one with the most; of equals, the primary. A copy of another history is no match for
// the primary's, however far its own stream has come: it was never acknowledged on the endpoint.
const Copy* Best(const std::vector<Copy>& copies, NodeUid primary) {
  const Copy* best = nullptr;
  const auto of_primary = std::find_if(copies.begin(), copies.end(), [&](const Copy& copy) { return copy.uid == primary; });
  const bool compare = of_primary != copies.end() && of_primary->exists();
  if (compare && of_primary->lives) return &*of_primary;
  for (const Copy& copy : copies) {
    if (!copy.exists() || (compare && copy.history != of_primary->history)) continue;
    const bool more = best == nullptr || copy.offset > best->offset || (copy.offset == best->offset && copy.uid == primary);
    if (more) best = &copy;
  }
  return best;
}

std::vector<Copy> Copies(const Planning& p, const NodeGroup& shard) {
  std::vector<Copy> copies;
  for (NodeUid uid : shard.nodes) copies.push_back(CopyOf(p, p.plan.records.nodes.at(uid)));
  return copies;
}

void MakePrimary(Planning& p, NodeGroup& shard, NodeUid chosen) {
  for (NodeUid uid : shard.nodes) {
    CacheNode& node = p.node(uid);
    node.role = uid == chosen ? Role::kPrimary : Role::kReplica;
    node.follows = 0;
  }
  shard.primary = chosen;
}

// Another than the primary has the most, or what there is is older than what was held, or nobody has anything: that goes on
// record.
void RecordResume(Planning& p, NodeGroup& shard, const Copy* best) {
  CacheNode& old = p.node(shard.primary);
  const bool held = std::any_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) { return p.node(uid).holds_data; });
  // A process that ended in any other way than in good order has not saved all it held.
  const bool whole = best != nullptr && (best->lives || SeenOf(p.world, best->uid).phase == Phase::kStopped);
  if (best == nullptr ? !held : best->uid == shard.primary && whole) return;
  OpenRecord(p, shard, old, FailoverCause::kResumed);
  FailoverRecord& record = RecordOf(p, shard);
  if (best == nullptr) {
    record.lost_everything = true;
    record.new_keys = 0;
    record.outcome = "no node had saved anything: the node group began again empty";
    p.TellGroup(shard.group_id, fmt::format("Node group {} begins again empty: none of its nodes had saved anything", shard.id));
  } else {
    record.new_primary = p.node(best->uid).cluster_id;
    record.new_offset = best->offset;
    // An engine that nobody follows counts no offset, so that an older dump can't be measured by it.
    if (record.old_offset >= 0 && whole) record.lost_bytes = std::max<int64_t>(0, record.old_offset - record.new_offset);
    record.outcome = whole ? "resumed with the copy that has the most"
                           : "its process ended before it had saved all it held: resumed on an older dump";
    if (best->uid != shard.primary) TellFailover(p, shard, old, p.node(best->uid));
    if (!whole) p.TellGroup(shard.group_id, fmt::format("Node group {} is resumed on an older dump: the process of {} ended before it had saved all it held", shard.id, p.node(best->uid).cluster_id));
  }
  shard.failover = {};
}

}  // namespace

bool Resume(Planning& p, NodeGroup& shard) {
  const bool waiting =
      std::any_of(shard.nodes.begin(), shard.nodes.end(), [&](NodeUid uid) { return p.node(uid).stopped; });
  if (!waiting) return false;
  const std::vector<Copy> copies = Copies(p, shard);
  const Copy* best = Best(copies, shard.primary);
  const bool all_known = std::all_of(copies.begin(), copies.end(), [](const Copy& copy) { return copy.known; });
  const int64_t patient_until = p.world.started_micros + kResumePatienceMicros;
  if (!all_known && (best == nullptr || p.world.now_micros < patient_until)) {
    p.Decide(ActionKind::kWait, NameOf(shard), "not all of its zones have said what their nodes hold");
    p.plan.WakeAt(std::max(patient_until, p.world.now_micros + 1'000'000));
    return true;
  }
  shard.failover = {};  // what was under way when the lab went down is decided anew
  RecordResume(p, shard, best);
  if (best != nullptr) {
    p.Decide(ActionKind::kResume, p.node(best->uid), fmt::format("offset {} is the highest that was saved", best->offset));
    MakePrimary(p, shard, best->uid);
  } else {
    MakePrimary(p, shard, shard.primary);
  }
  for (const Copy& copy : copies) {
    CacheNode& node = p.node(copy.uid);
    if (!node.stopped && node.status != NodeStatus::kDeleting && copy.exists()) continue;
    node.stopped = node.fenced = false;
    if (node.status == NodeStatus::kDeleting) continue;
    if (copy.saved && SeenOf(p.world, copy.uid).phase != Phase::kStopped) {
      ReviveNode(p, node);
    } else if (copy.known && !copy.exists() && node.ever_ready) {
      ReplaceNode(p, node);
    }
  }
  return true;
}

bool ReviveFromFiles(Planning& p, NodeGroup& shard) {
  std::vector<Copy> copies = Copies(p, shard);
  std::erase_if(copies, [](const Copy& copy) { return !copy.saved; });
  const Copy* best = Best(copies, shard.failover.old_primary);
  if (best == nullptr) return false;
  FailoverRecord& record = RecordOf(p, shard);
  record.new_primary = p.node(best->uid).cluster_id;
  record.new_offset = best->offset;
  if (record.old_offset >= 0 && best->offset >= 0) record.lost_bytes = std::max<int64_t>(0, record.old_offset - best->offset);
  record.outcome = "nobody was left alive: began again on saved files";
  MakePrimary(p, shard, best->uid);
  ReviveNode(p, p.node(best->uid));
  EndChange(shard);
  return true;
}

}  // namespace elastilab
