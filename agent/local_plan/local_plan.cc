#include "agent/local_plan/local_plan.h"

#include <optional>
#include <ostream>

namespace elastilab {
namespace {

using enum LocalActionKind;

LocalActionKind PlanSameIncarnation(const NodeWish& wish, const LocalNode& node) {
  if (wish.fenced) return kFence;
  if (node.fenced) return kKeep;  // once fenced, only a new incarnation runs again
  switch (node.process) {
    case LocalProcess::kNone:
    case LocalProcess::kStopped:
      return kStart;
    case LocalProcess::kExited:
      return wish.restart_in_place ? kStart : kKeep;
    case LocalProcess::kRunning:
      break;
  }
  if (LaunchDigest(wish.launch) != node.launch_digest) return kRestart;
  return wish.revision > node.revision ? kApply : kKeep;
}

std::optional<LocalActionKind> PlanNode(const NodeWish& wish, const LocalNode* node) {
  if (node == nullptr) return wish.fenced ? kFence : wish.held ? kKeep : kStart;
  if (wish.incarnation() < node->incarnation) return std::nullopt;
  if (wish.held) return kKeep;
  if (wish.incarnation() > node->incarnation) return wish.fenced ? kFence : kReplace;
  if (wish.revision < node->revision) return std::nullopt;
  return PlanSameIncarnation(wish, *node);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const LocalAction& action) {
  static constexpr const char* kNames[] = {"start", "replace", "apply", "restart", "fence", "keep", "withdraw"};
  return out << kNames[static_cast<int>(action.kind)] << " " << action.uid;
}

std::vector<LocalAction> PlanZone(const std::map<int64_t, NodeWish>& wishes, const std::map<int64_t, LocalNode>& local,
                                  bool complete) {
  std::vector<LocalAction> plan;
  for (const auto& [uid, wish] : wishes) {
    const auto node = local.find(uid);
    if (auto kind = PlanNode(wish, node == local.end() ? nullptr : &node->second)) plan.push_back({*kind, uid});
  }
  if (!complete) return plan;
  for (const auto& [uid, node] : local) {
    if (!wishes.contains(uid)) plan.push_back({kWithdraw, uid});
  }
  return plan;
}

}  // namespace elastilab
