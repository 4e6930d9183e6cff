// The condition keys of a request. Pure.
#pragma once

#include <string_view>

#include "controlplane/identity/authorization/required_permissions.h"

namespace elastilab {

// Keys that every request carries: who, from where, when.
ConditionContext GlobalKeys(const Caller& caller, const Location& where, ServiceTime now);

// Keys that the request's members carry: elasticache:CacheNodeType, aws:RequestTag/…, aws:TagKeys, …
ConditionContext RequestKeys(const Operation& operation, const google::protobuf::Message& request);

// What of `keys` a check on a resource of this type has: a parameter group knows nothing of the node type of the group
// that is to use it. Unknown types get the keys on tags only.
ConditionContext KeysFor(std::string_view resource_type, const ConditionContext& keys);

}  // namespace elastilab
