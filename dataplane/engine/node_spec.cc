#include "dataplane/engine/node_spec.h"

namespace elastilab {

const char* FamilyName(EngineFamily family) {
  switch (family) {
    case EngineFamily::kRedis:
      return "redis";
    case EngineFamily::kValkey:
      return "valkey";
    case EngineFamily::kMemcached:
      return "memcached";
  }
  return "unknown";
}

std::optional<EngineFamily> ParseFamily(std::string_view name) {
  for (EngineFamily family : {EngineFamily::kRedis, EngineFamily::kValkey, EngineFamily::kMemcached}) {
    if (name == FamilyName(family)) return family;
  }
  return std::nullopt;
}

}  // namespace elastilab
