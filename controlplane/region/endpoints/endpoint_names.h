// From an endpoint's DNS name to the addresses behind it. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>  // for store/state.h
#include <vector>

#include "controlplane/region/catalog/naming.h"
#include "controlplane/region/store/state.h"

namespace elastilab {

// The addresses of a node, primary, reader or configuration endpoint; `name` in lower case. Empty when there is no such
// endpoint, or none yet. The name is taken apart and looked up: some microseconds, however many nodes there are.
std::vector<std::string> ResolveEndpoint(const State& state, const Location& where, std::string_view name);

}  // namespace elastilab
