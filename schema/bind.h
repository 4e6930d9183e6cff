// A tree of values into a message: the common second half of the JSON and the shorthand reader. Internal to schema/.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/status.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace elastilab {

// How scalars come.
enum class BindMode {
  kTyped,  // JSON: 5, true and "5" are different things
  kText,   // shorthand: all is text, and a lone value can stand for a list of one
};

// Members go by their wire names. Errors are InvalidParameterValue faults that name the path: "Tags[0].Key".
Status BindMessage(const nlohmann::json& tree, BindMode mode, const std::string& path,
                   google::protobuf::Message* message);
// `tree` is the value of one field: a list if the field is repeated. Lists are appended to.
Status BindField(const nlohmann::json& tree, BindMode mode, const std::string& path,
                 const google::protobuf::FieldDescriptor* field, google::protobuf::Message* message);

}  // namespace elastilab
