// Request messages and flags, both ways: which flags an operation has, and the request that given flags make.
#pragma once

#include <vector>

#include "cli/commands/command_line.h"
#include "common/status.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace elastilab {

struct Operation;

std::vector<Flag> RequestFlags(const google::protobuf::Descriptor* request);
CommandSpec OperationSpec(const Operation& operation);

// --cli-input-json first, then the flags over it. Words of the form file://PATH stand for the file's text. Usage errors
// name the flag; all missing required ones are named at once.
Status FillRequest(const Args& args, google::protobuf::Message* request);

}  // namespace elastilab
