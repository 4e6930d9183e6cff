#include <utility>

#include "controlplane/region/catalog/parameter_groups.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/provision.h"
#include "controlplane/services/elasticache/security_groups.h"
#include "controlplane/services/elasticache/users.h"
#include "proto/elasticache/v1/tags.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

// ---- Which resources there are. `source` is a Draft or the State. --------------------------------------------------

template <typename Source>
Status CheckCluster(const Source& source, const std::string& name) {
  const CacheCluster* cluster = source.template Find<CacheCluster>(name);
  if (cluster == nullptr || cluster->status == ClusterStatus::kDeleting) return CacheClusterNotFound(name);
  return absl::OkStatus();
}

template <typename Source>
Status CheckGroup(const Source& source, const std::string& name) {
  const ReplicationGroup* group = source.template Find<ReplicationGroup>(name);
  if (group == nullptr) return ReplicationGroupNotFound(name);
  if (group->status == GroupStatus::kAvailable) return absl::OkStatus();
  // Tools match the text.
  return InvalidReplicationGroupState("Cluster not in available state to perform tagging operations.");
}

template <typename Source>
Status CheckUser(const Source& source, const std::string& id) {
  const CacheUser* user = FindUser(source, id);
  if (user == nullptr) return UserNotFound(id);
  return user->status == UserStatus::kActive ? absl::OkStatus() : UserNotTaggable(id);
}

template <typename Source>
Status CheckUserGroup(const Source& source, const std::string& id) {
  const CacheUserGroup* group = source.template Find<CacheUserGroup>(id);
  if (group == nullptr) return UserGroupNotFound(id);
  return group->status == UserStatus::kActive ? absl::OkStatus() : UserGroupNotTaggable(id);
}

// The resource behind an ARN exists and can be tagged in the state it is in; else the type's own fault.
template <typename Source>
Status CheckTaggable(const Source& source, const Region& region, const ParsedArn& arn) {
  const std::string& name = arn.name;
  if (arn.type == "cluster") return CheckCluster(source, name);
  if (arn.type == "replicationgroup") return CheckGroup(source, name);
  if (arn.type == "user") return CheckUser(source, name);
  if (arn.type == "usergroup") return CheckUserGroup(source, name);
  if (arn.type == "subnetgroup") return FindSubnetGroup(region, source, name).status();
  if (arn.type == "securitygroup") {
    return FindSecurityGroup(source, name) != nullptr ? absl::OkStatus() : CacheSecurityGroupNotFound(name);
  }
  if (arn.type == "reserved-instance") {
    return source.template Find<ReservedNode>(name) != nullptr ? absl::OkStatus() : ReservedCacheNodeNotFound(name);
  }
  if (arn.type == "parametergroup") {
    return FindParameterGroup(source, name) ? absl::OkStatus() : CacheParameterGroupNotFound(name);
  }
  // There can be none of these yet.
  if (arn.type == "snapshot") return SnapshotNotFound(name);
  if (arn.type == "serverlesscache") return ServerlessCacheNotFound(name);
  if (arn.type == "serverlesscachesnapshot") return ServerlessCacheSnapshotNotFound(name);
  return InvalidParameterValue("A " + arn.type + " cannot have tags.");
}

// The name in lower case, as all are stored.
StatusOr<ParsedArn> ReadArn(const Region& region, const std::string& text) {
  auto parsed = ParseArn(text);
  if (!parsed) return InvalidArn(text);
  parsed->name = LowerCase(parsed->name);
  // Right in every part: partition, region, account.
  if (Arn(region.location, parsed->type, parsed->name) !=
      text.substr(0, text.size() - parsed->name.size()) + parsed->name) {
    return InvalidArn(text);
  }
  return *parsed;
}

// ---- Tags ----------------------------------------------------------------------------------------------------------

// The ARNs that share the tags of a resource: those of a replication group go to its members too.
std::vector<std::string> Sharing(const Draft& draft, const Region& region, const ParsedArn& arn) {
  std::vector<std::string> arns = {Arn(region.location, arn.type, arn.name)};
  if (arn.type != "replicationgroup") return arns;
  for (const std::string& member : draft.Find<ReplicationGroup>(arn.name)->member_clusters) {
    arns.push_back(Arn(region.location, "cluster", member));
  }
  return arns;
}

Status CheckMayChange(const ParsedArn& arn) {
  if (arn.type != "parametergroup" || !ParseDefaultParameterGroup(arn.name)) return absl::OkStatus();
  return InvalidParameterValue("The default parameter group " + arn.name + " cannot be tagged: make one of your own.");
}

template <typename Source>
std::vector<Tag> TagsOf(const Source& source, const Region& region, const ParsedArn& arn) {
  const TagSet* set = source.template Find<TagSet>(Arn(region.location, arn.type, arn.name));
  return set == nullptr ? std::vector<Tag>() : set->tags;
}

template <typename Response>
void FillTags(const std::vector<Tag>& tags, Response& response) {
  for (const Tag& tag : tags) {
    auto* out = response.add_tag_list();
    out->set_key(tag.key);
    out->set_value(tag.value);
  }
}

Status RemoveTags(Draft& draft, const std::string& arn, const std::vector<std::string>& keys, bool must_exist) {
  const TagSet* found = draft.Find<TagSet>(arn);
  TagSet set = found == nullptr ? TagSet{arn, {}} : *found;
  for (const std::string& key : keys) {
    const size_t removed = std::erase_if(set.tags, [&](const Tag& tag) { return tag.key == key; });
    if (removed == 0 && must_exist) return TagNotFound(key);
  }
  if (set.tags.empty()) {
    draft.Erase<TagSet>(arn);
  } else {
    draft.Put(set);
  }
  return absl::OkStatus();
}

}  // namespace

Status AddTagsToResource(RequestContext& context, const v1::AddTagsToResourceRequest& request,
                         v1::AddTagsToResourceResponse& response) {
  const Region& region = context.region;
  ASSIGN_OR_RETURN(const ParsedArn arn, ReadArn(region, request.resource_name()));
  const auto add = [&](Draft& draft) -> StatusOr<std::vector<Tag>> {
    RETURN_IF_ERROR(CheckTaggable(draft, region, arn));
    RETURN_IF_ERROR(CheckMayChange(arn));
    for (const std::string& shared : Sharing(draft, region, arn))
      RETURN_IF_ERROR(PutTags(draft, shared, ReadTags(request.tags())));
    return TagsOf(draft, region, arn);
  };
  ASSIGN_OR_RETURN(const auto tags, region.store.Mutate(add));
  FillTags(tags, response);
  return absl::OkStatus();
}

Status RemoveTagsFromResource(RequestContext& context, const v1::RemoveTagsFromResourceRequest& request,
                              v1::RemoveTagsFromResourceResponse& response) {
  const Region& region = context.region;
  ASSIGN_OR_RETURN(const ParsedArn arn, ReadArn(region, request.resource_name()));
  const std::vector<std::string> keys(request.tag_keys().begin(), request.tag_keys().end());
  const auto remove = [&](Draft& draft) -> StatusOr<std::vector<Tag>> {
    RETURN_IF_ERROR(CheckTaggable(draft, region, arn));
    RETURN_IF_ERROR(CheckMayChange(arn));
    // A member may have lost a tag of the group's on its own.
    bool first = true;
    for (const std::string& shared : Sharing(draft, region, arn)) {
      RETURN_IF_ERROR(RemoveTags(draft, shared, keys, std::exchange(first, false)));
    }
    return TagsOf(draft, region, arn);
  };
  ASSIGN_OR_RETURN(const auto tags, region.store.Mutate(remove));
  FillTags(tags, response);
  return absl::OkStatus();
}

Status ListTagsForResource(RequestContext& context, const v1::ListTagsForResourceRequest& request,
                           v1::ListTagsForResourceResponse& response) {
  const Region& region = context.region;
  ASSIGN_OR_RETURN(const ParsedArn arn, ReadArn(region, request.resource_name()));
  return region.store.Read([&](const State& state) -> Status {
    RETURN_IF_ERROR(CheckTaggable(state, region, arn));
    FillTags(TagsOf(state, region, arn), response);
    return absl::OkStatus();
  });
}

void AddTagHandlers(HandlerTable& table) {
  table["AddTagsToResource"] = Typed(AddTagsToResource);
  table["RemoveTagsFromResource"] = Typed(RemoveTagsFromResource);
  table["ListTagsForResource"] = Typed(ListTagsForResource);
}

}  // namespace elastilab
