// Decides what the agent of a zone does next about each node: a pure function of what is wished and what is there.
//
//                        nothing there   stopped   exited          runs (or is being started)
//   run, no such node    start
//   same incarnation                      start     keep; in-place:  apply (live part, parameters)
//                                                  start            restart (any other launch part changed)
//   higher incarnation    start           replace   replace          replace: kill, wipe, start
//   held                 keep, whatever is there
//   fenced               fence: kill what runs; it stays dead under this incarnation
//   lower incarnation or revision: stale, nothing; the same wish again: keep (and report afresh)
//   no wish, and all wishes are known: withdraw
//
// Called with one wish when an Assign comes and with all of them at Welcome; `complete` tells the two apart.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "agent/local_plan/node_wish.h"

namespace elastilab {

// Of the engine process of a node, as its supervisor knows it.
enum class LocalProcess {
  kNone,     // never started under this incarnation
  kRunning,  // runs, or its supervisor is at work on that (starting, backing off)
  kExited,   // gone, and its supervisor leaves it so
  kStopped,  // stopped in an orderly way, its files are whole
};

struct LocalNode {
  int64_t uid = 0;
  int64_t incarnation = 0;
  int64_t revision = 0;
  LocalProcess process = LocalProcess::kNone;
  bool fenced = false;
  std::string launch_digest;
};

enum class LocalActionKind {
  kStart,     // spawn on the files that are there
  kReplace,   // kill the process, wipe the files, spawn
  kApply,     // change the running process
  kRestart,   // stop in an orderly way, spawn on the same files
  kFence,     // SIGKILL, and never again under this incarnation
  kKeep,      // take note of the wish; there is nothing to do
  kWithdraw,  // kill the process, remove the files
};

struct LocalAction {
  LocalActionKind kind = LocalActionKind::kKeep;
  int64_t uid = 0;
  bool operator==(const LocalAction&) const = default;
};

std::ostream& operator<<(std::ostream& out, const LocalAction& action);

// One action per node at most, wishes first, in the order of uids. A stale wish yields none.
std::vector<LocalAction> PlanZone(const std::map<int64_t, NodeWish>& wishes, const std::map<int64_t, LocalNode>& local,
                                  bool complete);

}  // namespace elastilab
