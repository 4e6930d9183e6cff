// Attached and inline policies and boundaries: the same for users, groups and roles.
#include <fmt/format.h>

#include "controlplane/identity/policy/quota.h"
#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/groups.pb.h"
#include "proto/iam/v1/roles.pb.h"
#include "proto/iam/v1/users.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

constexpr int kMaxAttached = 10;
constexpr size_t kMaxPolicyName = 128;

// Whose policies a request is about.
template <typename Record, typename Request>
const std::string& OwnerName(const Request& request) {
  if constexpr (std::is_same_v<Record, IamUser>) {
    return request.user_name();
  } else if constexpr (std::is_same_v<Record, IamGroup>) {
    return request.group_name();
  } else {
    return request.role_name();
  }
}

template <typename Record>
constexpr PolicyHome kHome = std::is_same_v<Record, IamUser>    ? PolicyHome::kUserInline
                             : std::is_same_v<Record, IamGroup> ? PolicyHome::kGroupInline
                                                                : PolicyHome::kRoleInline;

// Changes one owner in one mutation.
template <typename Record, typename Request, typename Change>
Status ChangeOwner(RequestContext& context, const Request& request, Change change) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(Record owner, FindEntity<Record>(draft, OwnerName<Record>(request)));
    RETURN_IF_ERROR(change(draft, owner));
    draft.Put(owner);
    return absl::OkStatus();
  });
}

template <typename Record, typename Request, typename Response>
Status Attach(const Directory& directory, RequestContext& context, const Request& request, Response&) {
  return ChangeOwner<Record>(context, request, [&](Draft& draft, Record& owner) -> Status {
    const std::string& arn = request.policy_arn();
    if (FindPolicy(draft, directory.location(), arn) == nullptr) {
      return NoSuchEntity(fmt::format("Policy {} does not exist or is not attachable.", arn));
    }
    if (std::find(owner.attached.begin(), owner.attached.end(), arn) != owner.attached.end()) return absl::OkStatus();
    if (owner.attached.size() >= kMaxAttached) {
      return QuotaExceeded(fmt::format("PoliciesPer{}", EntityKind<Record>::kTitle), kMaxAttached);
    }
    owner.attached.push_back(arn);
    return absl::OkStatus();
  });
}

template <typename Record, typename Request, typename Response>
Status Detach(const Directory&, RequestContext& context, const Request& request, Response&) {
  return ChangeOwner<Record>(context, request, [&](Draft&, Record& owner) -> Status {
    if (std::erase(owner.attached, request.policy_arn()) > 0) return absl::OkStatus();
    return NoSuchEntity(fmt::format("Policy {} was not found.", request.policy_arn()));
  });
}

template <typename Record, typename Request, typename Response>
Status ListAttached(const Directory& directory, RequestContext& context, const Request& request, Response& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(Record owner, FindEntity<Record>(state, OwnerName<Record>(request)));
    std::vector<std::pair<std::string, const ManagedPolicy*>> attached;
    for (const std::string& arn : owner.attached) {
      const ManagedPolicy* policy = FindPolicy(state, directory.location(), arn);
      if (policy != nullptr && policy->path.starts_with(request.path_prefix())) attached.emplace_back(arn, policy);
    }
    std::sort(attached.begin(), attached.end());
    return FillIamPage(request, response, attached, [](const auto& entry) { return entry.first; }, [&](const auto& entry) {
      auto& out = *response.add_attached_policies();
      out.set_policy_name(entry.second->name);
      out.set_policy_arn(entry.first);
    });
  });
}

template <typename Record, typename Request, typename Response>
Status PutInline(const Directory&, RequestContext& context, const Request& request, Response&) {
  RETURN_IF_ERROR(CheckName("policyName", request.policy_name(), kMaxPolicyName));
  RETURN_IF_ERROR(ParsePolicyDocument(request.policy_document(), PolicyKind::kIdentity).status());
  return ChangeOwner<Record>(context, request, [&](Draft&, Record& owner) -> Status {
    std::erase_if(owner.inline_policies, [&](const InlinePolicy& policy) { return policy.name == request.policy_name(); });
    owner.inline_policies.push_back({request.policy_name(), request.policy_document()});
    size_t size = 0;
    for (const InlinePolicy& policy : owner.inline_policies) size += PolicySize(policy.document);
    return CheckPolicySize(kHome<Record>, size, owner.name);
  });
}

template <typename Record>
Status NoInline(const std::string& name) {
  return NoSuchEntity(fmt::format("The {} policy with name {} cannot be found.", EntityKind<Record>::kName, name));
}

template <typename Record, typename Request, typename Response>
Status GetInline(const Directory&, RequestContext& context, const Request& request, Response& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(Record owner, FindEntity<Record>(state, OwnerName<Record>(request)));
    for (const InlinePolicy& policy : owner.inline_policies) {
      if (policy.name != request.policy_name()) continue;
      if constexpr (std::is_same_v<Record, IamUser>) response.set_user_name(owner.name);
      if constexpr (std::is_same_v<Record, IamGroup>) response.set_group_name(owner.name);
      if constexpr (std::is_same_v<Record, IamRole>) response.set_role_name(owner.name);
      response.set_policy_name(policy.name);
      response.set_policy_document(EncodeDocument(policy.document));
      return absl::OkStatus();
    }
    return NoInline<Record>(request.policy_name());
  });
}

template <typename Record, typename Request, typename Response>
Status DeleteInline(const Directory&, RequestContext& context, const Request& request, Response&) {
  return ChangeOwner<Record>(context, request, [&](Draft&, Record& owner) -> Status {
    const auto named = [&](const InlinePolicy& policy) { return policy.name == request.policy_name(); };
    if (std::erase_if(owner.inline_policies, named) > 0) return absl::OkStatus();
    return NoInline<Record>(request.policy_name());
  });
}

template <typename Record, typename Request, typename Response>
Status ListInline(const Directory&, RequestContext& context, const Request& request, Response& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(Record owner, FindEntity<Record>(state, OwnerName<Record>(request)));
    std::vector<std::string> names;
    for (const InlinePolicy& policy : owner.inline_policies) names.push_back(policy.name);
    std::sort(names.begin(), names.end());
    return FillIamPage(request, response, names, [](const std::string& name) { return name; },
                       [&](const std::string& name) { response.add_policy_names(name); });
  });
}

template <typename Record, typename Request, typename Response>
Status PutBoundary(const Directory& directory, RequestContext& context, const Request& request, Response&) {
  return ChangeOwner<Record>(context, request, [&](Draft& draft, Record& owner) -> Status {
    if (FindPolicy(draft, directory.location(), request.permissions_boundary()) == nullptr) {
      return NoSuchEntity(fmt::format("Scope ARN: {} does not exist or is not attachable.", request.permissions_boundary()));
    }
    owner.boundary = request.permissions_boundary();
    return absl::OkStatus();
  });
}

template <typename Record, typename Request, typename Response>
Status DeleteBoundary(const Directory&, RequestContext& context, const Request& request, Response&) {
  return ChangeOwner<Record>(context, request, [&](Draft&, Record& owner) -> Status {
    owner.boundary.clear();
    return absl::OkStatus();
  });
}

}  // namespace

void AddPrincipalPolicyHandlers(HandlerTable& table, const Directory& d) {
  table["AttachUserPolicy"] = WithDirectory(d, Attach<IamUser, pb::AttachUserPolicyRequest, pb::AttachUserPolicyResponse>);
  table["DetachUserPolicy"] = WithDirectory(d, Detach<IamUser, pb::DetachUserPolicyRequest, pb::DetachUserPolicyResponse>);
  table["ListAttachedUserPolicies"] =
      WithDirectory(d, ListAttached<IamUser, pb::ListAttachedUserPoliciesRequest, pb::ListAttachedUserPoliciesResponse>);
  table["PutUserPolicy"] = WithDirectory(d, PutInline<IamUser, pb::PutUserPolicyRequest, pb::PutUserPolicyResponse>);
  table["GetUserPolicy"] = WithDirectory(d, GetInline<IamUser, pb::GetUserPolicyRequest, pb::GetUserPolicyResponse>);
  table["DeleteUserPolicy"] = WithDirectory(d, DeleteInline<IamUser, pb::DeleteUserPolicyRequest, pb::DeleteUserPolicyResponse>);
  table["ListUserPolicies"] = WithDirectory(d, ListInline<IamUser, pb::ListUserPoliciesRequest, pb::ListUserPoliciesResponse>);
  table["PutUserPermissionsBoundary"] =
      WithDirectory(d, PutBoundary<IamUser, pb::PutUserPermissionsBoundaryRequest, pb::PutUserPermissionsBoundaryResponse>);
  table["DeleteUserPermissionsBoundary"] =
      WithDirectory(d, DeleteBoundary<IamUser, pb::DeleteUserPermissionsBoundaryRequest, pb::DeleteUserPermissionsBoundaryResponse>);

  table["AttachGroupPolicy"] = WithDirectory(d, Attach<IamGroup, pb::AttachGroupPolicyRequest, pb::AttachGroupPolicyResponse>);
  table["DetachGroupPolicy"] = WithDirectory(d, Detach<IamGroup, pb::DetachGroupPolicyRequest, pb::DetachGroupPolicyResponse>);
  table["ListAttachedGroupPolicies"] =
      WithDirectory(d, ListAttached<IamGroup, pb::ListAttachedGroupPoliciesRequest, pb::ListAttachedGroupPoliciesResponse>);
  table["PutGroupPolicy"] = WithDirectory(d, PutInline<IamGroup, pb::PutGroupPolicyRequest, pb::PutGroupPolicyResponse>);
  table["GetGroupPolicy"] = WithDirectory(d, GetInline<IamGroup, pb::GetGroupPolicyRequest, pb::GetGroupPolicyResponse>);
  table["DeleteGroupPolicy"] = WithDirectory(d, DeleteInline<IamGroup, pb::DeleteGroupPolicyRequest, pb::DeleteGroupPolicyResponse>);
  table["ListGroupPolicies"] = WithDirectory(d, ListInline<IamGroup, pb::ListGroupPoliciesRequest, pb::ListGroupPoliciesResponse>);

  table["AttachRolePolicy"] = WithDirectory(d, Attach<IamRole, pb::AttachRolePolicyRequest, pb::AttachRolePolicyResponse>);
  table["DetachRolePolicy"] = WithDirectory(d, Detach<IamRole, pb::DetachRolePolicyRequest, pb::DetachRolePolicyResponse>);
  table["ListAttachedRolePolicies"] =
      WithDirectory(d, ListAttached<IamRole, pb::ListAttachedRolePoliciesRequest, pb::ListAttachedRolePoliciesResponse>);
  table["PutRolePolicy"] = WithDirectory(d, PutInline<IamRole, pb::PutRolePolicyRequest, pb::PutRolePolicyResponse>);
  table["GetRolePolicy"] = WithDirectory(d, GetInline<IamRole, pb::GetRolePolicyRequest, pb::GetRolePolicyResponse>);
  table["DeleteRolePolicy"] = WithDirectory(d, DeleteInline<IamRole, pb::DeleteRolePolicyRequest, pb::DeleteRolePolicyResponse>);
  table["ListRolePolicies"] = WithDirectory(d, ListInline<IamRole, pb::ListRolePoliciesRequest, pb::ListRolePoliciesResponse>);
  table["PutRolePermissionsBoundary"] =
      WithDirectory(d, PutBoundary<IamRole, pb::PutRolePermissionsBoundaryRequest, pb::PutRolePermissionsBoundaryResponse>);
  table["DeleteRolePermissionsBoundary"] =
      WithDirectory(d, DeleteBoundary<IamRole, pb::DeleteRolePermissionsBoundaryRequest, pb::DeleteRolePermissionsBoundaryResponse>);
}

}  // namespace elastilab
