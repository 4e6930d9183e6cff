// A tree of values in each form. Internal to output/.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/output/style.h"

namespace elastilab {

// Block style; strings quoted only where YAML would read something else.
std::string YamlText(const nlohmann::ordered_json& tree);
// Tabs between the values, one line per structure, names in capitals in front: made for cut and awk.
std::string TabText(const nlohmann::ordered_json& tree);
// Names and values; lists of structures as tables.
std::string TableText(const nlohmann::ordered_json& tree, const Style& style);

}  // namespace elastilab
