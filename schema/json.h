// JSON as the aws CLI prints and takes it: members by their AWS names, in the order of the schema.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace elastilab {

struct JsonStyle {
  int indent = 4;            // 0: all on one line
  bool empty_lists = false;  // print lists without elements as []
  bool lower_first = false;  // "cacheClusterId", as CloudTrail writes members
  // What stands for a secret; null: the secret itself, for its owner only.
  const char* secret = "***";
};

// Absent scalars and structures are left out. Times are ISO 8601 with a numeric offset
// ("2016-12-22T16:27:56.088000+00:00"), enums their wire strings, secrets as the style says. Non-ASCII text stays as it is.
// No newline at the end.
std::string ToAwsJson(const google::protobuf::Message& message, const JsonStyle& style = {});

// Reads one JSON object into `message`, adding to what is there. Unknown names, wrong types (a number in quotes, null),
// and more than 32 levels are InvalidParameterValue faults that name the place: "Tags[0].Key: expected a string, …".
Status FromAwsJson(std::string_view text, google::protobuf::Message* message);

// The same for the value of one field: a list if the field is repeated.
Status FieldFromAwsJson(std::string_view text, const google::protobuf::FieldDescriptor* field,
                        google::protobuf::Message* message);

// `text` in double quotes, escaped.
std::string JsonQuote(std::string_view text);

}  // namespace elastilab
