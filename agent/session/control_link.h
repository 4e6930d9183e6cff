// The agent's end of the stream to the control plane: connects, connects again, and carries messages both ways.
// grpc_link.h is the real one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/status.h"

namespace elastilab {

namespace agent::v1 {
class AgentMessage;
class ControlMessage;
}  // namespace agent::v1

class ControlLink {
 public:
  // Called on the thread of the agent's host. `opened` alone may come from inside Connect.
  struct Events {
    std::function<void()> opened;  // a stream has begun, nobody may be at its other end yet: send Hello
    std::function<void(const agent::v1::ControlMessage&)> received;
    std::function<void(const Status&)> lost;
  };

  // No event comes afterwards.
  virtual ~ControlLink() = default;

  virtual void Connect() = 0;
  // Queued for the present stream, dropped when there is none: Hello will carry the truth of the moment.
  virtual void Send(const agent::v1::AgentMessage& message) = 0;
  // Tears a stream that has gone quiet; connects again.
  virtual void Reset() = 0;
  // Sends what is queued, ends the stream, never connects again. `done` comes when the other side has let go as well,
  // or after `patience`.
  virtual void Close(std::chrono::milliseconds patience, std::function<void()> done) = 0;
};

using LinkFactory = std::function<std::unique_ptr<ControlLink>(ControlLink::Events)>;

}  // namespace elastilab
