// A timer with at most one appointment. Asio runs a handler that had already expired when its timer is cancelled or
// destroyed; an Alarm never rings after Cancel, a new Set or its destruction.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace elastilab {

class Alarm {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit Alarm(boost::asio::io_context& io);
  ~Alarm();

  void Set(Instant when, std::function<void()> ring);
  void Set(std::chrono::milliseconds delay, std::function<void()> ring);
  void Cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace elastilab
