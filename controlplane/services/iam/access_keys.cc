#include <fmt/format.h>

#include "controlplane/services/iam/entities.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "proto/iam/v1/access_keys.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

constexpr int kMaxKeysPerUser = 2;

// The caller's own keys when no name is given.
StatusOr<std::string> UserOf(const RequestContext& context, const std::string& name) {
  if (!name.empty()) return name;
  if (!context.caller.user_name.empty()) return context.caller.user_name;
  return MakeFault(elasticache::v1::VALIDATION_ERROR, "Must specify userName when calling with non-User credentials");
}

std::vector<const AccessKey*> KeysOf(const std::vector<const AccessKey*>& all, const std::string& user) {
  std::vector<const AccessKey*> keys;
  for (const AccessKey* key : all) {
    if (LowerCase(key->user_name) == LowerCase(user)) keys.push_back(key);
  }
  return keys;
}

StatusOr<AccessKey> FindKeyOf(const Draft& draft, const std::string& user, const std::string& id) {
  const AccessKey* key = draft.Find<AccessKey>(id);
  if (key != nullptr && LowerCase(key->user_name) == LowerCase(user)) return *key;
  return NoSuchEntity(fmt::format("The Access Key with id {} cannot be found.", id));
}

Status CreateAccessKey(const Directory& directory, RequestContext& context, const pb::CreateAccessKeyRequest& request,
                       pb::CreateAccessKeyResponse& response) {
  ASSIGN_OR_RETURN(const std::string name, UserOf(context, request.user_name()));
  const std::string new_id = NewUniqueId("AKIA");
  const auto create = [&](Draft& draft) -> StatusOr<AccessKey> {
    ASSIGN_OR_RETURN(const IamUser user, FindEntity<IamUser>(draft, name));
    if (KeysOf(draft.All<AccessKey>(), user.name).size() >= kMaxKeysPerUser) {
      return QuotaExceeded("AccessKeysPerUser", kMaxKeysPerUser);
    }
    AccessKey key;
    key.id = new_id;
    key.user_name = user.name;
    key.created_at = context.now;
    draft.Put(key);
    return key;
  };
  ASSIGN_OR_RETURN(const AccessKey key, context.region.store.Mutate(create));
  pb::AccessKey& out = *response.mutable_access_key();
  out.set_user_name(key.user_name);
  out.set_access_key_id(key.id);
  out.set_status("Active");
  out.set_secret_access_key(SecretAccessKey(directory.key(), key.id).Reveal());
  FillTimestamp(key.created_at, *out.mutable_create_date());
  return absl::OkStatus();
}

Status ListAccessKeys(const Directory&, RequestContext& context, const pb::ListAccessKeysRequest& request,
                      pb::ListAccessKeysResponse& response) {
  ASSIGN_OR_RETURN(const std::string name, UserOf(context, request.user_name()));
  return context.region.store.Read([&](const State& state) -> Status {
    ASSIGN_OR_RETURN(const IamUser user, FindEntity<IamUser>(state, name));
    std::vector<const AccessKey*> all;
    for (const auto& [id, key] : state.access_keys) all.push_back(key.get());
    return FillIamPage(request, response, KeysOf(all, user.name), [](const AccessKey* key) { return key->id; },
                       [&](const AccessKey* key) {
                         pb::AccessKeyMetadata& out = *response.add_access_key_metadata();
                         out.set_user_name(key->user_name);
                         out.set_access_key_id(key->id);
                         out.set_status(key->active ? "Active" : "Inactive");
                         FillTimestamp(key->created_at, *out.mutable_create_date());
                       });
  });
}

Status UpdateAccessKey(const Directory&, RequestContext& context, const pb::UpdateAccessKeyRequest& request,
                       pb::UpdateAccessKeyResponse&) {
  if (request.status() != "Active" && request.status() != "Inactive") {
    return MakeFault(elasticache::v1::VALIDATION_ERROR,
                     fmt::format("1 validation error detected: Value '{}' at 'status' failed to satisfy constraint: Member must "
                                 "satisfy enum value set: [Active, Inactive]", request.status()));
  }
  ASSIGN_OR_RETURN(const std::string name, UserOf(context, request.user_name()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(AccessKey key, FindKeyOf(draft, name, request.access_key_id()));
    key.active = request.status() == "Active";
    draft.Put(key);
    return absl::OkStatus();
  });
}

Status DeleteAccessKey(const Directory&, RequestContext& context, const pb::DeleteAccessKeyRequest& request,
                       pb::DeleteAccessKeyResponse&) {
  ASSIGN_OR_RETURN(const std::string name, UserOf(context, request.user_name()));
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const AccessKey key, FindKeyOf(draft, name, request.access_key_id()));
    draft.Erase<AccessKey>(key.id);
    return absl::OkStatus();
  });
}

Status GetAccessKeyLastUsed(const Directory& directory, RequestContext& context, const pb::GetAccessKeyLastUsedRequest& request,
                            pb::GetAccessKeyLastUsedResponse& response) {
  return context.region.store.Read([&](const State& state) -> Status {
    const AccessKey* key = state.Find<AccessKey>(request.access_key_id());
    if (key == nullptr) return NoSuchEntity(fmt::format("The Access Key with id {} cannot be found.", request.access_key_id()));
    response.set_user_name(key->user_name);
    pb::AccessKeyLastUsed& out = *response.mutable_access_key_last_used();
    const auto use = directory.LastUseOf(key->id);
    out.set_service_name(use ? use->service : "N/A");
    out.set_region(use ? directory.location().region : "N/A");
    if (use) FillTimestamp(use->at, *out.mutable_last_used_date());
    return absl::OkStatus();
  });
}

}  // namespace

void AddAccessKeyHandlers(HandlerTable& table, const Directory& directory) {
  table["CreateAccessKey"] = WithDirectory(directory, CreateAccessKey);
  table["ListAccessKeys"] = WithDirectory(directory, ListAccessKeys);
  table["UpdateAccessKey"] = WithDirectory(directory, UpdateAccessKey);
  table["DeleteAccessKey"] = WithDirectory(directory, DeleteAccessKey);
  table["GetAccessKeyLastUsed"] = WithDirectory(directory, GetAccessKeyLastUsed);
}

}  // namespace elastilab
