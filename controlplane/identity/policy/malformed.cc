#include "controlplane/identity/policy/malformed.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr size_t kMaxShownChars = 100;

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string Shown(std::string_view text) {
  std::string out;
  size_t chars = 0;
  for (char c : text) {
    if (!IsContinuationByte(c) && ++chars > kMaxShownChars) {
      out += "…";
      break;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string Quoted(std::string_view text) { return fmt::format("\"{}\"", Shown(text)); }

TextPosition PolicyText::PositionOf(size_t offset) const {
  offset = std::min(offset, text_.size());
  if (offset < known_offset_) {
    known_offset_ = 0;
    known_ = {};
  }
  for (; known_offset_ < offset; ++known_offset_) {
    const char c = text_[known_offset_];
    if (c == '\n') {
      ++known_.line;
      known_.column = 1;
    } else if (!IsContinuationByte(c)) {
      ++known_.column;
    }
  }
  return known_;
}

Status PolicyText::Malformed(size_t offset, std::string_view place, const Complaint& complaint) const {
  const TextPosition at = PositionOf(offset);
  std::string message = complaint.sentence;
  if (!place.empty()) message += fmt::format(" {}", place);
  if (!complaint.what.empty()) message += fmt::format("{} {}", place.empty() ? "" : ":", complaint.what);
  message += fmt::format(" (line {}, column {})", at.line, at.column);
  return MakeFault(elasticache::v1::MALFORMED_POLICY_DOCUMENT, std::move(message));
}

}  // namespace elastilab
