#include <algorithm>

#include "controlplane/api/common_attributes.h"
#include "controlplane/api/handlers.h"
#include "controlplane/api/provision.h"
#include "proto/elasticache/v1/tags.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

// The resource behind an ARN must exist; a replication group must be available. Returns the ARNs that share its tags:
// a group's go to its members too.
StatusOr<std::vector<std::string>> Tagged(const Draft& draft, const Region& region, const std::string& arn) {
  const auto parsed = ParseArn(arn);
  if (!parsed || parsed->region != region.location.region || parsed->account != region.location.account) return InvalidArn(arn);
  if (parsed->type == "cluster") {
    if (draft.Find<CacheCluster>(parsed->name) == nullptr) return CacheClusterNotFound(parsed->name);
    return std::vector<std::string>{arn};
  }
  if (parsed->type == "subnetgroup") {
    if (draft.Find<SubnetGroup>(parsed->name) == nullptr) return CacheSubnetGroupNotFound(parsed->name);
    return std::vector<std::string>{arn};
  }
  if (parsed->type != "replicationgroup") return NotServedYet("Tags on a " + parsed->type);
  const ReplicationGroup* group = draft.Find<ReplicationGroup>(parsed->name);
  if (group == nullptr) return ReplicationGroupNotFound(parsed->name);
  if (group->status != GroupStatus::kAvailable) {
    return InvalidReplicationGroupState("Cluster not in available state to perform tagging operations.");
  }
  std::vector<std::string> arns = {arn};
  for (const std::string& member : group->member_clusters) arns.push_back(Arn(region.location, "cluster", member));
  return arns;
}

template <typename Response>
void FillTags(const Draft& draft, const std::string& arn, Response& response) {
  const TagSet* set = draft.Find<TagSet>(arn);
  if (set == nullptr) return;
  for (const Tag& tag : set->tags) {
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
  draft.Put(set);
  return absl::OkStatus();
}

}  // namespace

Status AddTagsToResource(RequestContext& context, const v1::AddTagsToResourceRequest& request,
                         v1::AddTagsToResourceResponse& response) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const auto arns, Tagged(draft, context.region, request.resource_name()));
    for (const std::string& arn : arns) RETURN_IF_ERROR(PutTags(draft, arn, ReadTags(request.tags())));
    FillTags(draft, request.resource_name(), response);
    return absl::OkStatus();
  });
}

Status RemoveTagsFromResource(RequestContext& context, const v1::RemoveTagsFromResourceRequest& request,
                              v1::RemoveTagsFromResourceResponse& response) {
  const std::vector<std::string> keys(request.tag_keys().begin(), request.tag_keys().end());
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    ASSIGN_OR_RETURN(const auto arns, Tagged(draft, context.region, request.resource_name()));
    for (const std::string& arn : arns) RETURN_IF_ERROR(RemoveTags(draft, arn, keys, arn == arns.front()));
    FillTags(draft, request.resource_name(), response);
    return absl::OkStatus();
  });
}

// Reads within a mutation that changes nothing: no commit, and the rules stay in one place.
Status ListTagsForResource(RequestContext& context, const v1::ListTagsForResourceRequest& request,
                           v1::ListTagsForResourceResponse& response) {
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    RETURN_IF_ERROR(Tagged(draft, context.region, request.resource_name()).status());
    FillTags(draft, request.resource_name(), response);
    return absl::OkStatus();
  });
}

void AddTagHandlers(HandlerTable& table) {
  table["AddTagsToResource"] = Typed(AddTagsToResource);
  table["RemoveTagsFromResource"] = Typed(RemoveTagsFromResource);
  table["ListTagsForResource"] = Typed(ListTagsForResource);
}

}  // namespace elastilab
