// The control connection to one redis or valkey.
#pragma once

#include <memory>

#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

std::unique_ptr<EngineControl> MakeRedisControl(boost::asio::io_context& io, const LaunchSpec& launch,
                                                const NodePaths& paths);

}  // namespace elastilab
