// Processes by descriptor: a pidfd never means a later process with the same pid, whoever the parent is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/os/proc_fs.h"
#include "common/os/unique_fd.h"

namespace elastilab {

// Not valid when there is no such process; errno says why.
UniqueFd OpenPidfd(int64_t pid);
// Not valid unless the process is the one with this start time.
UniqueFd OpenPidfd(const ProcessIdentity& identity);

// False when the process is gone, or somebody else's.
bool SendSignal(const UniqueFd& pidfd, int signal);
// Whether it is gone within the time. Needs no parenthood.
bool AwaitExit(const UniqueFd& pidfd, std::chrono::milliseconds patience);

// How a process that is gone ended: "exit code 1", "killed by SIGKILL"; "exited, code unknown" of one that was not our
// child, or whose status somebody else took. Reaps it. Never blocks.
std::string TakeExitText(const UniqueFd& pidfd);

// Kills each of them and waits up to a second for it to be gone.
void KillAndWait(const std::vector<ProcessIdentity>& processes);

}  // namespace elastilab
