// Required members, checked once for all operations before a handler sees the request.
#pragma once

#include "common/status.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

// The first required member that is missing, in schema order and inside structures too, is an InvalidParameterValue
// fault: "The parameter CacheClusterId must be provided and must not be blank." Blank text and an empty list are
// missing; false and 0 are not. Of IAM and STS it is a ValidationError, in their validator's words. A member of a structure goes by its path, as a form would spell it:
// "ReplicaConfiguration.ConfigureShard.1.NodeGroupId".
Status CheckRequired(const google::protobuf::Message& request);

}  // namespace elastilab
