// Completion scripts for the shells, made from the command tree: every command, its flags, the values of those that
// have choices. Ids, nodes and zones are asked of the running lab (`elastilab __complete KIND`), which takes some
// milliseconds and prints nothing when there is no lab.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/command_line.h"

namespace elastilab {

// All commands with their flags, the API's included; hidden ones left out.
std::vector<CommandSpec> AllSpecs();

std::string BashCompletion(const std::vector<CommandSpec>& specs);
std::string ZshCompletion(const std::vector<CommandSpec>& specs);
std::string FishCompletion(const std::vector<CommandSpec>& specs);

}  // namespace elastilab
