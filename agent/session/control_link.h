// The agent's end of the stream to the control plane: connects, connects again, and carries messages both ways.
//
// gRPC's threads never run our code beyond handing over: every callback is posted to the io_context's thread, which
// alone starts writes, one at a time. A lost stream is tried again after 20 ms, then less and less often up to every 500 ms.
// Each attempt has a channel of its own, because a gRPC channel backs off by itself, and longer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/status.h"

namespace boost::asio {
class io_context;
}

namespace elastilab {

namespace agent::v1 {
class AgentMessage;
class ControlMessage;
}  // namespace agent::v1

class ControlLink {
 public:
  struct Events {
    std::function<void()> opened;  // a stream has begun, nobody may be at its other end yet: send Hello
    std::function<void(const agent::v1::ControlMessage&)> received;
    std::function<void(const Status&)> lost;
  };

  // `target` is "unix:/path/to/socket".
  ControlLink(boost::asio::io_context& io, std::string target, Events events);
  // Ends the stream and waits for gRPC to let go of it (milliseconds).
  ~ControlLink();

  void Connect();
  // Queued for the present stream, dropped when there is none: Hello will carry the truth of the moment.
  void Send(const agent::v1::AgentMessage& message);
  // Tears a stream that has gone quiet; connects again.
  void Reset();
  // Sends what is queued, ends the stream, never connects again. `done` comes when the other side has let go as well,
  // or after `patience`.
  void Close(std::chrono::milliseconds patience, std::function<void()> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace elastilab
