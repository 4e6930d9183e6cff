// What the schema's comments say about a field or method: the build puts them into a table, because descriptors at run
// time have none.
#pragma once

#include <string>
#include <string_view>

namespace elastilab {

// "elasticache.v1.CreateCacheClusterRequest.port" → "TCP port on which every node listens. …"; empty when unknown.
std::string FieldHelp(std::string_view full_name);

}  // namespace elastilab
