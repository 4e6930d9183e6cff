// Where a lab keeps its things, and the facts it was born with.
//
//   <data-dir>/                 0700
//     elastilab.db              everything that was acknowledged (SQLite)
//     lab.key                   0600: engine passwords are derived from it
//     elastilabd.pid            held (flock) by the running control plane
//     run/control.sock          the CLI's way in
//     run/agents.sock           the agents' way in
//     log/                      elastilabd.log, agent-<zone>.log
//     zones/<zone>/             belongs to the zone's agent
#pragma once

#include <string>

#include "common/status.h"
#include "controlplane/app/options.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

std::string ControlSocket(const std::string& data_dir);
std::string AgentSocket(const std::string& data_dir);

// Makes the directories, to survive power loss. FailedPrecondition names the one that can't be made, and why.
Status PrepareDirectories(const std::string& data_dir);

// The lab's settings row, made on the first start; wakes a suspended lab. Refuses zones that differ from those the lab
// was made with while nodes live in them.
StatusOr<LabSettings> PrepareSettings(Store& store, const ControlPlaneOptions& options);

}  // namespace elastilab
