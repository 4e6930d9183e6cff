// Lets many callers wait for the store to move on, without a thread each.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "common/clock.h"

namespace elastilab {

// Thread-safe.
class ChangeWaiter {
 public:
  ChangeWaiter();
  ~ChangeWaiter();
  // Answers all who wait; later calls are answered at once.
  void Stop();

  // For the store's listener.
  void Changed(int64_t revision);
  // Calls `done` with the revision as soon as it is greater than `since`, or when the time is up; perhaps at once.
  void Wait(int64_t since, milliseconds timeout, std::function<void(int64_t)> done);

 private:
  struct Waiting {
    int64_t since;
    std::function<void(int64_t)> done;
  };
  void Run();

  std::mutex mu_;
  std::condition_variable wake_;
  std::multimap<RealTime, Waiting> waiting_;
  int64_t revision_ = 0;
  bool moved_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
