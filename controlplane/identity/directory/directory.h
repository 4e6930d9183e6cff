// The account's identities as the hot path needs them: whose key is this, which policies bind this caller. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/signature/authenticator.h"
#include "controlplane/region/catalog/naming.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

// The account's root has a key that everybody knows, as users of other emulators expect: the lab is on loopback only.
inline constexpr std::string_view kRootAccessKey = "test";
inline constexpr std::string_view kRootSecret = "test";

class Directory {
 public:
  Directory(const Store& store, const Clock& clock, const LabKey& key, Location where)
      : store_(store), clock_(clock), key_(key), where_(std::move(where)) {}

  // For Authenticator: keys of users, sessions, and root's. Inactive keys count as unknown, and so do sessions of users and
  // roles that are gone.
  StatusOr<KnownKey> FindKey(const std::string& access_key_id, const std::string& session_token) const;

  // For Authorizer: all policies that bind the caller. What is attached and cannot be read any more binds nothing.
  PolicySet PoliciesOf(const Caller& caller) const;
  // The same for a principal by name; NoSuchEntity when there is none.
  StatusOr<PolicySet> PoliciesOfPrincipal(const std::string& arn) const;

  // The caller that a user, or a session of a role, would be; the account's root for its ARN. NoSuchEntity when there is no
  // such principal.
  StatusOr<Caller> CallerOfPrincipal(const std::string& arn) const;

  // "arn:aws:iam::…:user/team/alice" of an existing user, group, role or policy; empty when there is none.
  std::string ArnOf(std::string_view type, std::string_view name) const;

  // Tags of any resource of the account: what aws:ResourceTag/… tells.
  std::map<std::string, std::string> TagsOf(const std::string& arn) const;

  // When a user's key was used last: kept in memory only.
  struct LastUse {
    ServiceTime at;
    std::string service;
  };
  void NoteUse(const std::string& access_key_id, const std::string& service) const;
  std::optional<LastUse> LastUseOf(const std::string& access_key_id) const;

  const LabKey& key() const { return key_; }
  const Location& location() const { return where_; }

 private:
  StatusOr<KnownKey> FindUserKey(const std::string& access_key_id) const;
  Status CheckStillThere(Caller& caller) const;
  void ApplySession(const Caller& caller, const State& state, PolicySet& set) const;
  CompiledPolicyPtr Compiled(const std::string& document, PolicyKind kind) const;
  void Apply(const State& state, const std::vector<std::string>& attached, const std::vector<InlinePolicy>& inline_policies,
             const std::string& owner, PolicySet& set) const;
  void ApplyUser(const State& state, const IamUser& user, PolicySet& set) const;
  void ApplyRole(const State& state, const IamRole& role, PolicySet& set) const;
  void ApplyBoundary(const State& state, const std::string& arn, const std::string& owner, PolicySet& set) const;
  void ApplyManaged(const State& state, const std::string& arn, const std::string& owner, PolicyKind kind,
                    std::vector<AppliedPolicy>& to) const;

  const Store& store_;
  const Clock& clock_;
  const LabKey& key_;
  const Location where_;
  mutable std::shared_mutex compiled_mu_;
  mutable std::unordered_map<std::string, CompiledPolicyPtr> compiled_;  // by kind and text
  mutable std::mutex used_mu_;
  mutable std::map<std::string, LastUse> used_;
};

// ARNs of what is in the account. `path` begins and ends with a slash.
std::string IamArn(const Location& where, std::string_view type, std::string_view path, std::string_view name);
// "arn:aws:iam::aws:policy/ReadOnlyAccess"
std::string AwsPolicyArn(std::string_view name);
// The managed policy of this ARN, the account's or AWS's; null when there is none. `source` is a Draft or the State.
template <typename Source>
const ManagedPolicy* FindPolicy(const Source& source, const Location& where, const std::string& arn);

}  // namespace elastilab
