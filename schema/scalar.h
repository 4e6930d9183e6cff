// Single values as text, both ways: what forms, flags, shorthand and XML carry.
//
// A scalar is any field that is not a structure; google.protobuf.Timestamp counts as one.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
class Timestamp;
}  // namespace google::protobuf

namespace elastilab {

bool IsTimestamp(const google::protobuf::Descriptor* type);
bool IsScalar(const google::protobuf::FieldDescriptor* field);

// Sets the field from text, or appends when it is repeated. Takes "true"/"false" in any case, decimal numbers, wire
// strings of enums, ISO 8601 or epoch seconds, valid UTF-8. Anything else is an InvalidParameterValue fault that names
// `path` (the field's wire name when empty) and, unless it is a secret, the text.
Status SetScalar(google::protobuf::Message* message, const google::protobuf::FieldDescriptor* field,
                 std::string_view text, std::string_view path = {});

// The value as the AWS wire spells it: "true", "50.0", "cross-az", "2016-12-22T16:27:56.088Z". `index` picks the
// element of a repeated field. Prints secrets too: who prints, checks IsSensitive.
std::string ScalarText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field,
                       int index = 0);

// A double always shows that it is one: "50.0".
std::string DoubleText(double value);

bool IsValidUtf8(std::string_view text);

}  // namespace elastilab
