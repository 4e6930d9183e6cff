// Faults of engines, their versions, node types and parameter groups: validation.md section 4.
#pragma once

#include <string_view>

#include "common/status.h"
#include "controlplane/model/status.h"

namespace elastilab {

Status UnknownEngine(std::string_view engine, std::string_view choices);
Status ValkeyNeedsReplicationGroup();
Status EngineVersionNotFound(std::string_view version, Engine engine, std::string_view choices);
Status EngineVersionTooSpecific(std::string_view asked, std::string_view use);
Status DowngradeNotSupported(std::string_view from, std::string_view to);
// No zone of the lab can run it.
Status EngineNotInstalled(Engine engine);

Status NodeTypeNotSupported(std::string_view node_type);
Status NodeTypeNotForEngine(std::string_view node_type, Engine engine, std::string_view version);
Status NodeTypeChangeNotAllowed(std::string_view from, std::string_view to);

// As creating and modifying a cluster words it.
Status ParameterGroupNotFound(std::string_view name);
Status ParameterGroupFamilyMismatch(std::string_view expected, std::string_view found);
Status ParameterGroupIsForClusterMode(std::string_view name);
Status ClusterModeNotServedYet(std::string_view because);

}  // namespace elastilab
