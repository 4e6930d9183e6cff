// Runs redis and valkey, which differ in nothing that matters here.
#pragma once

#include <memory>
#include <string>

#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// `shim` is the path of libelastilab_reuseport.so (engine/shim_path.h); it is looked at when a node with a shared
// address is launched.
//
// Parameters that the engine at hand doesn't know are left out, so that the default group of a newer family starts too.
// Persistence: none while it runs, unless appendonly is yes. Shutdown(save) writes dump.rdb and a mark beside it; the
// next start reads the dump and AfterReady removes both. Launch removes a dump without the mark: a process that died
// must not come back with old data.
std::unique_ptr<EngineDriver> MakeRedisDriver(boost::asio::io_context& io, std::string shim);

}  // namespace elastilab
