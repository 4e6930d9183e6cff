#include "common/fault_point.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

namespace elastilab {
namespace {

struct Armed {
  FaultKind kind;
  int passages_left;
};

std::atomic<bool> any_armed{false};
std::mutex mu;

std::map<std::string, Armed, std::less<>>& Table() {
  static auto* table = new std::map<std::string, Armed, std::less<>>;
  return *table;
}

std::optional<FaultKind> KindNamed(std::string_view word) {
  if (word == "crash") return FaultKind::kCrash;
  if (word == "error") return FaultKind::kError;
  if (word == "throw") return FaultKind::kThrow;
  return std::nullopt;
}

}  // namespace

Status FaultPoint(std::string_view name) {
  if (!any_armed.load(std::memory_order_relaxed)) return absl::OkStatus();
  std::lock_guard lock(mu);
  auto it = Table().find(name);
  if (it == Table().end() || --it->second.passages_left > 0) return absl::OkStatus();
  const FaultKind kind = it->second.kind;
  Table().erase(it);
  if (kind == FaultKind::kCrash) _exit(kFaultCrashExitCode);
  const std::string what = fmt::format("fault point {} fired", name);
  if (kind == FaultKind::kThrow) throw std::runtime_error(what);
  return absl::UnavailableError(what);
}

void ArmFaultPoint(std::string_view name, FaultKind kind, int nth) {
  std::lock_guard lock(mu);
  Table().insert_or_assign(std::string(name), Armed{kind, nth});
  any_armed = true;
}

void DisarmFaultPoints() {
  std::lock_guard lock(mu);
  Table().clear();
  any_armed = false;
}

Status ArmFaultPointsFrom(std::string_view list) {
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      return absl::InvalidArgumentError(fmt::format("fault point '{}': write name=crash or name=error, with @n for the n-th time", item));
    }
    std::string_view kind = item.substr(equals + 1);
    int nth = 1;
    if (const size_t at = kind.find('@'); at != std::string_view::npos) {
      const std::string_view count = kind.substr(at + 1);
      if (std::from_chars(count.data(), count.data() + count.size(), nth).ec != std::errc() || nth < 1) {
        return absl::InvalidArgumentError(fmt::format("fault point '{}': '{}' is not a count", item, count));
      }
      kind = kind.substr(0, at);
    }
    const auto known = KindNamed(kind);
    if (!known) {
      return absl::InvalidArgumentError(fmt::format("fault point '{}': '{}' is neither crash nor error nor throw", item, kind));
    }
    ArmFaultPoint(item.substr(0, equals), *known, nth);
  }
  return absl::OkStatus();
}

}  // namespace elastilab
