// From the agent protocol's NodeReport to the model's observation. Pure.
#pragma once

#include "controlplane/region/model/observation.h"

namespace elastilab::agent::v1 {
class NodeReport;
}

namespace elastilab {

// What is known after `report`; `before` keeps what the report does not speak of.
NodeObservation Observed(const agent::v1::NodeReport& report, const NodeObservation& before);

// The agent is there and knows nothing of a node that it once ran: its process is gone.
NodeObservation WithoutProcess(const NodeObservation& before);

}  // namespace elastilab
