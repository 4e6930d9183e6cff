// The combination of engine, version, node type and parameter group that a request asks for, checked and completed from
// the catalog. Pure. Documented in shared/reference/validation.md section 4.
#pragma once

#include <optional>
#include <string>

#include "common/status.h"
#include "controlplane/region/catalog/parameter_groups.h"

namespace elastilab {

struct EngineWish {
  std::optional<std::string> engine = {};           // absent: redis
  std::optional<std::string> version = {};          // absent: the engine's default
  std::optional<std::string> node_type = {};        // absent: kDefaultNodeType
  std::optional<std::string> parameter_group = {};  // absent: the family's default group
  bool in_group = false;                       // a replication group is asked for
};

struct EngineChoice {
  Engine engine = Engine::kRedis;
  std::string full_version;   // "7.1.0"
  std::string node_type;
  std::string parameter_group;  // if not a default one, still to be found (parameter_use.h)
  int default_port = 0;
};

StatusOr<EngineChoice> ChooseEngine(const EngineWish& wish);

// Whether caches of a version of `family` can use the group: it is of that family, and its cluster mode is theirs.
// `in_group`: they are members of a replication group.
Status CheckParameterGroupFits(const ParameterGroup& group, std::string_view family, bool in_group);

// The full version that `asked` means for a cluster that runs `current`; refuses downgrades and unknown versions.
StatusOr<std::string> ChooseUpgrade(Engine engine, const std::string& current, const std::string& asked);
// How users ask for the version that is kept as `full_version`: "7.0" for redis "7.0.7".
std::string AskedVersion(Engine engine, const std::string& full_version);
// The node type, if clusters of this engine in this full version can be made of it.
StatusOr<std::string> CheckNodeType(Engine engine, std::string_view version, std::string_view name);

}  // namespace elastilab
