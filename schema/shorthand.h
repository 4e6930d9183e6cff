// The aws CLI's shorthand for structures on the command line: `Key=env,Value=dev`.
//
//   structure  Name=value,Name=value
//   value      text | "text" | 'text' | text,text,… (a list) | [value,…] | {Name=value,…}
//
// In bare text a backslash takes the meaning off a comma, an equals sign or a bracket; inside quotes, off the quote.
// A lone value can stand for a list of one. `NodeGroupId=0001,Slots="0-99,200",ReplicaAvailabilityZones=a,b` works as
// it does there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace elastilab {

// Reads one structure. Bad syntax and more than 16 levels are InvalidParameterValue faults that show the place; unknown
// names and bad values name the member.
Status ParseShorthand(std::string_view text, google::protobuf::Message* message);

// Sets a request member from the words that follow its flag:
//   scalar               one word
//   list of scalars      one word each
//   structure            shorthand or a JSON object in one word
//   list of structures   one word of either form for each
// A single word that starts with `[` is a JSON list.
Status SetFromWords(const std::vector<std::string>& words, const google::protobuf::FieldDescriptor* field,
                    google::protobuf::Message* message);

}  // namespace elastilab
