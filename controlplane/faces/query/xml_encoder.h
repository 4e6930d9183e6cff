// Replies as AWS Query services write them, from messages and the schema's annotations alone:
//
//   <CreateCacheClusterResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/">
//     <CreateCacheClusterResult>…members…</CreateCacheClusterResult>
//     <ResponseMetadata><RequestId>…</RequestId></ResponseMetadata>
//   </CreateCacheClusterResponse>
//
// (without the blanks). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

struct Operation;

// Appends the members of a message: absent scalars and structures are left out, lists without elements are empty elements,
// but a structure in which nothing is set is one empty element itself. Secrets are written: a reply that has one is there
// to hand it out.
void AppendXmlMembers(const google::protobuf::Message& message, std::string* out);

// The whole reply of an operation.
std::string XmlReply(const Operation& operation, std::string_view xml_namespace, const google::protobuf::Message& response,
                     std::string_view request_id);

// The whole error reply. Errors that are no faults become InternalFailure, or ServiceUnavailable when unavailable.
std::string XmlError(const Status& status, std::string_view xml_namespace, std::string_view request_id);
// The same for an error that is HTTP's own.
std::string XmlErrorEnvelope(int http_status, std::string_view code, std::string_view message, std::string_view xml_namespace,
                             std::string_view request_id);

}  // namespace elastilab
