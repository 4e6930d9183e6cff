// Request messages and flags, both ways: which flags an operation has, and the request that given flags make.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/command_line.h"
#include "common/status.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace elastilab {

struct Operation;

inline constexpr char kGenerateSkeleton[] = "generate-cli-skeleton";

// One for each member, named as in the aws CLI.
std::vector<Flag> RequestFlags(const google::protobuf::Descriptor* request);
// --cli-input-json and its kin, which every operation has.
std::vector<Flag> InputFlags();
// The request's, with those of paging in front of members of the same name, and InputFlags.
std::vector<Flag> OperationFlags(const Operation& operation);
CommandSpec OperationSpec(const Operation& operation);

// --cli-input-json first, then the flags over it, but for `not_these`. Words of the form file://PATH and fileb://PATH
// stand for the file's text. Usage errors name the flag; all missing required ones are named at once.
Status FillRequest(const Args& args, google::protobuf::Message* request,
                   const std::vector<std::string>& not_these = {});

}  // namespace elastilab
