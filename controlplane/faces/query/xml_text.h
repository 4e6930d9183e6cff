// Text in XML 1.0 documents.
#pragma once

#include <string>
#include <string_view>

namespace elastilab {

// Whether XML can carry the text unchanged: valid UTF-8, and of the control characters only tab, newline and return.
bool IsXmlText(std::string_view text);

// Appends the text escaped for an element's content. What no XML document may contain becomes U+FFFD, one for each
// byte, so that any reply can be parsed whatever a record holds.
void AppendXmlText(std::string_view text, std::string* out);

}  // namespace elastilab
