// How a command ended, for scripts. Documented in `elastilab --help`.
//
//   0  done, or already so
//   1  general failure: no lab answers, the call broke off, a port is taken, a check of `doctor` failed, a cluster that
//     is waited for failed
//   2  usage: the command line itself is wrong; nothing was sent (except for a --query that does not fit the answer)
//   3  not found: there is no such cluster, group, node, zone; for `status`, no lab
//   4  time-out: the state was not reached in time
//   5  refused: the service answered and said no (a bad value, a combination, a quota, a state, no permission)
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitTimeout = 4,
  kExitRefused = 5,
};

// A mistake on the command line, found before anything is sent.
Status UsageError(const std::string& message);
bool IsUsageError(const Status& status);

// What a call's error carries besides its text: the operation, and the fault's wire code ("CacheClusterNotFound").
Status WithCallDetails(Status status, const std::string& operation, const std::string& fault);
std::string FaultCodeText(const Status& status);

ExitCode ExitCodeOf(const Status& status);

// One line for stderr, faults in the words of the aws CLI:
// "An error occurred (CacheClusterNotFound) when calling the DescribeCacheClusters operation: CacheCluster not found: x"
std::string ErrorText(const Status& status);

}  // namespace elastilab
