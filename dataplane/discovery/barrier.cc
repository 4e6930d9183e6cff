#include "dataplane/discovery/barrier.h"

#include <fmt/format.h>

#include <algorithm>

namespace elastilab {

Barrier::Barrier(const std::string& token)
    : request_(fmt::format("md elastilab-barrier-{} O{}\r\n", token, token)),
      marker_(fmt::format("NF O{}\r\n", token)) {}

Barrier::Passed Barrier::Feed(std::string_view bytes) {
  held_ += bytes;
  Passed passed;
  if (const size_t at = held_.find(marker_); at != std::string::npos) {
    held_.erase(at, marker_.size());
    passed.bytes = std::move(held_);
    passed.reached = true;
    held_.clear();
    return passed;
  }
  size_t tail = std::min(held_.size(), marker_.size() - 1);
  while (tail > 0 && !marker_.starts_with(std::string_view(held_).substr(held_.size() - tail))) --tail;
  passed.bytes = held_.substr(0, held_.size() - tail);
  held_.erase(0, held_.size() - tail);
  return passed;
}

}  // namespace elastilab
