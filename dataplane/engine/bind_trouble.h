// Why an engine could not listen where it was told to.
#pragma once

#include <string>

#include "common/status.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// Called after the engine refused `addresses` (as in `bind`): tries each on launch.port itself, for a moment and
// without listening, and names the first that is held by another process or is not an address of this host.
// FailedPrecondition is avoided, since callers read it as "restart": the status is Unavailable.
Status ExplainBindFailure(const LaunchSpec& launch, const std::string& addresses);

}  // namespace elastilab
