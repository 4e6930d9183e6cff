// The processes of a zone on this host, found without asking anybody: for harm that must be done, and for agents that do
// not answer.
#pragma once

#include <cstdint>
#include <string>

namespace elastilab {

// SIGKILL for the zone's agent, whatever state it is in, and nothing else. Its pid; 0: there is none.
int64_t KillAgentOf(const std::string& data_dir, const std::string& zone);

// SIGKILL for all that is of the zone, the agent first, so that it starts nothing again. How many could not be killed.
int KillZone(const std::string& data_dir, const std::string& zone);

}  // namespace elastilab
