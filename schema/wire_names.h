// The names that our descriptors have outside: on the AWS wire, on the command line, in IAM. Everything follows from
// the field name and, where that is not enough, the options of annotations.proto. Works for any proto file: without
// options, `node_group_id` is "NodeGroupId" on the wire and "node-group-id" as a flag.
//
// Names are computed once per message type. Results live as long as the process; all functions are thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class EnumValueDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace elastilab {

// "MultiAZEnabled" for multi_az_enabled.
const std::string& WireName(const google::protobuf::FieldDescriptor* field);
// What one element of a list is called: "SubnetIdentifier"; "member" unless the schema says otherwise.
const std::string& ListElement(const google::protobuf::FieldDescriptor* field);
// "multi-az-enabled", without the dashes before it.
const std::string& CliFlag(const google::protobuf::FieldDescriptor* field);

bool IsRequired(const google::protobuf::FieldDescriptor* field);
// Whether the value is a secret, which nothing may print.
bool IsSensitive(const google::protobuf::FieldDescriptor* field);
// ARN template ("cluster:{}") and condition key ("elasticache:CacheNodeType"); empty when the field is neither.
const std::string& IamResource(const google::protobuf::FieldDescriptor* field);
const std::string& IamConditionKey(const google::protobuf::FieldDescriptor* field);

// The field of this name, or null. Names are case-sensitive, as everywhere in the API.
const google::protobuf::FieldDescriptor* FindByWireName(const google::protobuf::Descriptor* message,
                                                        std::string_view name);
const google::protobuf::FieldDescriptor* FindByCliFlag(const google::protobuf::Descriptor* message,
                                                       std::string_view flag);

// "cross-az". Empty for the zero value. Without an option, the value's name without the enum's, in lower case with
// hyphens: "kill-node" for FAULT_KIND_KILL_NODE.
std::string EnumWire(const google::protobuf::EnumValueDescriptor* value);
// The value of this text, or null; never the zero value.
const google::protobuf::EnumValueDescriptor* ParseEnumWire(const google::protobuf::EnumDescriptor* type,
                                                           std::string_view text);
// All texts that ParseEnumWire takes: "single-az, cross-az".
std::string EnumChoices(const google::protobuf::EnumDescriptor* type);

// "create-replication-group" for "CreateReplicationGroup".
std::string KebabCase(std::string_view camel_case);

}  // namespace elastilab
