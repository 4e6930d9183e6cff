// The resources that a request names. Pure.
#pragma once

#include <string>
#include <vector>

#include "controlplane/identity/authorization/required_permissions.h"

namespace elastilab {

struct NamedResource {
  std::string type;  // "replicationgroup"; empty for a whole ARN
  std::string arn;
};

// Those named by the request, then those that are always checked: a wildcard of the type ("cluster:*") where a list
// operation names none, the default parameter group where a create names none. Never empty: "*" for no resource at all.
std::vector<NamedResource> ResourcesOf(const Operation& operation, const google::protobuf::Message& request,
                                       const Location& where, const ResourceFacts& facts);

}  // namespace elastilab
