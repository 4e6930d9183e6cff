#include "controlplane/faces/admin/change_waiter.h"

#include <algorithm>
#include <vector>

namespace elastilab {

ChangeWaiter::ChangeWaiter() : thread_([this] { Run(); }) {}

ChangeWaiter::~ChangeWaiter() { Stop(); }

void ChangeWaiter::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ChangeWaiter::Changed(int64_t revision) {
  {
    std::lock_guard lock(mu_);
    revision_ = std::max(revision_, revision);
    moved_ = true;
    if (waiting_.empty()) return;
  }
  wake_.notify_all();
}

void ChangeWaiter::Wait(int64_t since, milliseconds timeout, std::function<void(int64_t)> done) {
  {
    std::lock_guard lock(mu_);
    if (revision_ <= since && timeout.count() > 0 && !stopping_) {
      waiting_.emplace(std::chrono::steady_clock::now() + timeout, Waiting{since, std::move(done)});
      wake_.notify_all();
      return;
    }
  }
  done(revision_);
}

void ChangeWaiter::Run() {
  std::unique_lock lock(mu_);
  while (true) {
    const RealTime now = std::chrono::steady_clock::now();
    std::vector<std::function<void(int64_t)>> ready;
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (stopping_ || it->first <= now || revision_ > it->second.since) {
        ready.push_back(std::move(it->second.done));
        it = waiting_.erase(it);
      } else {
        ++it;
      }
    }
    moved_ = false;
    const int64_t revision = revision_;
    lock.unlock();
    for (auto& done : ready) done(revision);
    lock.lock();
    if (stopping_ && waiting_.empty()) return;
    if (moved_ || (stopping_ && !waiting_.empty())) continue;
    if (waiting_.empty()) {
      wake_.wait(lock);
    } else {
      wake_.wait_until(lock, waiting_.begin()->first);
    }
  }
}

}  // namespace elastilab
