// Text as protocols compare it: ASCII letters without regard to case, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace elastilab {

std::string LowerCase(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace elastilab
