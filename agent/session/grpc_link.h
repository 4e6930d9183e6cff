// The link over gRPC.
//
// gRPC's threads never run our code beyond handing over: every callback is posted to the io_context's thread, which
// alone starts writes, one at a time. A lost stream is tried again after 20 ms, then less and less often up to every
// 500 ms. Each attempt has a channel of its own, because a gRPC channel backs off by itself, and longer.
#pragma once

#include <string>

#include "agent/session/control_link.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

class Host;

// `target` is "unix:/path/to/socket"; `io` is the one that `host` works on. Both outlive the link, whose destructor
// waits for gRPC to let go of the stream (milliseconds).
LinkFactory GrpcLinks(boost::asio::io_context& io, Host& host, std::string target);

}  // namespace elastilab
