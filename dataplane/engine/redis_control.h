// The control connection to one redis or valkey.
#pragma once

#include <memory>
#include <string_view>

#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// A file in the data directory that says: dump.rdb was ordered by Shutdown(save), so the next start may read it. Any
// other dump is left from a replica's first sync, and old.
inline constexpr std::string_view kResumeMark = "resume";

std::unique_ptr<EngineControl> MakeRedisControl(boost::asio::io_context& io, const LaunchSpec& launch,
                                                const NodePaths& paths);

}  // namespace elastilab
