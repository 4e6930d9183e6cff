#include "dataplane/wire/memcached_reply.h"

#include <fmt/format.h>

#include <utility>

namespace elastilab {

Status MemcachedReplyParser::Feed(std::string_view bytes, std::vector<MemcachedReply>& replies) {
  while (broken_.ok() && !bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, newline);
    used_ += piece.size();
    if (used_ > kMaxReplyBytes) {
      broken_ = absl::ResourceExhaustedError(fmt::format("a reply is larger than {} bytes", kMaxReplyBytes));
      break;
    }
    line_ += piece;
    bytes.remove_prefix(newline == std::string_view::npos ? bytes.size() : newline + 1);
    if (newline != std::string_view::npos) TakeLine(replies);
  }
  return broken_;
}

void MemcachedReplyParser::TakeLine(std::vector<MemcachedReply>& replies) {
  std::string line = std::exchange(line_, {});
  if (line.ends_with('\r')) line.pop_back();
  const bool more = line.starts_with("STAT ");
  if (line != "END") lines_.push_back(std::move(line));
  if (more) return;
  replies.push_back(std::exchange(lines_, {}));
  used_ = 0;
}

}  // namespace elastilab
