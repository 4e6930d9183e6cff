// `elastilab --help`: all commands, by group, and the exit codes.
#pragma once

#include <string>

namespace elastilab {

std::string HelpIndex();
std::string VersionText();

}  // namespace elastilab
