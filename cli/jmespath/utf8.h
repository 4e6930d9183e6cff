// Text as characters: JMESPath counts and reverses code points. Internal to jmespath/. All want valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace elastilab::jmespath {

size_t CodePointCount(std::string_view text);
// In bytes, of the character with this number; text.size() beyond the last.
size_t CodePointOffset(std::string_view text, size_t number);
std::string ReversedCodePoints(std::string_view text);

}  // namespace elastilab::jmespath
