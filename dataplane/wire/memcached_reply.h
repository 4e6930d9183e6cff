// Replies of memcached's text protocol, as far as a prober needs them: one line (`version`), or lines up to END
// (`stats`).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

// The lines of one reply, without line ends; a closing END is not among them.
using MemcachedReply = std::vector<std::string>;

// Incremental; the first error is final.
class MemcachedReplyParser {
 public:
  static constexpr size_t kMaxReplyBytes = 256 << 10;

  Status Feed(std::string_view bytes, std::vector<MemcachedReply>& replies);

 private:
  void TakeLine(std::vector<MemcachedReply>& replies);

  Status broken_;
  MemcachedReply lines_;
  std::string line_;
  size_t used_ = 0;
};

}  // namespace elastilab
