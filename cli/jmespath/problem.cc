#include "cli/jmespath/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "absl/strings/cord.h"
#include "cli/jmespath/jmespath.h"
#include "cli/jmespath/utf8.h"

namespace elastilab::jmespath {
namespace {

constexpr char kKindUrl[] = "elastilab/jmespath";
constexpr char kPlaceUrl[] = "elastilab/jmespath-place";
constexpr size_t kShownBefore = 70;  // characters of the line before and after the caret
constexpr size_t kShownAfter = 25;

size_t PlaceOf(const Status& problem) {
  size_t place = 0;
  if (const auto payload = problem.GetPayload(kPlaceUrl)) {
    const std::string digits(*payload);
    std::from_chars(digits.data(), digits.data() + digits.size(), place);
  }
  return place;
}

// Control characters would move the caret away, or do worse to a terminal.
std::string Printable(std::string_view text) {
  std::string printable(text);
  std::replace_if(
      printable.begin(), printable.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return printable;
}

// The last `count` characters of `text`, with an ellipsis for those left out.
std::string Tail(std::string_view text, size_t count) {
  const size_t length = CodePointCount(text);
  if (length <= count) return Printable(text);
  return "…" + Printable(text.substr(CodePointOffset(text, length - count)));
}

std::string Head(std::string_view text, size_t count) {
  if (CodePointCount(text) <= count) return Printable(text);
  return Printable(text.substr(0, CodePointOffset(text, count))) + "…";
}

}  // namespace

Status Problem(const char* kind, size_t position, const std::string& what) {
  Status status = absl::InvalidArgumentError(what);
  status.SetPayload(kKindUrl, absl::Cord(kind));
  status.SetPayload(kPlaceUrl, absl::Cord(std::to_string(position)));
  return status;
}

Status WithCaret(const Status& problem, std::string_view expression) {
  const size_t place = std::min(PlaceOf(problem), expression.size());
  const size_t line_start = place == 0 ? 0 : expression.rfind('\n', place - 1) + 1;  // npos + 1 is 0
  const size_t line_end = std::min(expression.find('\n', place), expression.size());
  const std::string before = Tail(expression.substr(line_start, place - line_start), kShownBefore);
  const std::string after = Head(expression.substr(place, line_end - place), kShownAfter);
  Status shown = absl::InvalidArgumentError(fmt::format(
      "{}{}\n{}^ {}", before, after, std::string(CodePointCount(before), ' '), std::string(problem.message())));
  shown.SetPayload(kKindUrl, absl::Cord(ErrorKind(problem)));
  return shown;
}

std::string ErrorKind(const Status& status) {
  const auto payload = status.GetPayload(kKindUrl);
  return payload ? std::string(*payload) : "";
}

}  // namespace elastilab::jmespath
