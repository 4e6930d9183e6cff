// `elastilab --help`: all commands, by group, and the exit codes.
#pragma once

#include <string>

namespace elastilab {

std::string HelpIndex();
// `elastilab iam --help`: the operations of one service, "elasticache", "iam" or "sts".
std::string HelpIndexOf(const std::string& service);
std::string VersionText();

}  // namespace elastilab
