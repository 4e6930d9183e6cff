// The command tree. The lab's own commands are listed here, the API's come from the schema.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands/context.h"

namespace elastilab {

std::vector<Command> LabCommands();      // up, down, status, doctor, env
std::vector<Command> ClusterCommands();  // create-cluster, delete-cluster, connect
std::vector<Command> ShowCommands();     // describe-cluster, list-clusters, explain
std::vector<Command> HistoryCommands();  // events, failovers
std::vector<Command> TrailCommands();    // trail
std::vector<Command> IamCommands();      // iam add-user, iam explain
std::vector<Command> FaultCommands();    // fault, test-failover, clock
std::vector<Command> WaitCommands();     // wait
std::vector<Command> CompletionCommands();  // completion, and the hidden __complete

// All of the above.
const std::vector<Command>& FriendlyCommands();
// "create-cluster", "iam create-user", "elasticache create-user"; of a service alone, there is none.
std::optional<Command> FindCommand(const std::string& name);

// "elasticache create-user" is "create-user" as the aws CLI spells it; IAM's and STS's operations have no other name.
inline constexpr char kElastiCache[] = "elasticache";
const std::vector<std::string>& ServiceNames();
bool IsService(const std::string& word);

// "create-replication-group" and so on; nothing when the API has no such operation. Builds only this one.
std::optional<Command> ApiCommand(const std::string& name);
std::vector<std::string> ApiCommandNames();
// Its line in a list of commands, without building it.
std::string ApiCommandSummary(const std::string& name);

// The whole program: takes argv[1…], prints, returns the exit code. `make_rpc` is a seam for tests.
int RunCli(const std::vector<std::string>& words, Io& io, const Context::RpcMaker& make_rpc);

}  // namespace elastilab
