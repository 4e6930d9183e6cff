// The two clocks of the design (section 9).
//
// Service time (windows, retention, event times) can be set and advanced by users; real time (leases, probes,
// deadlines) is monotonic and nobody moves it. Loops hold a Clock&; pure functions get instants as values.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace elastilab {

// Service time, UTC, millisecond resolution.
using ServiceTime = std::chrono::sys_time<std::chrono::milliseconds>;
// Monotonic time.
using RealTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual ServiceTime Now() const = 0;
  virtual RealTime Monotonic() const = 0;
};

// The wall clock, shifted and sped up by the admin API. Thread-safe.
class SystemClock final : public Clock {
 public:
  ServiceTime Now() const override;
  RealTime Monotonic() const override;

  // Moves service time; `by` may be negative only to undo an earlier advance.
  void Advance(milliseconds by);
  // Called after each Advance, on its thread. Register before the clock is shared.
  void OnAdvance(std::function<void()> listener) { listeners_.push_back(std::move(listener)); }
  // How far service time is from the wall clock. Stored by the control plane, so that a restart keeps it.
  milliseconds Offset() const;

 private:
  std::atomic<int64_t> offset_ms_{0};
  std::vector<std::function<void()>> listeners_;
};

// Time that a test holds in its hand. Both clocks move only by Advance(). Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(ServiceTime start = ServiceTime(std::chrono::seconds(1'700'000'000)));
  ServiceTime Now() const override;
  RealTime Monotonic() const override;
  void Advance(milliseconds by);

 private:
  mutable std::mutex mu_;
  ServiceTime now_;
  RealTime monotonic_;
};

}  // namespace elastilab
