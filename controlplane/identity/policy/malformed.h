// Faults of one policy text: what is wrong, in which element, at which line and column.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"
#include "controlplane/identity/policy/document.h"

namespace elastilab {

// AWS's sentence for what has no sentence of its own.
inline constexpr char kSyntaxErrors[] = "Syntax errors in policy.";

// A value as a message shows it: cut to 100 characters, control characters escaped.
std::string Shown(std::string_view text);
// The same in double quotes.
std::string Quoted(std::string_view text);

// What a check of one value found wrong. `sentence` is AWS's, `what` may add to it.
struct Complaint {
  std::string sentence = kSyntaxErrors;
  std::string what = {};
};

// Turns offsets into lines and columns. Cheap when the offsets asked for rise; not for several threads.
class PolicyText {
 public:
  explicit PolicyText(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  // `offset` counts bytes from 0 and may be the text's size.
  TextPosition PositionOf(size_t offset) const;

  // "<sentence> <place>: <what> (line 3, column 7)". An empty place means the whole policy.
  Status Malformed(size_t offset, std::string_view place, const Complaint& complaint) const;

 private:
  std::string_view text_;
  mutable size_t known_offset_ = 0;  // known_ is the position of this offset
  mutable TextPosition known_;
};

}  // namespace elastilab
