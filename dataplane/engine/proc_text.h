// The two things about a process that a driver reads from /proc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elastilab {

// Field 22 of /proc/<pid>/stat; 0 when it can't be read.
int64_t ProcessStartTicks(int64_t pid);
// The command line, program first; empty when it can't be read.
std::vector<std::string> ProcessArguments(int64_t pid);

}  // namespace elastilab
