// YAML 1.2 for --cli-input-yaml, by libyaml.
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

// The one document of the text as JSON. What is plain and looks like null, a boolean or a number is one; times stay
// text. Usage errors, which name the line where they can: bad syntax, an empty text or several documents, a name given
// twice or that is no scalar, merge keys ("<<"), tags other than YAML's own, infinity and "not a number", an alias
// without an anchor before it, more than 64 levels or 100,000 values (aliases count as often as they are used).
StatusOr<std::string> YamlToJson(const std::string& yaml);

}  // namespace elastilab
