// What parameter groups mean: the values that hold under them, and which of those a running engine takes. Pure,
// thread-safe.
//
// A value comes from the group's settings, else from the family's defaults. Most values are changed in running engines;
// the others, startup settings, wait until a new process is asked for. So a node runs with
//
//     the group's values, as they are now    except of startup parameters
//     its record's startup_settings          as the group said when its process was asked for, else the defaults
//
// and its process has to be rebooted for its group when the two differ.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/region/catalog/catalog.h"
#include "controlplane/region/model/records.h"

namespace elastilab {

// A default group in the form of a stored one; empty when `name` is none. The ones of cluster mode set cluster-enabled.
std::optional<ParameterGroup> MakeDefaultParameterGroup(std::string_view name);

// The group of this name (lower case), default groups included. `source` is a Draft or the State.
template <typename Source>
std::optional<ParameterGroup> FindParameterGroup(const Source& source, const std::string& name) {
  if (const ParameterGroup* found = source.template Find<ParameterGroup>(name)) return *found;
  return MakeDefaultParameterGroup(name);
}

// Null when the group does not set it.
const ParameterSetting* FindSetting(const ParameterGroup& group, std::string_view name);
// The value of one of its family's parameters under the group.
std::string ValueUnder(const ParameterGroup& group, const Parameter& parameter);
// cluster-enabled is yes.
bool HasClusterEnabled(const ParameterGroup& group);

// Only a new process takes another value: those that the service calls requires-reboot, and all of memcached's, which
// has no command to change any.
bool IsStartupParameter(Engine engine, const Parameter& parameter);
// What the group says of startup parameters beyond the defaults, in name order.
std::vector<ParameterSetting> StartupSettings(const ParameterGroup& group);

// The parameters for which a process with these startup settings needs a reboot, in name order.
std::vector<std::string> WaitingForReboot(const ParameterGroup& group,
                                          const std::vector<ParameterSetting>& startup_settings);

// The values of all parameters of the family for a node with these startup settings. Those of another family than the
// group's are left out.
std::map<std::string, std::string> ParametersInForce(const ParameterGroup& group,
                                                     const std::vector<ParameterSetting>& startup_settings);

// What the values leave of a node's memory, in bytes: for redis and valkey `maxmemory` less reserved-memory-percent
// (or, in families that have it, reserved-memory), for memcached max_cache_memory less memcached_connections_overhead.
// At least 1 MiB.
int64_t MemoryInForce(const NodeType& type, Engine engine, const std::map<std::string, std::string>& parameters);

}  // namespace elastilab
