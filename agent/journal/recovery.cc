#include "agent/journal/recovery.h"

#include <algorithm>

namespace elastilab {
namespace {

bool Lives(const ProcessIdentity& process, const HostView& host) {
  const auto stat = host.stat(process.pid);
  return stat && stat->identity == process && stat->state != 'Z' && stat->state != 'X';
}

// The agent died between the spawn and its record: the process that writes to this log and is not a child of another.
std::optional<ProcessIdentity> SpawnedButNotRecorded(const std::string& log_file, const HostView& host) {
  auto writes_here = [&](const MarkedProcess& p) { return p.log_file == log_file; };
  for (const MarkedProcess& p : host.marked) {
    const bool child_of_another = std::any_of(host.marked.begin(), host.marked.end(), [&](const MarkedProcess& q) {
      return q.identity.pid == p.parent && writes_here(q);
    });
    if (writes_here(p) && !child_of_another) return p.identity;
  }
  return std::nullopt;
}

}  // namespace

Recovered JudgeRecord(const std::optional<ProcessRecord>& record, const std::string& log_file, const HostView& host) {
  if (!record) return {Fate::kNeverStarted, {}};
  switch (record->state) {
    case RecordState::kExited: return {Fate::kExited, record->process};
    case RecordState::kStopped: return {Fate::kStopped, record->process};
    case RecordState::kIntent:
      if (auto process = SpawnedButNotRecorded(log_file, host)) return {Fate::kAlive, *process};
      return {Fate::kNeverStarted, {}};
    case RecordState::kRunning:
      if (record->boot_id == host.boot_id && Lives(record->process, host)) return {Fate::kAlive, record->process};
      return {Fate::kVanished, record->process};
  }
  return {Fate::kVanished, record->process};
}

std::vector<ProcessIdentity> FindOrphans(const std::vector<MarkedProcess>& marked,
                                         const std::set<ProcessIdentity>& claimed) {
  std::set<int64_t> claimed_pids;
  for (const ProcessIdentity& process : claimed) claimed_pids.insert(process.pid);
  std::vector<ProcessIdentity> orphans;
  for (const MarkedProcess& p : marked) {
    if (!claimed.contains(p.identity) && !claimed_pids.contains(p.parent)) orphans.push_back(p.identity);
  }
  return orphans;
}

}  // namespace elastilab
