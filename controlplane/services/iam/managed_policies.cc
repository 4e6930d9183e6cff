#include <fmt/format.h>

#include <charconv>
#include <climits>

#include "controlplane/identity/directory/aws_policies.h"
#include "controlplane/identity/policy/quota.h"
#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/policies.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

constexpr size_t kMaxName = 128;
constexpr int kMaxPolicies = 1500;
constexpr size_t kMaxVersions = 5;

constexpr std::string_view kAsPermissions = "PermissionsPolicy";
constexpr std::string_view kAsBoundary = "PermissionsBoundary";

template <typename Request>
Status CheckUsageFilter(const Request& request) {
  if (!request.has_policy_usage_filter()) return absl::OkStatus();
  return CheckChoice("policyUsageFilter", request.policy_usage_filter(), {kAsPermissions, kAsBoundary});
}

bool IsAwsOwn(const std::string& arn) { return arn.starts_with(AwsPolicyArn("")); }

std::string ArnOfPolicy(const Directory& directory, const ManagedPolicy& policy) {
  return FindAwsManagedPolicy(policy.name) == &policy ? AwsPolicyArn(policy.name) : ArnOfRecord(directory, policy);
}

struct Usage {
  int attached = 0;
  int boundary = 0;
};

// Of a table: the map of the state, or the list of a draft.
const auto& RecordOf(const auto& row) {
  if constexpr (requires { row.second; }) {
    return *row.second;
  } else {
    return *row;
  }
}

void CountUse(const auto& table, const std::string& arn, Usage& usage) {
  for (const auto& row : table) {
    const auto& record = RecordOf(row);
    usage.attached += static_cast<int>(std::count(record.attached.begin(), record.attached.end(), arn));
    if constexpr (requires { record.boundary; }) usage.boundary += record.boundary == arn ? 1 : 0;
  }
}

Usage UsageOf(const State& state, const std::string& arn) {
  Usage usage;
  CountUse(state.iam_users, arn, usage);
  CountUse(state.iam_groups, arn, usage);
  CountUse(state.iam_roles, arn, usage);
  return usage;
}

Usage UsageOf(const Draft& draft, const std::string& arn) {
  Usage usage;
  CountUse(draft.All<IamUser>(), arn, usage);
  CountUse(draft.All<IamGroup>(), arn, usage);
  CountUse(draft.All<IamRole>(), arn, usage);
  return usage;
}

void Fill(const Directory& directory, const ManagedPolicy& policy, const Usage& usage, pb::Policy& out) {
  out.set_policy_name(policy.name);
  out.set_policy_id(policy.id);
  out.set_arn(ArnOfPolicy(directory, policy));
  out.set_path(policy.path);
  out.set_default_version_id(fmt::format("v{}", policy.default_version));
  out.set_attachment_count(usage.attached);
  out.set_permissions_boundary_usage_count(usage.boundary);
  out.set_is_attachable(true);
  FillTimestamp(policy.created_at, *out.mutable_create_date());
  FillTimestamp(policy.updated_at, *out.mutable_update_date());
}

void FillVersion(const ManagedPolicy& policy, const PolicyVersion& version, bool document, pb::PolicyVersion& out) {
  if (document) out.set_document(EncodeDocument(version.document));
  out.set_version_id(fmt::format("v{}", version.number));
  out.set_is_default_version(version.number == policy.default_version);
  FillTimestamp(version.created_at, *out.mutable_create_date());
}

Status Conflict(std::string message) { return MakeFault(elasticache::v1::DELETE_CONFLICT, std::move(message)); }

Status NotFound(const std::string& arn) { return NoSuchEntity(fmt::format("Policy {} was not found.", arn)); }

StatusOr<ManagedPolicy> OwnPolicy(const Directory& directory, const Draft& draft, const std::string& arn) {
  if (IsAwsOwn(arn)) {
    return MakeFault(elasticache::v1::UNMODIFIABLE_ENTITY, fmt::format("Policy {} is AWS's own and cannot be changed.", arn));
  }
  const ManagedPolicy* found = FindPolicy(draft, directory.location(), arn);
  if (found == nullptr) return NotFound(arn);
  return *found;
}

// Null when there is no such version.
const PolicyVersion* FindVersion(const ManagedPolicy& policy, std::string_view id) {
  int number = 0;
  const char* end = id.data() + id.size();
  if (!id.starts_with('v') || std::from_chars(id.data() + 1, end, number).ptr != end) return nullptr;
  for (const PolicyVersion& version : policy.versions) {
    if (version.number == number) return &version;
  }
  return nullptr;
}

Status NoVersion(const std::string& arn, const std::string& id) {
  return NoSuchEntity(fmt::format("Policy {} version {} does not exist.", arn, id));
}

Status CheckDocument(const std::string& text) {
  ASSIGN_OR_RETURN(const PolicyDocument document, ParsePolicyDocument(text, PolicyKind::kIdentity));
  RETURN_IF_ERROR(CheckManagedPolicyVersion(document));
  return CheckPolicySize(PolicyHome::kManaged, PolicySize(text), "");
}

Status CreatePolicy(const Directory& directory, RequestContext& context, const pb::CreatePolicyRequest& request,
                    pb::CreatePolicyResponse& response) {
  RETURN_IF_ERROR(CheckName("policyName", request.policy_name(), kMaxName));
  RETURN_IF_ERROR(CheckDescription(request.description()));
  RETURN_IF_ERROR(CheckDocument(request.policy_document()));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, CheckedTags(request.tags()));
  ASSIGN_OR_RETURN(ManagedPolicy policy,
                   NewEntity<ManagedPolicy>(context, request.policy_name(), request.has_path() ? request.path() : "/"));
  policy.description = request.description();
  policy.updated_at = context.now;
  policy.versions = {{1, request.policy_document(), context.now}};
  policy.tags = tags;
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    RETURN_IF_ERROR(CheckNew(draft, policy));
    if (draft.Count<ManagedPolicy>() >= kMaxPolicies) return QuotaExceeded("PoliciesPerAccount", kMaxPolicies);
    draft.Put(policy);
    return absl::OkStatus();
  }));
  Fill(directory, policy, {}, *response.mutable_policy());
  FillTags(policy.tags, response.mutable_policy()->mutable_tags());
  return absl::OkStatus();
}

Status GetPolicy(const Directory& directory, RequestContext& context, const pb::GetPolicyRequest& request,
                 pb::GetPolicyResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    const ManagedPolicy* policy = FindPolicy(state, directory.location(), request.policy_arn());
    if (policy == nullptr) return NotFound(request.policy_arn());
    Fill(directory, *policy, UsageOf(state, request.policy_arn()), *response.mutable_policy());
    if (!policy->description.empty()) response.mutable_policy()->set_description(policy->description);
    FillTags(policy->tags, response.mutable_policy()->mutable_tags());
    return absl::OkStatus();
  });
}

Status DeletePolicy(const Directory& directory, RequestContext& context, const pb::DeletePolicyRequest& request,
                    pb::DeletePolicyResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const ManagedPolicy policy, OwnPolicy(directory, draft, request.policy_arn()));
    const Usage usage = UsageOf(draft, request.policy_arn());
    if (usage.attached + usage.boundary > 0) return Conflict("Cannot delete a policy attached to entities.");
    if (policy.versions.size() > 1) {
      return Conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                      "The default version is deleted with the policy.");
    }
    draft.Erase<ManagedPolicy>(LowerCase(policy.name));
    return absl::OkStatus();
  });
}

Status ListPolicies(const Directory& directory, RequestContext& context, const pb::ListPoliciesRequest& request,
                    pb::ListPoliciesResponse& response) {
  if (request.has_scope()) RETURN_IF_ERROR(CheckChoice("scope", request.scope(), {"All", "AWS", "Local"}));
  RETURN_IF_ERROR(CheckUsageFilter(request));
  return context.region.store.Read([&](const State& state) -> Status {
    std::vector<const ManagedPolicy*> policies;
    if (request.scope() != "Local") {
      for (const ManagedPolicy& policy : AwsManagedPolicies()) policies.push_back(&policy);
    }
    if (request.scope() != "AWS") {
      for (const auto& [key, policy] : state.managed_policies) policies.push_back(policy.get());
    }
    std::erase_if(policies, [&](const ManagedPolicy* policy) {
      if (!policy->path.starts_with(request.path_prefix())) return true;
      const Usage usage = UsageOf(state, ArnOfPolicy(directory, *policy));
      return (request.only_attached() && usage.attached == 0) ||
             (request.policy_usage_filter() == kAsPermissions && usage.attached == 0) ||
             (request.policy_usage_filter() == kAsBoundary && usage.boundary == 0);
    });
    const auto key = [&](const ManagedPolicy* policy) { return LowerCase(policy->name) + " " + policy->id; };
    std::sort(policies.begin(), policies.end(), [&](const auto* a, const auto* b) { return key(a) < key(b); });
    return FillIamPage(request, response, policies, key, [&](const ManagedPolicy* policy) {
      Fill(directory, *policy, UsageOf(state, ArnOfPolicy(directory, *policy)), *response.add_policies());
    });
  });
}

Status CreatePolicyVersion(const Directory& directory, RequestContext& context, const pb::CreatePolicyVersionRequest& request,
                           pb::CreatePolicyVersionResponse& response) {
  RETURN_IF_ERROR(CheckDocument(request.policy_document()));
  const auto create = [&](Draft& draft) -> StatusOr<ManagedPolicy> {
    ASSIGN_OR_RETURN(ManagedPolicy policy, OwnPolicy(directory, draft, request.policy_arn()));
    if (policy.versions.size() >= kMaxVersions) {
      return MakeFault(elasticache::v1::LIMIT_EXCEEDED,
                       fmt::format("A managed policy can have up to {} versions. Before you create a new version, you must delete "
                                   "an existing version.", kMaxVersions));
    }
    policy.versions.push_back({++policy.last_version, request.policy_document(), context.now});
    policy.updated_at = context.now;
    if (request.set_as_default()) policy.default_version = policy.last_version;
    draft.Put(policy);
    return policy;
  };
  ASSIGN_OR_RETURN(const ManagedPolicy policy, context.region.store.Mutate(create));
  FillVersion(policy, policy.versions.back(), false, *response.mutable_policy_version());
  return absl::OkStatus();
}

Status GetPolicyVersion(const Directory& directory, RequestContext& context, const pb::GetPolicyVersionRequest& request,
                        pb::GetPolicyVersionResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    const ManagedPolicy* policy = FindPolicy(state, directory.location(), request.policy_arn());
    if (policy == nullptr) return NotFound(request.policy_arn());
    const PolicyVersion* version = FindVersion(*policy, request.version_id());
    if (version == nullptr) return NoVersion(request.policy_arn(), request.version_id());
    FillVersion(*policy, *version, true, *response.mutable_policy_version());
    return absl::OkStatus();
  });
}

Status ListPolicyVersions(const Directory& directory, RequestContext& context, const pb::ListPolicyVersionsRequest& request,
                          pb::ListPolicyVersionsResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    const ManagedPolicy* policy = FindPolicy(state, directory.location(), request.policy_arn());
    if (policy == nullptr) return NotFound(request.policy_arn());
    const std::vector<PolicyVersion> newest_first(policy->versions.rbegin(), policy->versions.rend());
    return FillIamPage(request, response, newest_first,
                       [](const PolicyVersion& version) { return fmt::format("{:010}", INT_MAX - version.number); },
                       [&](const PolicyVersion& version) { FillVersion(*policy, version, false, *response.add_versions()); });
  });
}

Status SetDefaultPolicyVersion(const Directory& directory, RequestContext& context,
                               const pb::SetDefaultPolicyVersionRequest& request, pb::SetDefaultPolicyVersionResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(ManagedPolicy policy, OwnPolicy(directory, draft, request.policy_arn()));
    const PolicyVersion* version = FindVersion(policy, request.version_id());
    if (version == nullptr) return NoVersion(request.policy_arn(), request.version_id());
    policy.default_version = version->number;
    policy.updated_at = context.now;
    draft.Put(policy);
    return absl::OkStatus();
  });
}

Status DeletePolicyVersion(const Directory& directory, RequestContext& context, const pb::DeletePolicyVersionRequest& request,
                           pb::DeletePolicyVersionResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(ManagedPolicy policy, OwnPolicy(directory, draft, request.policy_arn()));
    const PolicyVersion* version = FindVersion(policy, request.version_id());
    if (version == nullptr) return NoVersion(request.policy_arn(), request.version_id());
    const int number = version->number;
    if (number == policy.default_version) return Conflict("Cannot delete the default version of a policy.");
    std::erase_if(policy.versions, [&](const PolicyVersion& v) { return v.number == number; });
    draft.Put(policy);
    return absl::OkStatus();
  });
}

// Somebody who has a policy: exactly one of the three.
struct Holder {
  const IamUser* user = nullptr;
  const IamGroup* group = nullptr;
  const IamRole* role = nullptr;
};

// Those of one table, by kind and name.
template <typename Record>
void AddHolders(const Table<Record>& table, const Record* Holder::* as, const pb::ListEntitiesForPolicyRequest& request,
                std::vector<std::pair<std::string, Holder>>& holders) {
  const std::string kind(EntityKind<Record>::kTitle);
  const bool of_policies = request.entity_filter() == "LocalManagedPolicy" || request.entity_filter() == "AWSManagedPolicy";
  if (request.has_entity_filter() && !of_policies && request.entity_filter() != kind) return;
  for (const auto& [key, record] : table) {
    const auto& attached = record->attached;
    bool holds = request.policy_usage_filter() != kAsBoundary &&
                 std::find(attached.begin(), attached.end(), request.policy_arn()) != attached.end();
    if constexpr (requires { record->boundary; }) {
      holds |= request.policy_usage_filter() != kAsPermissions && record->boundary == request.policy_arn();
    }
    if (!holds || !record->path.starts_with(request.path_prefix())) continue;
    Holder holder;
    holder.*as = record.get();
    holders.emplace_back(kind + " " + key, holder);
  }
}

void Fill(const Holder& holder, pb::ListEntitiesForPolicyResponse& response) {
  if (holder.user != nullptr) {
    auto& out = *response.add_policy_users();
    out.set_user_name(holder.user->name);
    out.set_user_id(holder.user->id);
  } else if (holder.group != nullptr) {
    auto& out = *response.add_policy_groups();
    out.set_group_name(holder.group->name);
    out.set_group_id(holder.group->id);
  } else {
    auto& out = *response.add_policy_roles();
    out.set_role_name(holder.role->name);
    out.set_role_id(holder.role->id);
  }
}

Status ListEntitiesForPolicy(const Directory& directory, RequestContext& context, const pb::ListEntitiesForPolicyRequest& request,
                             pb::ListEntitiesForPolicyResponse& response) {
  RETURN_IF_ERROR(CheckUsageFilter(request));
  if (request.has_entity_filter()) {
    RETURN_IF_ERROR(CheckChoice("entityFilter", request.entity_filter(),
                                {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}));
  }
  return context.region.store.Read([&](const State& state) -> Status {
    if (FindPolicy(state, directory.location(), request.policy_arn()) == nullptr) return NotFound(request.policy_arn());
    std::vector<std::pair<std::string, Holder>> holders;
    AddHolders(state.iam_groups, &Holder::group, request, holders);
    AddHolders(state.iam_roles, &Holder::role, request, holders);
    AddHolders(state.iam_users, &Holder::user, request, holders);
    return FillIamPage(request, response, holders, [](const auto& holder) { return holder.first; },
                       [&](const auto& holder) { Fill(holder.second, response); });
  });
}

Status TagPolicy(const Directory& directory, RequestContext& context, const pb::TagPolicyRequest& request, pb::TagPolicyResponse&) {
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, CheckedTags(request.tags()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(ManagedPolicy policy, OwnPolicy(directory, draft, request.policy_arn()));
    RETURN_IF_ERROR(MergeTags(policy.tags, tags));
    draft.Put(policy);
    return absl::OkStatus();
  });
}

Status UntagPolicy(const Directory& directory, RequestContext& context, const pb::UntagPolicyRequest& request,
                   pb::UntagPolicyResponse&) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(ManagedPolicy policy, OwnPolicy(directory, draft, request.policy_arn()));
    DropTags(policy.tags, request.tag_keys());
    draft.Put(policy);
    return absl::OkStatus();
  });
}

Status ListPolicyTags(const Directory& directory, RequestContext& context, const pb::ListPolicyTagsRequest& request,
                      pb::ListPolicyTagsResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    const ManagedPolicy* policy = FindPolicy(state, directory.location(), request.policy_arn());
    if (policy == nullptr) return NotFound(request.policy_arn());
    return FillTagPage(request, response, policy->tags);
  });
}

}  // namespace

void AddManagedPolicyHandlers(HandlerTable& table, const Directory& directory) {
  table["CreatePolicy"] = WithDirectory(directory, CreatePolicy);
  table["GetPolicy"] = WithDirectory(directory, GetPolicy);
  table["DeletePolicy"] = WithDirectory(directory, DeletePolicy);
  table["ListPolicies"] = WithDirectory(directory, ListPolicies);
  table["CreatePolicyVersion"] = WithDirectory(directory, CreatePolicyVersion);
  table["GetPolicyVersion"] = WithDirectory(directory, GetPolicyVersion);
  table["ListPolicyVersions"] = WithDirectory(directory, ListPolicyVersions);
  table["SetDefaultPolicyVersion"] = WithDirectory(directory, SetDefaultPolicyVersion);
  table["DeletePolicyVersion"] = WithDirectory(directory, DeletePolicyVersion);
  table["ListEntitiesForPolicy"] = WithDirectory(directory, ListEntitiesForPolicy);
  table["TagPolicy"] = WithDirectory(directory, TagPolicy);
  table["UntagPolicy"] = WithDirectory(directory, UntagPolicy);
  table["ListPolicyTags"] = WithDirectory(directory, ListPolicyTags);
}

}  // namespace elastilab
