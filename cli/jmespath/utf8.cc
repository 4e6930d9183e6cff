#include "cli/jmespath/utf8.h"

#include <algorithm>

namespace elastilab::jmespath {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

size_t CodePointCount(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

size_t CodePointOffset(std::string_view text, size_t number) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if (IsContinuation(text[at])) continue;
    if (number == 0) return at;
    --number;
  }
  return at;
}

std::string ReversedCodePoints(std::string_view text) {
  std::string reversed;
  reversed.reserve(text.size());
  for (size_t end = text.size(); end > 0;) {
    size_t start = end - 1;
    while (start > 0 && IsContinuation(text[start])) --start;
    reversed += text.substr(start, end - start);
    end = start;
  }
  return reversed;
}

}  // namespace elastilab::jmespath
