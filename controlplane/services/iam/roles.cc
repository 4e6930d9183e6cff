#include <fmt/format.h>

#include "controlplane/identity/policy/quota.h"
#include "controlplane/identity/policy/trust.h"
#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/roles.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

constexpr size_t kMaxName = 64;
constexpr int kMaxRoles = 1000;
constexpr int kShortestSession = 3600;
constexpr int kLongestSession = 43200;

void Fill(const Directory& directory, const IamRole& role, pb::Role& out) {
  out.set_path(role.path);
  out.set_role_name(role.name);
  out.set_role_id(role.id);
  out.set_arn(ArnOfRecord(directory, role));
  FillTimestamp(role.created_at, *out.mutable_create_date());
  out.set_assume_role_policy_document(EncodeDocument(role.trust_policy));
  if (!role.description.empty()) out.set_description(role.description);
  out.set_max_session_duration(role.max_session_seconds);
  FillBoundary(role.boundary, out);
}

// Principals of this account must exist.
Status CheckTrust(const Directory& directory, const std::string& document) {
  ASSIGN_OR_RETURN(const PolicyDocument policy, ParsePolicyDocument(document, PolicyKind::kTrust));
  RETURN_IF_ERROR(CheckPolicySize(PolicyHome::kTrust, PolicySize(document), ""));
  for (const std::string& arn : NamedPrincipals(policy)) {
    for (const std::string_view type : {"user", "role"}) {
      const std::string start = fmt::format("arn:aws:iam::{}:{}/", directory.location().account, type);
      if (!arn.starts_with(start)) continue;
      if (directory.ArnOf(type, arn.substr(arn.rfind('/') + 1)) != arn) return InvalidPrincipal(arn);
    }
  }
  return absl::OkStatus();
}

Status CheckSession(int seconds) {
  if (seconds >= kShortestSession && seconds <= kLongestSession) return absl::OkStatus();
  return MakeFault(elasticache::v1::VALIDATION_ERROR,
                   fmt::format("1 validation error detected: Value '{}' at 'maxSessionDuration' failed to satisfy constraint: "
                               "Member must be between {} and {}", seconds, kShortestSession, kLongestSession));
}

Status CreateRole(const Directory& directory, RequestContext& context, const pb::CreateRoleRequest& request,
                  pb::CreateRoleResponse& response) {
  RETURN_IF_ERROR(CheckName("roleName", request.role_name(), kMaxName));
  RETURN_IF_ERROR(CheckDescription(request.description()));
  RETURN_IF_ERROR(CheckTrust(directory, request.assume_role_policy_document()));
  if (request.has_max_session_duration()) RETURN_IF_ERROR(CheckSession(request.max_session_duration()));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, CheckedTags(request.tags()));
  ASSIGN_OR_RETURN(IamRole role,
                   NewEntity<IamRole>(context, request.role_name(), request.has_path() ? request.path() : "/"));
  if (request.has_permissions_boundary()) role.boundary = request.permissions_boundary();
  role.trust_policy = request.assume_role_policy_document();
  role.description = request.description();
  if (request.has_max_session_duration()) role.max_session_seconds = request.max_session_duration();
  role.tags = tags;
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    RETURN_IF_ERROR(CheckNew(draft, role));
    if (draft.Count<IamRole>() >= kMaxRoles) return QuotaExceeded("RolesPerAccount", kMaxRoles);
    if (request.has_permissions_boundary() && FindPolicy(draft, directory.location(), role.boundary) == nullptr) {
      return NoSuchEntity("Scope ARN: " + role.boundary + " does not exist or is not attachable.");
    }
    draft.Put(role);
    return absl::OkStatus();
  }));
  Fill(directory, role, *response.mutable_role());
  FillTags(role.tags, response.mutable_role()->mutable_tags());
  return absl::OkStatus();
}

Status GetRole(const Directory& directory, RequestContext& context, const pb::GetRoleRequest& request,
               pb::GetRoleResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamRole role, FindEntity<IamRole>(state, request.role_name()));
    Fill(directory, role, *response.mutable_role());
    FillTags(role.tags, response.mutable_role()->mutable_tags());
    return absl::OkStatus();
  });
}

Status UpdateRole(const Directory&, RequestContext& context, const pb::UpdateRoleRequest& request, pb::UpdateRoleResponse&) {
  RETURN_IF_ERROR(CheckDescription(request.description()));
  if (request.has_max_session_duration()) RETURN_IF_ERROR(CheckSession(request.max_session_duration()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamRole role, FindEntity<IamRole>(draft, request.role_name()));
    if (request.has_description()) role.description = request.description();
    if (request.has_max_session_duration()) role.max_session_seconds = request.max_session_duration();
    draft.Put(role);
    return absl::OkStatus();
  });
}

Status DeleteRole(const Directory& directory, RequestContext& context, const pb::DeleteRoleRequest& request, pb::DeleteRoleResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const IamRole role, FindEntity<IamRole>(draft, request.role_name()));
    if (!role.attached.empty()) return DeleteConflict("must detach all policies first");
    if (!role.inline_policies.empty()) return DeleteConflict("must delete policies first");
    draft.Erase<IamRole>(LowerCase(role.name));
    FollowPrincipal(draft, ArnOfRecord(directory, role), role.id);
    return absl::OkStatus();
  });
}

Status ListRoles(const Directory& directory, RequestContext& context, const pb::ListRolesRequest& request,
                 pb::ListRolesResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    std::vector<const IamRole*> roles;
    for (const auto& [key, role] : state.iam_roles) {
      if (role->path.starts_with(request.path_prefix())) roles.push_back(role.get());
    }
    return FillIamPage(request, response, roles, [](const IamRole* role) { return LowerCase(role->name); },
                       [&](const IamRole* role) { Fill(directory, *role, *response.add_roles()); });
  });
}

Status UpdateAssumeRolePolicy(const Directory& directory, RequestContext& context,
                              const pb::UpdateAssumeRolePolicyRequest& request, pb::UpdateAssumeRolePolicyResponse&) {
  RETURN_IF_ERROR(CheckTrust(directory, request.policy_document()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamRole role, FindEntity<IamRole>(draft, request.role_name()));
    role.trust_policy = request.policy_document();
    draft.Put(role);
    return absl::OkStatus();
  });
}

Status TagRole(const Directory&, RequestContext& context, const pb::TagRoleRequest& request, pb::TagRoleResponse&) {
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, CheckedTags(request.tags()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamRole role, FindEntity<IamRole>(draft, request.role_name()));
    RETURN_IF_ERROR(MergeTags(role.tags, tags));
    draft.Put(role);
    return absl::OkStatus();
  });
}

Status UntagRole(const Directory&, RequestContext& context, const pb::UntagRoleRequest& request, pb::UntagRoleResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(IamRole role, FindEntity<IamRole>(draft, request.role_name()));
    DropTags(role.tags, request.tag_keys());
    draft.Put(role);
    return absl::OkStatus();
  });
}

Status ListRoleTags(const Directory&, RequestContext& context, const pb::ListRoleTagsRequest& request,
                    pb::ListRoleTagsResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamRole role, FindEntity<IamRole>(state, request.role_name()));
    return FillTagPage(request, response, role.tags);
  });
}

}  // namespace

void AddRoleHandlers(HandlerTable& table, const Directory& directory) {
  table["CreateRole"] = WithDirectory(directory, CreateRole);
  table["GetRole"] = WithDirectory(directory, GetRole);
  table["UpdateRole"] = WithDirectory(directory, UpdateRole);
  table["DeleteRole"] = WithDirectory(directory, DeleteRole);
  table["ListRoles"] = WithDirectory(directory, ListRoles);
  table["UpdateAssumeRolePolicy"] = WithDirectory(directory, UpdateAssumeRolePolicy);
  table["TagRole"] = WithDirectory(directory, TagRole);
  table["UntagRole"] = WithDirectory(directory, UntagRole);
  table["ListRoleTags"] = WithDirectory(directory, ListRoleTags);
}

}  // namespace elastilab
