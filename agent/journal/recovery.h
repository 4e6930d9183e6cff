// What became of a process while no agent watched: a pure comparison of the journal's record with what the host shows.
// The one place that decides what a damaged record means.
//
//   record             its process                      → it is
//   -----------------  -------------------------------    ------------------------------------------------------------
//   running            lives (pid, start time, boot)      alive
//                      is gone                            vanished; stopped, if a stop had been ordered and its files
//                                                         hold what it saved
//   intent             one writes to the node's log       alive: the agent died between the spawn and the record
//                      none                               never started
//   exited, stopped    –                                  that
//   lost or damaged    one writes to the node's log       alive: adopted, and its record made anew. A record of ours
//                                                         that is damaged is no reason to end anything
//                      none; the files hold saved data    stopped: it starts again on them
//                      none; something ran here once      vanished
//                      none                               never started
//
// Of several processes that write to a node's log, the one that listens on the node's address is the engine; children
// (a save in the background) never are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/journal/process_record.h"
#include "common/os/proc_fs.h"
#include "common/status.h"

namespace elastilab {

enum class Fate {
  kNeverStarted,  // it may be started
  kAlive,         // `process` is it: adopt it
  kVanished,      // it was there, but it is gone: it exited unseen
  kExited,
  kStopped,
};

struct Recovered {
  Fate fate = Fate::kNeverStarted;
  ProcessIdentity process;
  bool recorded = true;  // the record says so; else the host does
  bool serves = true;    // not recorded: it listens on the node's address
  bool operator==(const Recovered&) const = default;
};

// What is true on this host now.
struct HostView {
  std::string boot_id = {};
  std::function<std::optional<ProcStat>(int64_t pid)> stat = {};
  std::function<bool(int64_t pid, const std::string& address, int port)> listens = {};
  std::vector<MarkedProcess> marked = {};
};

// What a node's process leaves behind beside its record.
struct Traces {
  std::string log_file = {};
  std::string address = {};  // where it should listen
  int port = 0;
  bool has_log = false;      // something was written to it
  bool saved = false;        // its files hold what an orderly stop wrote
};

Recovered JudgeRecord(const StatusOr<ProcessRecord>& record, const Traces& traces, const HostView& host);

// The record of a process that was found without one. What is not known is assumed in its favour: that it belongs to
// this incarnation, that it runs what is wished for, and that it had been serving.
ProcessRecord AssumedRecord(const Recovered& found, int64_t incarnation, const std::string& launch_digest);

// For people: what is not certain about a process that was found without a record, and what to do; empty for any other.
std::string WhyUnsure(const Recovered& found, const Traces& traces);

// The marked processes that nobody claims. Children of claimed ones are not orphans: they go when their parent wants.
std::vector<MarkedProcess> FindOrphans(const std::vector<MarkedProcess>& marked,
                                       const std::set<ProcessIdentity>& claimed);

}  // namespace elastilab
