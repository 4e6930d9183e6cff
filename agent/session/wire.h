// Between the protocol's messages and our own values: the only place that knows both.
#pragma once

#include <cstdint>
#include <string>

#include "agent/local_plan/node_wish.h"
#include "agent/supervisor/node_state.h"
#include "common/status.h"

namespace elastilab {

namespace agent::v1 {
class Assignment;
class InstalledEngine;
class NodeReport;
}  // namespace agent::v1

// InvalidArgument names the field that makes no sense.
StatusOr<NodeWish> WishFrom(const agent::v1::Assignment& assignment);
void FillReport(const NodeState& state, agent::v1::NodeReport& report);
void FillEngine(const EngineBinary& binary, agent::v1::InstalledEngine& engine);

}  // namespace elastilab
