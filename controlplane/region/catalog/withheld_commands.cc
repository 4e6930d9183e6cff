// What the service keeps to itself. From shared/reference/behaviours.md section 16; FAILOVER and MODULE LOAD are ours,
// since either would let a client change what the control plane has decided.
#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

constexpr const char* kWithheld[] = {
    // Users are managed through the API.
    "-acl|setuser",
    "-acl|deluser",
    "-acl|load",
    "-acl|save",
    // Backups likewise.
    "-bgrewriteaof",
    "-bgsave",
    "-save",
    // The shape of a cluster is the control plane's.
    "-cluster|addslots",
    "-cluster|addslotsrange",
    "-cluster|bumpepoch",
    "-cluster|delslots",
    "-cluster|delslotsrange",
    "-cluster|failover",
    "-cluster|flushslots",
    "-cluster|forget",
    "-cluster|links",
    "-cluster|meet",
    "-cluster|replicate",
    "-cluster|reset",
    "-cluster|saveconfig",
    "-cluster|set-config-epoch",
    "-cluster|setslot",
    // The process is the agent's.
    "-config",
    "-debug",
    "-shutdown",
    "-module|load",
    "-module|loadex",
    "-module|unload",
    // Who follows whom is decided in planner/failover.h.
    "-failover",
    "-migrate",
    "-psync",
    "-replicaof",
    "-slaveof",
    "-sync",
};

}  // namespace

std::vector<std::string> WithheldCommands(Engine engine, std::string_view /*engine_version*/) {
  if (engine == Engine::kMemcached) return {};
  return {std::begin(kWithheld), std::end(kWithheld)};
}

}  // namespace elastilab
