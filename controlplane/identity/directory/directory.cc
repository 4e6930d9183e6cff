#include "controlplane/identity/directory/directory.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "common/text.h"
#include "controlplane/identity/directory/aws_policies.h"
#include "controlplane/identity/directory/credentials.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr size_t kMaxCompiled = 4096;
constexpr std::string_view kAwsPolicies = "arn:aws:iam::aws:policy/";

const std::string& DefaultDocument(const ManagedPolicy& policy) {
  for (const PolicyVersion& version : policy.versions) {
    if (version.number == policy.default_version) return version.document;
  }
  return policy.versions.back().document;
}

CompiledPolicyPtr AllowNothing() {
  static const CompiledPolicyPtr& nothing = *new CompiledPolicyPtr(
      *CompilePolicy(R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "none:None", "Resource": "*"}})",
                     PolicyKind::kSession));
  return nothing;
}

std::string LastPart(std::string_view arn) { return std::string(arn.substr(arn.rfind('/') + 1)); }

Caller CallerOf(const IamUser& user, const Location& where) {
  Caller caller;
  caller.type = PrincipalType::kUser;
  caller.account = where.account;
  caller.arn = IamArn(where, "user", user.path, user.name);
  caller.user_id = user.id;
  caller.user_name = user.name;
  for (const Tag& tag : user.tags) caller.session_tags[tag.key] = tag.value;
  return caller;
}

}  // namespace

std::string IamArn(const Location& where, std::string_view type, std::string_view path, std::string_view name) {
  return fmt::format("arn:aws:iam::{}:{}{}{}", where.account, type, path, name);
}

std::string AwsPolicyArn(std::string_view name) { return fmt::format("{}{}", kAwsPolicies, name); }

template <typename Source>
const ManagedPolicy* FindPolicy(const Source& source, const Location& where, const std::string& arn) {
  if (arn.starts_with(kAwsPolicies)) return FindAwsManagedPolicy(arn.substr(kAwsPolicies.size()));
  const ManagedPolicy* policy = source.template Find<ManagedPolicy>(LowerCase(LastPart(arn)));
  return policy != nullptr && IamArn(where, "policy", policy->path, policy->name) == arn ? policy : nullptr;
}
template const ManagedPolicy* FindPolicy<State>(const State&, const Location&, const std::string&);
template const ManagedPolicy* FindPolicy<Draft>(const Draft&, const Location&, const std::string&);

StatusOr<KnownKey> Directory::FindKey(const std::string& access_key_id, const std::string& session_token) const {
  if (!session_token.empty()) {
    ASSIGN_OR_RETURN(Session session, OpenSession(key_, access_key_id, session_token));
    if (clock_.Now() >= session.expires_at) return ExpiredToken();
    RETURN_IF_ERROR(CheckStillThere(session.caller));
    return KnownKey{SecretAccessKey(key_, access_key_id), std::move(session.caller)};
  }
  if (access_key_id == kRootAccessKey) return KnownKey{Secret(std::string(kRootSecret)), RootCaller(where_.account)};
  return FindUserKey(access_key_id);
}

StatusOr<KnownKey> Directory::FindUserKey(const std::string& access_key_id) const {
  return store_.Read([&](const State& state) -> StatusOr<KnownKey> {
    const AccessKey* key = state.Find<AccessKey>(access_key_id);
    const IamUser* user = key == nullptr ? nullptr : state.Find<IamUser>(LowerCase(key->user_name));
    if (user == nullptr || !key->active) return InvalidClientTokenId();
    return KnownKey{SecretAccessKey(key_, access_key_id), CallerOf(*user, where_)};
  });
}

// A session outlives the key it was made with and a new name of its user, but not the user or role itself.
Status Directory::CheckStillThere(Caller& caller) const {
  return store_.Read([&](const State& state) -> Status {
    if (!caller.role_name.empty()) {
      const IamRole* role = state.Find<IamRole>(LowerCase(caller.role_name));
      return role != nullptr && caller.user_id.starts_with(role->id + ":") ? absl::OkStatus() : InvalidClientTokenId();
    }
    if (caller.user_name.empty()) return absl::OkStatus();
    const IamUser* user = state.Find<IamUser>(LowerCase(caller.user_name));
    if (user != nullptr && user->id == caller.user_id) return absl::OkStatus();
    for (const auto& [key, other] : state.iam_users) {
      if (other->id != caller.user_id) continue;
      caller.user_name = other->name;
      caller.arn = IamArn(where_, "user", other->path, other->name);
      return absl::OkStatus();
    }
    return InvalidClientTokenId();
  });
}

CompiledPolicyPtr Directory::Compiled(const std::string& document, PolicyKind kind) const {
  const std::string id = std::to_string(static_cast<int>(kind)) + document;
  {
    std::shared_lock lock(compiled_mu_);
    if (auto it = compiled_.find(id); it != compiled_.end()) return it->second;
  }
  auto compiled = CompilePolicy(document, kind);
  if (!compiled.ok()) spdlog::error("a stored policy cannot be read: {}", std::string(compiled.status().message()));
  CompiledPolicyPtr policy = compiled.ok() ? *std::move(compiled) : nullptr;
  std::unique_lock lock(compiled_mu_);
  if (compiled_.size() >= kMaxCompiled) compiled_.clear();
  compiled_[id] = policy;
  return policy;
}

void Directory::ApplyManaged(const State& state, const std::string& arn, const std::string& owner, PolicyKind kind,
                             std::vector<AppliedPolicy>& to) const {
  const ManagedPolicy* policy = FindPolicy(state, where_, arn);
  if (policy == nullptr) return;
  if (auto compiled = Compiled(DefaultDocument(*policy), kind)) to.push_back({policy->name, owner, std::move(compiled)});
}

// What narrows and cannot be read narrows to nothing.
void Directory::ApplyBoundary(const State& state, const std::string& arn, const std::string& owner, PolicySet& set) const {
  if (arn.empty()) return;
  ApplyManaged(state, arn, owner, PolicyKind::kBoundary, set.boundary);
  if (set.boundary.empty()) set.boundary.push_back({arn, owner, AllowNothing()});
}

void Directory::Apply(const State& state, const std::vector<std::string>& attached,
                      const std::vector<InlinePolicy>& inline_policies, const std::string& owner, PolicySet& set) const {
  for (const InlinePolicy& policy : inline_policies) {
    if (auto compiled = Compiled(policy.document, PolicyKind::kIdentity)) {
      set.identity.push_back({policy.name, owner, std::move(compiled), true});
    }
  }
  for (const std::string& arn : attached) ApplyManaged(state, arn, owner, PolicyKind::kIdentity, set.identity);
}

void Directory::ApplyUser(const State& state, const IamUser& user, PolicySet& set) const {
  Apply(state, user.attached, user.inline_policies, "user " + user.name, set);
  for (const std::string& name : user.groups) {
    const IamGroup* group = state.Find<IamGroup>(LowerCase(name));
    if (group != nullptr) Apply(state, group->attached, group->inline_policies, "group " + group->name, set);
  }
  ApplyBoundary(state, user.boundary, "user " + user.name, set);
}

void Directory::ApplyRole(const State& state, const IamRole& role, PolicySet& set) const {
  Apply(state, role.attached, role.inline_policies, "role " + role.name, set);
  ApplyBoundary(state, role.boundary, "role " + role.name, set);
}

// The default version of a managed policy counts, as it is now.
void Directory::ApplySession(const Caller& caller, const State& state, PolicySet& set) const {
  for (size_t i = 0; i < caller.session_policies.size(); ++i) {
    auto compiled = Compiled(caller.session_policies[i], PolicyKind::kSession);
    set.session.push_back({fmt::format("session policy {}", i + 1), "", compiled ? std::move(compiled) : AllowNothing()});
  }
  for (const std::string& arn : caller.session_policy_arns) {
    const size_t before = set.session.size();
    ApplyManaged(state, arn, "", PolicyKind::kSession, set.session);
    if (set.session.size() == before) set.session.push_back({arn, "", AllowNothing()});
  }
}

PolicySet Directory::PoliciesOf(const Caller& caller) const {
  PolicySet set;
  set.root = caller.type == PrincipalType::kRoot;
  store_.Read([&](const State& state) {
    if (const IamUser* user = caller.user_name.empty() ? nullptr : state.Find<IamUser>(LowerCase(caller.user_name))) {
      if (user->id == caller.user_id) ApplyUser(state, *user, set);
    }
    if (const IamRole* role = caller.role_name.empty() ? nullptr : state.Find<IamRole>(LowerCase(caller.role_name))) {
      if (caller.user_id.starts_with(role->id + ":")) ApplyRole(state, *role, set);
    }
    ApplySession(caller, state, set);
  });
  return set;
}

StatusOr<PolicySet> Directory::PoliciesOfPrincipal(const std::string& arn) const {
  PolicySet set;
  bool found = false;
  store_.Read([&](const State& state) {
    const std::string key = LowerCase(LastPart(arn));
    if (const IamUser* user = state.Find<IamUser>(key); user != nullptr && IamArn(where_, "user", user->path, user->name) == arn) {
      found = true;
      ApplyUser(state, *user, set);
    } else if (const IamRole* role = state.Find<IamRole>(key);
               role != nullptr && IamArn(where_, "role", role->path, role->name) == arn) {
      found = true;
      ApplyRole(state, *role, set);
    } else if (const IamGroup* group = state.Find<IamGroup>(key);
               group != nullptr && IamArn(where_, "group", group->path, group->name) == arn) {
      found = true;
      Apply(state, group->attached, group->inline_policies, "group " + group->name, set);
    }
  });
  if (!found) return MakeFault(elasticache::v1::NO_SUCH_ENTITY, fmt::format("{} is no user, group or role of this account.", arn));
  return set;
}

StatusOr<Caller> Directory::CallerOfPrincipal(const std::string& arn) const {
  if (const Caller root = RootCaller(where_.account); arn == root.arn) return root;
  return store_.Read([&](const State& state) -> StatusOr<Caller> {
    const std::string key = LowerCase(LastPart(arn));
    const IamUser* user = state.Find<IamUser>(key);
    if (user != nullptr && IamArn(where_, "user", user->path, user->name) == arn) return CallerOf(*user, where_);
    const IamRole* role = state.Find<IamRole>(key);
    if (role == nullptr || IamArn(where_, "role", role->path, role->name) != arn) {
      return MakeFault(elasticache::v1::NO_SUCH_ENTITY, fmt::format("{} is no user or role of this account.", arn));
    }
    Caller caller;
    caller.type = PrincipalType::kAssumedRole;
    caller.account = where_.account;
    caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/explained", where_.account, role->name);
    caller.user_id = role->id + ":explained";
    caller.role_name = role->name;
    caller.role_arn = arn;
    for (const Tag& tag : role->tags) caller.session_tags[tag.key] = tag.value;
    return caller;
  });
}

std::string Directory::ArnOf(std::string_view type, std::string_view name) const {
  const std::string key = LowerCase(name);
  return store_.Read([&](const State& state) -> std::string {
    const auto arn = [&](const auto* record) { return record ? IamArn(where_, type, record->path, record->name) : std::string(); };
    if (type == "user") return arn(state.Find<IamUser>(key));
    if (type == "group") return arn(state.Find<IamGroup>(key));
    if (type == "role") return arn(state.Find<IamRole>(key));
    return arn(state.Find<ManagedPolicy>(key));
  });
}

std::map<std::string, std::string> Directory::TagsOf(const std::string& arn) const {
  std::map<std::string, std::string> tags;
  store_.Read([&](const State& state) {
    const auto add = [&](const auto* record, std::string_view type) {
      if (record == nullptr || IamArn(where_, type, record->path, record->name) != arn) return;
      for (const Tag& tag : record->tags) tags[tag.key] = tag.value;
    };
    if (const TagSet* set = state.Find<TagSet>(arn)) {
      for (const Tag& tag : set->tags) tags[tag.key] = tag.value;
    } else if (arn.starts_with(fmt::format("arn:aws:iam::{}:", where_.account))) {
      const std::string key = LowerCase(LastPart(arn));
      add(state.Find<IamUser>(key), "user");
      add(state.Find<IamRole>(key), "role");
      add(state.Find<ManagedPolicy>(key), "policy");
    }
  });
  return tags;
}

void Directory::NoteUse(const std::string& access_key_id, const std::string& service) const {
  if (!access_key_id.starts_with("AKIA")) return;  // sessions come and go, and nobody can ask for theirs
  std::lock_guard lock(used_mu_);
  used_[access_key_id] = {clock_.Now(), service};
}

std::optional<Directory::LastUse> Directory::LastUseOf(const std::string& access_key_id) const {
  std::lock_guard lock(used_mu_);
  const auto it = used_.find(access_key_id);
  return it == used_.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace elastilab
