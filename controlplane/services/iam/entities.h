// What handlers of IAM have in common: names, faults in IAM's words, pages, tags, replies.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "common/text.h"
#include "controlplane/identity/directory/credentials.h"
#include "controlplane/identity/directory/directory.h"
#include "controlplane/region/store/store.h"
#include "controlplane/services/call/context.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/call/timestamps.h"

namespace elastilab {

// How IAM calls a kind of entity: "user", and "User" at the beginning of a sentence.
template <typename Record>
struct EntityKind;
template <> struct EntityKind<IamUser> {
  static constexpr std::string_view kName = "user", kTitle = "User", kIdPrefix = "AIDA";
};
template <> struct EntityKind<IamGroup> {
  static constexpr std::string_view kName = "group", kTitle = "Group", kIdPrefix = "AGPA";
};
template <> struct EntityKind<IamRole> {
  static constexpr std::string_view kName = "role", kTitle = "Role", kIdPrefix = "AROA";
};
template <> struct EntityKind<ManagedPolicy> {
  static constexpr std::string_view kName = "policy", kTitle = "Policy", kIdPrefix = "ANPA";
};

// Letters, digits and +=,.@_-; `max` characters. ValidationError names the member.
Status CheckName(std::string_view member, std::string_view name, size_t max);
// "/" or "/…/"; at most 512 characters.
Status CheckPath(std::string_view path);
// At most 1000 characters.
Status CheckDescription(std::string_view text);
// ValidationError that names the member and the choices, unless `value` is one of them.
Status CheckChoice(std::string_view member, std::string_view value, std::initializer_list<std::string_view> choices);

Status NoSuchEntity(std::string message);
Status EntityAlreadyExists(std::string message);
Status DeleteConflict(std::string_view must);  // "must detach all policies first"
Status QuotaExceeded(std::string_view quota, int limit);
// EntityAlreadyExists if it is.
Status CheckTaken(bool taken, std::string_view title, const std::string& name);

template <typename Record, typename Source>
StatusOr<Record> FindEntity(const Source& source, const std::string& name) {
  const Record* found = source.template Find<Record>(LowerCase(name));
  if (found != nullptr) return *found;
  return NoSuchEntity(std::string("The ") + std::string(EntityKind<Record>::kName) + " with name " + name + " cannot be found.");
}

// A new entity with name, path, time and an id that nobody can guess, which is why it is made before the mutation.
template <typename Record>
StatusOr<Record> NewEntity(const RequestContext& context, const std::string& name, const std::string& path);
// Refuses a name that is taken.
template <typename Record>
Status CheckNew(const Draft& draft, const Record& record) {
  return CheckTaken(draft.Find<Record>(LowerCase(record.name)) != nullptr, EntityKind<Record>::kTitle, record.name);
}

// Tags of a request, checked: at most 50, each key once.
template <typename Tags>
StatusOr<std::vector<Tag>> CheckedTags(const Tags& tags);
Status CheckTags(const std::vector<Tag>& tags);
// Adds or changes; refuses more than 50. Keys that differ in case only are one key: the new spelling stays.
Status MergeTags(std::vector<Tag>& tags, const std::vector<Tag>& more);
template <typename Keys>
void DropTags(std::vector<Tag>& tags, const Keys& keys) {
  for (const std::string& key : keys) std::erase_if(tags, [&](const Tag& tag) { return EqualsIgnoringCase(tag.key, key); });
}
template <typename Repeated>
void FillTags(const std::vector<Tag>& tags, Repeated* out) {
  for (const Tag& tag : tags) {
    auto* added = out->Add();
    added->set_key(tag.key);
    added->set_value(tag.value);
  }
}

// Percent-encoded as IAM gives documents out (RFC 3986).
std::string EncodeDocument(std::string_view document);

Status InvalidMaxItems(int given);
// The key behind which the page begins; ValidationError for a marker that is none of this listing's.
StatusOr<std::string> ReadIamMarker(std::string_view listing, std::string_view marker);
// One page of `items`, which are in the order of `key`; `add` takes an item into the reply.
template <typename Request, typename Response, typename Item, typename Key, typename Add>
Status FillIamPage(const Request& request, Response& response, const std::vector<Item>& items, Key key, Add add) {
  const int limit = request.has_max_items() ? request.max_items() : 100;
  if (limit < 1 || limit > 1000) return InvalidMaxItems(limit);
  std::string after;
  if (request.has_marker()) {
    ASSIGN_OR_RETURN(after, ReadIamMarker(ListingOf(request), request.marker()));
  }
  int taken = 0;
  std::string last;
  response.set_is_truncated(false);
  for (const Item& item : items) {
    if (!after.empty() && key(item) <= after) continue;
    if (taken == limit) {
      response.set_is_truncated(true);
      response.set_marker(MarkerFor(ListingOf(request), last));
      break;
    }
    add(item);
    ++taken;
    last = key(item);
  }
  return absl::OkStatus();
}
// One page of tags, in the order of their keys.
template <typename Request, typename Response>
Status FillTagPage(const Request& request, Response& response, std::vector<Tag> tags) {
  const auto key = [](const Tag& tag) { return LowerCase(tag.key); };
  std::sort(tags.begin(), tags.end(), [&](const Tag& a, const Tag& b) { return key(a) < key(b); });
  return FillIamPage(request, response, tags, key, [&](const Tag& tag) { FillTags({tag}, response.mutable_tags()); });
}

template <typename Record>
std::string ArnOfRecord(const Directory& directory, const Record& record) {
  return IamArn(directory.location(), EntityKind<Record>::kName, record.path, record.name);
}

// Trust policies keep meaning whom they meant when a user or role gets another ARN, or (`to` its unique id) is deleted:
// who comes after it under the old name is not trusted. Conditions stay as they are.
void FollowPrincipal(Draft& draft, const std::string& from_arn, const std::string& to);

template <typename Message>
void FillBoundary(const std::string& boundary, Message& out) {
  if (boundary.empty()) return;
  out.mutable_permissions_boundary()->set_permissions_boundary_type("Policy");
  out.mutable_permissions_boundary()->set_permissions_boundary_arn(boundary);
}

// ---- Templates' bodies.

template <typename Record>
StatusOr<Record> NewEntity(const RequestContext& context, const std::string& name, const std::string& path) {
  RETURN_IF_ERROR(CheckPath(path));
  Record record;
  record.name = name;
  record.path = path;
  record.id = NewUniqueId(EntityKind<Record>::kIdPrefix);
  record.created_at = context.now;
  return record;
}

template <typename Tags>
StatusOr<std::vector<Tag>> CheckedTags(const Tags& tags) {
  std::vector<Tag> read;
  for (const auto& tag : tags) read.push_back({tag.key(), tag.value()});
  RETURN_IF_ERROR(CheckTags(read));
  return read;
}

}  // namespace elastilab
