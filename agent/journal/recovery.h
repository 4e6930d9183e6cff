// What became of a process while no agent watched: a pure comparison of the journal's record with what /proc says.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/journal/process_record.h"
#include "common/os/proc_fs.h"

namespace elastilab {

enum class Fate {
  kNeverStarted,  // no record, or an intent that nothing came of: it may be started
  kAlive,         // `process` is it: adopt it
  kVanished,      // the record says running, but it is gone: it exited unseen
  kExited,
  kStopped,
};

struct Recovered {
  Fate fate = Fate::kNeverStarted;
  ProcessIdentity process;
  bool operator==(const Recovered&) const = default;
};

// What is true on this host now.
struct HostView {
  std::string boot_id;
  std::function<std::optional<ProcStat>(int64_t pid)> stat;
  std::vector<MarkedProcess> marked;
};

// `log_file` is that of the process: an intent without a pid is matched by it.
Recovered JudgeRecord(const std::optional<ProcessRecord>& record, const std::string& log_file, const HostView& host);

// The marked processes that nobody claims. Children of claimed ones (a redis that saves in the background) are not
// orphans: they go when their parent wants.
std::vector<ProcessIdentity> FindOrphans(const std::vector<MarkedProcess>& marked,
                                         const std::set<ProcessIdentity>& claimed);

}  // namespace elastilab
