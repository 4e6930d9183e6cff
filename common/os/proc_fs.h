// What /proc says about processes: who they are beyond doubt, whether they live, and which of them are ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace elastilab {

// A pid is reused; a pid with its start time (and the host's boot id) is not.
struct ProcessIdentity {
  int64_t pid = 0;
  int64_t start_ticks = 0;  // /proc/<pid>/stat field 22
  auto operator<=>(const ProcessIdentity&) const = default;
};

struct ProcStat {
  ProcessIdentity identity;
  char state = '?';  // R, S, D, T (stopped), Z (zombie), …
  int64_t parent = 0;
  bool operator==(const ProcStat&) const = default;
};

// Of /proc/<pid>/stat. Nothing when there is no such process.
std::optional<ProcStat> ReadProcStat(int64_t pid);
// The text of that file, pulled apart; the command name in it may hold anything, parentheses and spaces included.
std::optional<ProcStat> ParseProcStat(const std::string& text);

// The command line, program first; empty when it can't be read.
std::vector<std::string> ReadCommandLine(int64_t pid);

// Of the host, or "" when the kernel has none.
std::string ReadBootId();

// A process of ours: its stdout is a log file below some directory.
struct MarkedProcess {
  ProcessIdentity identity;
  int64_t parent = 0;
  std::string log_file;
  bool operator==(const MarkedProcess&) const = default;
};

// All processes of this user whose stdout is a file below `directory`, zombies excepted. Reads all of /proc once.
std::vector<MarkedProcess> FindMarkedProcesses(const std::string& directory);

}  // namespace elastilab
