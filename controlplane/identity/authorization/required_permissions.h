// What IAM must allow for one call, read from the request by the schema's annotations: actions, the ARNs of the
// resources that they touch, and the condition keys that each of them carries (shared/reference/iam.md sections 1 to 5).
// Pure and thread-safe; what lies in the store (tags of resources, paths of IAM names) comes in through ResourceFacts.
//
//   CreateReplicationGroup with Tags:   elasticache:CreateReplicationGroup   replicationgroup:demo
//                                       elasticache:CreateReplicationGroup   parametergroup:default.redis7
//                                       elasticache:AddTagsToResource        replicationgroup:demo
//
// Dependent permissions on services that the lab does not have (EC2, S3) are not asked for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "controlplane/identity/policy/context.h"
#include "controlplane/identity/signature/caller.h"
#include "controlplane/region/catalog/naming.h"
#include "schema/operations.h"

namespace elastilab {

struct RequiredPermission {
  std::string action;    // "elasticache:CreateReplicationGroup"
  std::string resource;  // an ARN, or "*"
  ConditionContext context;
};

struct ResourceFacts {
  // Tags of the resource with this ARN, for aws:ResourceTag/…; empty when it has none or does not exist.
  std::function<std::map<std::string, std::string>(const std::string& arn)> tags;
  // The ARN of an IAM resource that exists ("user", "alice" → "arn:aws:iam::…:user/team/alice"), or empty: then it is
  // built from the name and the request's Path.
  std::function<std::string(std::string_view type, std::string_view name)> iam_arn;
};

// "elasticache", "iam", "sts", …: from the operation's proto package.
std::string ServicePrefix(const Operation& operation);

std::vector<RequiredPermission> RequiredPermissions(const Operation& operation, const google::protobuf::Message& request,
                                                    const Caller& caller, const Location& where, ServiceTime now,
                                                    const ResourceFacts& facts);

}  // namespace elastilab
