// A primary hands its role over to a replica by the engine's own means, without losing a write:
//
//   1. the replica is connected and in step as the primary sees it; else called off before anybody notices
//   2. CLIENT PAUSE … WRITE on the primary: clients that write wait
//   3. the replica is asked for its offset until it has every byte of the primary; else CLIENT UNPAUSE, called off
//   4. in one write: FAILOVER TO … FORCE TIMEOUT 1, the endpoints are given up, clients are cut off. FORCE skips the
//      engine's own wait for an acknowledgement, which comes once a second and which 3 has replaced
//   5. INFO until the engine says that it is a replica and the failover is over; should the replica die just then, FAILOVER
//      ABORT makes it primary again, with all it had: CLIENT UNPAUSE, called off
//
// Writes are paused from 2 on, and no client can write to the old primary after 4. The pause ends by itself, so that an
// agent that dies in between leaves nothing paused. Measured here (redis 7.0.15, four writers): 1 ms to 3, 3–7 ms to the
// switch; FAILOVER alone, which waits for the replica's next acknowledgement, 400 ms.
//
// What it can't see: a client that calls CLIENT UNPAUSE itself between 3 and 4.
#pragma once

#include <chrono>
#include <memory>

#include "dataplane/engine/driver.h"
#include "dataplane/wire/resp_client.h"

namespace elastilab {

// Calls `done` once: OK, the roles are switched; FailedPrecondition, called off, the engine is primary as before but may
// have given up its endpoints; another error, not known (the engine may be dead): look and try again.
// `client` is the control connection to the primary. Once `owner` has expired nothing is called and touched any more.
void HandOverRedis(boost::asio::io_context& io, RespClient& client, std::weak_ptr<void> owner, const LaunchSpec& launch,
                   const HostPort& to, std::chrono::milliseconds patience, Done done);

}  // namespace elastilab
