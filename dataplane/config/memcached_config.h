// The command line of one memcached process. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// What the host imposes; the driver reads it.
struct MemcachedHost {
  int most_connections = 65000;  // memcached refuses to start with a limit above its file descriptors
  bool root = false;             // memcached, started as root, wants to be told whom to become
};

// Words after the program's name. max_memory_bytes is what items may use: the service's connection overhead is taken
// off already. Values that memcached could not start with are brought to the nearest it can (an item of more than half
// the memory, a slab chunk that does not divide it). InvalidArgument names a parameter that no version has, or a value
// that is not of its type: none can bring in an option of its own.
StatusOr<std::vector<std::string>> RenderMemcachedArguments(const LaunchSpec& launch,
                                                            const std::vector<std::string>& endpoints,
                                                            const MemcachedHost& host);

}  // namespace elastilab
