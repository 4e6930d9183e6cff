// Which engine, version, node type and parameter group go together: shared/reference/validation.md section 4. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "controlplane/catalog/catalog.h"

namespace elastilab {

// The version that `asked` selects; the engine's default when it is empty.
StatusOr<EngineVersion> ValidateEngineVersion(Engine engine, std::string_view asked);
// The version to upgrade to from the full version `current`; it may be the same.
StatusOr<EngineVersion> ValidateUpgrade(Engine engine, std::string_view current, std::string_view asked);

// `version` is a full one. Empty `asked` selects the smallest type.
StatusOr<std::string> ValidateNodeType(std::string_view asked, Engine engine, std::string_view version);

// The name as it is stored; the family's default group when `asked` is empty. Only default groups exist so far.
StatusOr<std::string> ValidateParameterGroup(std::string_view asked, const EngineVersion& version);

struct NodeTypeChoices {
  std::vector<std::string> up;    // larger ones, in name order
  std::vector<std::string> down;
};
// Types that a redis or valkey node can move to.
NodeTypeChoices AllowedNodeTypes(std::string_view current, Engine engine, std::string_view version);
// `to` is another type and among the choices.
Status ValidateNodeTypeChange(std::string_view from, std::string_view to, Engine engine, std::string_view version);

}  // namespace elastilab
