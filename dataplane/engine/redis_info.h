// Reads the text of INFO. Pure.
#pragma once

#include <string_view>

#include "common/status.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// From the sections server, replication and persistence. `own_address` tells the stand-in primary of a replica that
// waits for one (config/redis_config.h) from a real one. Internal when the text is not that of INFO.
// Role, offset, link and primary alone, of an answer to INFO replication.
StatusOr<EngineStatus> ReadReplication(std::string_view info, std::string_view own_address);

StatusOr<EngineStatus> ParseRedisInfo(std::string_view info, std::string_view own_address);

}  // namespace elastilab
