// Records as the API shows them.
#pragma once

#include "controlplane/region/store/state.h"
#include "controlplane/services/call/context.h"
#include "controlplane/services/call/timestamps.h"

namespace elasticache::v1 {
class CacheCluster;
class CacheSubnetGroup;
class Endpoint;
class ReplicationGroup;
}  // namespace elasticache::v1

namespace elastilab {

// Finds records by key; a Draft within a mutation, the State elsewhere.
struct Lookup {
  std::function<const ReplicationGroup*(const std::string&)> group;
  std::function<const CacheCluster*(const std::string&)> cluster;
  std::function<const NodeGroup*(const std::string&)> node_group;
  std::function<const CacheNode*(NodeUid)> node;
};
template <typename Source>
Lookup LookupIn(const Source& source) {
  return {[&source](const std::string& id) { return source.template Find<ReplicationGroup>(id); },
          [&source](const std::string& id) { return source.template Find<CacheCluster>(id); },
          [&source](const std::string& key) { return source.template Find<NodeGroup>(key); },
          [&source](NodeUid uid) { return source.template Find<CacheNode>(uid); }};
}

// A record as a mutation left it, with those that its reply shows besides: what the mutation returns, so that the reply
// is built after the commit, of what was committed.
template <typename Record>
struct Shown {
  Record record;
  State around;
};
Shown<CacheCluster> Show(const Draft& draft, const CacheCluster& cluster);
Shown<ReplicationGroup> Show(const Draft& draft, const ReplicationGroup& group);

void FillCacheCluster(const CacheCluster& cluster, const Lookup& find, const Region& region, bool show_nodes,
                      elasticache::v1::CacheCluster& out);
void FillReplicationGroup(const ReplicationGroup& group, const Lookup& find, const Region& region,
                          elasticache::v1::ReplicationGroup& out);
void FillReply(const Shown<CacheCluster>& cluster, const Region& region, elasticache::v1::CacheCluster& out);
void FillReply(const Shown<ReplicationGroup>& group, const Region& region, elasticache::v1::ReplicationGroup& out);
void FillSubnetGroup(const SubnetGroup& group, const Region& region, elasticache::v1::CacheSubnetGroup& out);

}  // namespace elastilab
