#include "controlplane/faces/query/xml_text.h"

#include <array>
#include <cstddef>

#include "schema/scalar.h"

namespace elastilab {
namespace {

// Bytes that can't be copied as they are; those of multi-byte characters are looked at one character at a time.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) table[c] = c < ' ' || c >= 0x80;
  table['\t'] = table['\n'] = false;
  table['&'] = table['<'] = table['>'] = true;
  return table;
}();

// Bytes of the valid character that `text` starts with; 0 when there is none that XML may contain.
size_t MultiByteLength(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const std::string_view character = text.substr(0, length);
  if (character.size() < length || !IsValidUtf8(character)) return 0;
  // U+FFFE and U+FFFF are no characters.
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF" ? 0 : length;
}

// Appends the special character at the front and returns its length in bytes.
size_t AppendSpecial(std::string_view text, std::string* out) {
  switch (text[0]) {
    case '&':
      out->append("&amp;");
      return 1;
    case '<':
      out->append("&lt;");
      return 1;
    case '>':
      out->append("&gt;");
      return 1;
    case '\r':
      out->append("&#xD;");  // a bare one would be read as a newline
      return 1;
    default:
      break;
  }
  const size_t length = static_cast<unsigned char>(text[0]) >= 0x80 ? MultiByteLength(text) : 0;
  if (length == 0) {
    out->append("\xEF\xBF\xBD");
    return 1;
  }
  out->append(text.substr(0, length));
  return length;
}

}  // namespace

bool IsXmlText(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      const size_t length = MultiByteLength(text.substr(i));
      if (length == 0) return false;
      i += length;
      continue;
    }
    if (byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r') return false;
    ++i;
  }
  return true;
}

void AppendXmlText(std::string_view text, std::string* out) {
  size_t copied = 0;
  for (size_t i = 0; i < text.size();) {
    if (!kSpecial[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    out->append(text.substr(copied, i - copied));
    i += AppendSpecial(text.substr(i), out);
    copied = i;
  }
  out->append(text.substr(copied));
}

}  // namespace elastilab
