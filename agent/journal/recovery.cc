#include "agent/journal/recovery.h"

#include <fmt/format.h>

#include <algorithm>

namespace elastilab {
namespace {

bool Lives(const ProcessIdentity& process, const HostView& host) {
  const auto stat = host.stat(process.pid);
  return stat && stat->identity == process && stat->state != 'Z' && stat->state != 'X';
}

Recovered FindByTraces(const Traces& traces, const HostView& host) {
  auto writes_here = [&](const MarkedProcess& p) { return p.log_file == traces.log_file; };
  auto child_of_another = [&](const MarkedProcess& p) {
    return std::any_of(host.marked.begin(), host.marked.end(),
                       [&](const MarkedProcess& q) { return q.identity.pid == p.parent && writes_here(q); });
  };
  Recovered found{Fate::kNeverStarted, {}, false, false};
  for (const MarkedProcess& p : host.marked) {
    if (!writes_here(p) || child_of_another(p)) continue;
    const bool serves = host.listens && host.listens(p.identity.pid, traces.address, traces.port);
    if (found.fate == Fate::kAlive && !serves) continue;
    found = {Fate::kAlive, p.identity, false, serves};
    if (serves) break;
  }
  return found;
}

Recovered WithoutRecord(const StatusOr<ProcessRecord>& record, const Traces& traces, const HostView& host) {
  Recovered found = FindByTraces(traces, host);
  if (found.fate == Fate::kAlive) return found;
  const bool ran_once = traces.has_log || !absl::IsNotFound(record.status());
  if (traces.saved) {
    found.fate = Fate::kStopped;
  } else if (ran_once) {
    found.fate = Fate::kVanished;
  }
  return found;
}

}  // namespace

Recovered JudgeRecord(const StatusOr<ProcessRecord>& record, const Traces& traces, const HostView& host) {
  if (!record.ok()) return WithoutRecord(record, traces, host);
  switch (record->state) {
    case RecordState::kExited: return {Fate::kExited, record->process};
    case RecordState::kStopped: return {Fate::kStopped, record->process};
    case RecordState::kIntent:
      if (const Recovered found = FindByTraces(traces, host); found.fate == Fate::kAlive) {
        return {Fate::kAlive, found.process};
      }
      return {Fate::kNeverStarted, {}};
    case RecordState::kRunning:
      if (record->boot_id == host.boot_id && Lives(record->process, host)) return {Fate::kAlive, record->process};
      return {record->stop_ordered && traces.saved ? Fate::kStopped : Fate::kVanished, record->process};
  }
  return {Fate::kVanished, record->process};
}

ProcessRecord AssumedRecord(const Recovered& found, int64_t incarnation, const std::string& launch_digest) {
  ProcessRecord record;
  record.state = found.fate == Fate::kStopped ? RecordState::kStopped : RecordState::kExited;
  record.incarnation = incarnation;
  record.process = found.process;
  record.was_ready = true;
  record.began_on_files = true;  // for all that is known
  record.launch_digest = launch_digest;
  return record;
}

std::string WhyUnsure(const Recovered& found, const Traces& traces) {
  if (found.fate != Fate::kAlive || found.recorded) return "";
  const std::string who =
      fmt::format("pid {} writes to {} and was adopted without a record", found.process.pid, traces.log_file);
  if (found.serves) return who + "; it has not answered yet: if that stays so, reboot the node";
  return fmt::format("{}; it does not listen on {}:{}: if it is none of this lab's, kill {}", who, traces.address,
                     traces.port, found.process.pid);
}

std::vector<MarkedProcess> FindOrphans(const std::vector<MarkedProcess>& marked,
                                       const std::set<ProcessIdentity>& claimed) {
  std::set<int64_t> claimed_pids;
  for (const ProcessIdentity& process : claimed) claimed_pids.insert(process.pid);
  std::vector<MarkedProcess> orphans;
  for (const MarkedProcess& p : marked) {
    if (!claimed.contains(p.identity) && !claimed_pids.contains(p.parent)) orphans.push_back(p);
  }
  return orphans;
}

}  // namespace elastilab
