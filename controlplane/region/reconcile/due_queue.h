// Keys that wait for their time, earliest first; those of one time in the order they came, so that a key that is always
// due can't keep others waiting. Each operation costs the logarithm of what waits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace elastilab {

template <typename Key>
class DueQueue {
 public:
  // A key that waits already keeps the earlier of both times. True when `key` is now due earlier than before.
  bool Add(const Key& key, int64_t due) {
    auto [waiting, added] = turn_of_.try_emplace(key, Turn{due, next_});
    if (!added) {
      if (waiting->second.first <= due) return false;
      order_.erase(waiting->second);
      waiting->second = {due, next_};
    }
    order_.emplace(Turn{due, next_++}, key);
    return true;
  }

  // The first key that is due at `now`.
  std::optional<Key> Take(int64_t now) {
    const auto first = order_.begin();
    if (first == order_.end() || first->first.first > now) return std::nullopt;
    Key key = std::move(first->second);
    order_.erase(first);
    turn_of_.erase(key);
    return key;
  }

  // When the first key is due; empty: none waits.
  std::optional<int64_t> Next() const {
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first.first);
  }

 private:
  using Turn = std::pair<int64_t, uint64_t>;  // when, and who came first
  std::map<Turn, Key> order_;
  std::map<Key, Turn> turn_of_;
  uint64_t next_ = 0;
};

}  // namespace elastilab
