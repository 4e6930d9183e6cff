#include "controlplane/api/tag_sets.h"

#include <algorithm>

#include "controlplane/api/validate_names.h"
#include "controlplane/faults/tag_faults.h"

namespace elastilab {

Status AddTags(Draft& draft, const std::string& arn, const std::vector<Tag>& tags) {
  if (tags.empty()) return absl::OkStatus();
  const TagSet* found = draft.Find<TagSet>(arn);
  TagSet set = found == nullptr ? TagSet{arn, {}} : *found;
  for (const Tag& tag : tags) {
    const auto existing = std::find_if(set.tags.begin(), set.tags.end(), [&](const Tag& t) { return t.key == tag.key; });
    if (existing == set.tags.end()) {
      set.tags.push_back(tag);
    } else {
      existing->value = tag.value;
    }
  }
  if (set.tags.size() > kMaxTags) return TagQuotaExceeded(kMaxTags);
  draft.Put(std::move(set));
  return absl::OkStatus();
}

void RemoveTags(Draft& draft, const std::string& arn, const std::vector<std::string>& keys) {
  const TagSet* found = draft.Find<TagSet>(arn);
  if (found == nullptr) return;
  TagSet set = *found;
  std::erase_if(set.tags, [&](const Tag& tag) { return std::find(keys.begin(), keys.end(), tag.key) != keys.end(); });
  if (set.tags.empty()) {
    draft.Erase<TagSet>(arn);
  } else {
    draft.Put(std::move(set));
  }
}

std::vector<Tag> TagsAt(const Draft& draft, const std::string& arn) {
  const TagSet* found = draft.Find<TagSet>(arn);
  return found == nullptr ? std::vector<Tag>{} : found->tags;
}

std::string ClusterArn(const Region& region, const std::string& id) { return Arn(region.location, "cluster", id); }
std::string GroupArn(const Region& region, const std::string& id) { return Arn(region.location, "replicationgroup", id); }

}  // namespace elastilab
