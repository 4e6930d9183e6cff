#include "common/clock.h"

namespace elastilab {

ServiceTime SystemClock::Now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()) + milliseconds(offset_ms_.load());
}

RealTime SystemClock::Monotonic() const { return std::chrono::steady_clock::now(); }

void SystemClock::Advance(milliseconds by) {
  offset_ms_ += by.count();
  for (const auto& listener : listeners_) listener();
}

milliseconds SystemClock::Offset() const { return milliseconds(offset_ms_.load()); }

ManualClock::ManualClock(ServiceTime start) : now_(start), monotonic_(RealTime{} + std::chrono::hours(1)) {}

ServiceTime ManualClock::Now() const {
  std::lock_guard lock(mu_);
  return now_;
}

RealTime ManualClock::Monotonic() const {
  std::lock_guard lock(mu_);
  return monotonic_;
}

void ManualClock::Advance(milliseconds by) {
  std::lock_guard lock(mu_);
  now_ += by;
  monotonic_ += by;
}

}  // namespace elastilab
