// The aws CLI's own options, which belong to no operation: taken everywhere, so that a command line written for
// `aws elasticache …` does the same here, or says why not.
#pragma once

#include <vector>

#include "cli/commands/command_line.h"
#include "cli/lab/settings.h"
#include "common/status.h"

namespace elastilab {

// All but those that we have anyway (--output, --query, --version).
std::vector<Flag> AwsFlags();

// Usage errors: for a region or an endpoint that is another lab's, and for what this CLI would have to ignore although
// it changes who calls (--profile, --no-sign-request). What changes nothing when all is local is taken silently.
Status CheckAwsFlags(const Args& args, const LabFiles& files);

}  // namespace elastilab
