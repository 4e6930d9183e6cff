// Where the agent of one zone keeps its things.
//
//   <data-dir>/
//     run/                    0700, shared by the zones
//       <uid>.sock            the engine's control socket. A socket path must fit into 107 bytes: under a long data-dir
//                             this is /tmp/elastilab-<user id>/<hash of data-dir>/<uid>.sock instead
//     zones/
//       us-east-1a/           0700
//         lock                flock'ed by the agent that serves the zone; holds its pid
//         nodes/
//           42/               one cache node, named by its uid for ever
//             assignment      0600: the last wish of the control plane, secrets included, so that an agent that adopts
//                             the engine can talk to it while the control plane is away
//             process         what is about to run (before a spawn) and what runs (after it): see process_record.h
//             engine.log      stdout and stderr of the engine. That a process writes here is what marks it as ours:
//                             redis overwrites its environment with its title, nothing overwrites /proc/<pid>/fd/1
//             data/           the engine's working directory: RDB, AOF
//             discovery/      memcached only: the process behind the configuration endpoint
//               state         what it answers; rewritten, then SIGHUP
//               process
//               discovery.log
//
// Files are replaced whole (a temporary and a rename), so a reader sees the old text or the new one. They need to
// outlive processes, not power cuts: after a reboot no engine runs anyway, so nothing is fsynced. What a power cut, a
// full disk or a stranger made of `assignment` and `process` shows by their seals (sealed.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/status.h"

namespace elastilab {

// The files of one process the agent keeps alive.
struct ProcessFiles {
  std::string directory;    // what a wipe removes, log and working directory included
  std::string record;       // process_record.h
  std::string working_dir;
  std::string log_file;     // stdout and stderr; marks the process
};

struct NodeFiles {
  std::string directory;
  std::string assignment;
  std::string socket;
  ProcessFiles engine;
  ProcessFiles discovery;
  std::string discovery_state;
};

class ZonePaths {
 public:
  // `data_dir` must be canonical: links in it would hide our log files from FindMarkedProcesses.
  ZonePaths(const std::string& data_dir, const std::string& zone);

  const std::string& zone_dir() const { return zone_dir_; }
  const std::string& socket_dir() const { return socket_dir_; }
  std::string nodes_dir() const { return zone_dir_ + "/nodes"; }
  std::string lock_file() const { return zone_dir_ + "/lock"; }
  NodeFiles Node(int64_t uid) const;
  // Whose engine or discovery writes to this file; nothing when it is none of these.
  std::optional<int64_t> NodeOfLog(const std::string& log_file) const;

 private:
  std::string zone_dir_;
  std::string socket_dir_;
};

}  // namespace elastilab
