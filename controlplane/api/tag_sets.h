// Tags as they are kept: one TagSet per ARN. A member's own set starts as a copy of its group's.
#pragma once

#include <string>
#include <vector>

#include "controlplane/api/context.h"

namespace elastilab {

// Adds or overwrites. TagQuotaPerResourceExceeded when there would be more than 50.
Status AddTags(Draft& draft, const std::string& arn, const std::vector<Tag>& tags);
// Those of `keys` that are not there are passed over.
void RemoveTags(Draft& draft, const std::string& arn, const std::vector<std::string>& keys);
std::vector<Tag> TagsAt(const Draft& draft, const std::string& arn);

std::string ClusterArn(const Region& region, const std::string& id);
std::string GroupArn(const Region& region, const std::string& id);


}  // namespace elastilab
