// Processes of the lab as seen from outside: finding and stopping them, without being their parent.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "cli/lab/settings.h"

namespace elastilab {

// Asks with SIGTERM, insists with SIGKILL; all of them at once. One that writes is saving what it holds, and is waited for
// as long as it does. Returns how many had to be killed.
int StopProcesses(const std::vector<int64_t>& pids, std::chrono::milliseconds patience);

// The agents that serve the lab's zones.
std::vector<int64_t> FindAgents(const LabFiles& files);
// Engines and other processes that write into <data-dir>/zones/…, whoever their parent is.
std::vector<int64_t> FindEngines(const LabFiles& files);

}  // namespace elastilab
