// What engines print for --version. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "dataplane/engine/node_spec.h"

namespace elastilab {

// "Redis server v=7.0.15 sha=…", "Valkey server v=8.1.1 …", "memcached 1.6.18". The family is taken from the text and
// not from the file's name: a compatibility package may install valkey as redis-server. `path` is left empty.
std::optional<EngineBinary> ParseVersionText(std::string_view text);

}  // namespace elastilab
