// Runs memcached.
#pragma once

#include <memory>

#include "dataplane/engine/driver.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

// Control is by TCP on the node's own address: a memcached that has a Unix socket has no network. All of its
// configuration is its command line; there is nothing secret in it.
//
// Role and primary mean nothing here. Addresses and parameters are fixed when it starts: Apply answers Unimplemented
// when other addresses are asked for, SetParameters FailedPrecondition when the running command line is not what the
// parameters would give today. Shutdown asks the process for its pid and sends it SIGTERM, on which memcached exits
// within a second; it holds nothing worth saving. A process too sick to answer is left to the supervisor's own signals.
std::unique_ptr<EngineDriver> MakeMemcachedDriver(boost::asio::io_context& io);

}  // namespace elastilab
