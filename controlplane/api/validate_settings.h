// The settings that a cluster and a replication group have in common, from either create request. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "common/status.h"
#include "controlplane/api/specs.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {

// What validation must know beside the request.
struct ValidationFacts {
  std::string region;  // for the default maintenance window
  uint64_t dice = 0;   // a random number: defaults that are chosen are chosen by it
};

StatusOr<CacheSettings> ValidateSettings(const elasticache::v1::CreateCacheClusterRequest& request, Engine engine,
                                         const ValidationFacts& facts);
StatusOr<CacheSettings> ValidateSettings(const elasticache::v1::CreateReplicationGroupRequest& request, Engine engine,
                                         const ValidationFacts& facts);

inline constexpr int kMaxRetentionDays = 35;
// 0 to 35 days.
Status ValidateRetention(int days);
// "active" or "inactive".
Status ValidateTopicStatus(const std::string& status);
// What the service calls 'classic' groups; no account has them any more.
Status RefuseClassicSecurityGroups(bool classic, bool vpc);

// Records from messages.
template <typename Tags>
std::vector<Tag> TagsOf(const Tags& messages) {
  std::vector<Tag> tags;
  for (const auto& tag : messages) tags.push_back({tag.key(), tag.value()});
  return tags;
}
template <typename Words>
std::vector<std::string> WordsOf(const Words& words) {
  return {words.begin(), words.end()};
}

}  // namespace elastilab
