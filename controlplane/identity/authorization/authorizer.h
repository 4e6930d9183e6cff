// May the caller make this call? Every permission that the call requires must be allowed. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/status.h"
#include "controlplane/identity/authorization/required_permissions.h"
#include "controlplane/identity/policy/evaluate.h"

namespace elastilab {

struct PermissionDecision {
  RequiredPermission permission;
  Decision decision;
};

class Authorizer {
 public:
  // `policies` gives those of a caller, session policies included.
  using PolicySource = std::function<PolicySet(const Caller&)>;
  Authorizer(Location where, PolicySource policies, ResourceFacts facts)
      : where_(std::move(where)), policies_(std::move(policies)), facts_(std::move(facts)) {}

  // Each permission with its decision, in the order of RequiredPermissions.
  std::vector<PermissionDecision> Decide(const Operation& operation, const google::protobuf::Message& request,
                                         const Caller& caller, ServiceTime now) const;

  // AccessDenied, in AWS's words, for the first permission that is refused. `*decided_by` becomes what decided, for the
  // trail: "Statement 1 (Sid ReadOnly) of viewers (group ops)", "the account's root".
  Status Authorize(const Operation& operation, const google::protobuf::Message& request, const Caller& caller,
                   ServiceTime now, std::string* decided_by) const;

 private:
  const Location where_;
  const PolicySource policies_;
  const ResourceFacts facts_;
};

}  // namespace elastilab
