// Where the preloaded library is that lets engines share an address (dataplane/shim).
#pragma once

#include <string>

namespace elastilab {

// $ELASTILAB_SHIM, else ../lib/libelastilab_reuseport.so beside the folder of the running program: that is right in the
// build tree and after installation.
std::string FindShim();

}  // namespace elastilab
