// Which lab a command reaches: that of the data directory, or none. Never whoever listens on its port.
#pragma once

#include <string>

#include "cli/lab/settings.h"

namespace elastilab {

// Where gRPC finds the control plane of this data directory: its socket, whether it is there or not. `up` refuses
// directories whose socket would have a longer path than Unix sockets can, so that nobody answers for one.
std::string CallTarget(const LabFiles& files);

// Why nobody answered there, and what to do: the directory can't be read, has no lab, its lab is stopped, or its control
// plane runs and said or did `error`.
std::string WhyNoAnswer(const LabFiles& files, const std::string& error);

}  // namespace elastilab
