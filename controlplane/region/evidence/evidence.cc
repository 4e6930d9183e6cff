#include "controlplane/region/evidence/evidence.h"

#include <fmt/format.h>

namespace elastilab {
namespace {

Evidence ByAgent(const CacheNode& node, const NodeObservation& seen) {
  switch (seen.phase) {
    case Phase::kReady:
      return Evidence::kAnswers;
    case Phase::kBusy:
      return Evidence::kBusy;
    case Phase::kFrozen:
      return Evidence::kFrozen;
    case Phase::kExited:
      return Evidence::kExitSeen;
    case Phase::kFailed:
      return node.ever_ready ? Evidence::kExitSeen : Evidence::kStarts;
    default:
      return seen.loading.loading ? Evidence::kLoads : Evidence::kStarts;
  }
}

Evidence ByAsking(const CacheNode& node, const NodeObservation* seen) {
  if (!node.ever_ready || node.stopped) return Evidence::kStarts;
  if (seen == nullptr || seen->direct_incarnation != node.incarnation) return Evidence::kNone;
  switch (seen->direct) {
    case DirectVerdict::kAnswers:
      return Evidence::kAnswers;
    case DirectVerdict::kGone:
      return Evidence::kGoneOnHost;
    case DirectVerdict::kFrozen:
      return seen->direct_misses >= kFrozenMisses ? Evidence::kFrozen : Evidence::kBusy;
    case DirectVerdict::kBusy:
      return Evidence::kBusy;
    case DirectVerdict::kSilent:
      return Evidence::kSilent;
    case DirectVerdict::kUnknown:
      return Evidence::kNone;
  }
  return Evidence::kNone;
}

}  // namespace

std::string_view Text(Evidence evidence) {
  switch (evidence) {
    case Evidence::kNone:
      return "none";
    case Evidence::kStarts:
      return "starts";
    case Evidence::kLoads:
      return "loads";
    case Evidence::kAnswers:
      return "answers";
    case Evidence::kBusy:
      return "busy";
    case Evidence::kFrozen:
      return "frozen";
    case Evidence::kSilent:
      return "silent";
    case Evidence::kExitSeen:
      return "exit-seen";
    case Evidence::kGoneOnHost:
      return "gone-on-host";
    case Evidence::kLeaseOver:
      return "lease-over";
  }
  return "none";
}

Evidence Weigh(const CacheNode& node, const NodeObservation* seen, const ZoneObservation* zone, int64_t now_micros) {
  if (zone == nullptr || !zone->connected) {
    const Evidence asked = ByAsking(node, seen);
    const bool fenced_itself = zone != nullptr && zone->fences_itself && now_micros >= zone->lease_over_micros;
    const bool out_of_sight = asked == Evidence::kSilent || asked == Evidence::kNone;
    return out_of_sight && fenced_itself && node.role == Role::kPrimary ? Evidence::kLeaseOver : asked;
  }
  if (seen == nullptr || seen->incarnation != node.incarnation) return Evidence::kStarts;
  return ByAgent(node, *seen);
}

int64_t SilentSince(const NodeObservation& seen, bool connected) {
  return connected ? seen.silent_micros : seen.direct_silent_micros;
}

std::string Describe(Evidence evidence, const CacheNode& node, const NodeObservation& seen) {
  const std::string_view name = Text(evidence);
  switch (evidence) {
    case Evidence::kExitSeen:
      return fmt::format("{}: {}", name, seen.exit_text.empty() ? "its agent saw the process end" : seen.exit_text);
    case Evidence::kGoneOnHost:
      return fmt::format("{}: process {} is not there any more", name, node.process.pid);
    case Evidence::kLeaseOver:
      return fmt::format("{}: its agent fences itself by now", name);
    case Evidence::kFrozen:
      return fmt::format("{}: process {} is stopped by a signal and does not answer", name, seen.pid);
    case Evidence::kBusy:
      return fmt::format("{}: process {} runs and does not answer", name, seen.pid);
    default:
      return std::string(name);
  }
}

}  // namespace elastilab
