#include "agent/supervisor/alarm.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <utility>

namespace elastilab {

struct Alarm::State {
  explicit State(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  uint64_t appointment = 0;  // 0: cancelled
  uint64_t last = 0;
};

Alarm::Alarm(boost::asio::io_context& io) : state_(std::make_shared<State>(io)) {}

Alarm::~Alarm() = default;

void Alarm::Set(Instant when, std::function<void()> ring) {
  state_->timer.expires_at(when);
  state_->appointment = ++state_->last;
  state_->timer.async_wait([weak = std::weak_ptr<State>(state_), appointment = state_->appointment,
                            ring = std::move(ring)](const boost::system::error_code&) {
    const auto state = weak.lock();
    if (!state || state->appointment != appointment) return;
    state->appointment = 0;
    ring();
  });
}

void Alarm::Set(std::chrono::milliseconds delay, std::function<void()> ring) {
  Set(std::chrono::steady_clock::now() + delay, std::move(ring));
}

void Alarm::Cancel() {
  state_->appointment = 0;
  state_->timer.cancel();
}

}  // namespace elastilab
