// From records to reply messages: every member that the service shows. From the visible state, or from a draft, which
// shows the change that is being made.
#pragma once

#include "controlplane/api/context.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"

namespace elastilab {

elasticache::v1::CacheCluster ToReply(const CacheCluster& cluster, const State& state, const Region& region,
                                      bool show_node_info);
elasticache::v1::CacheCluster ToReply(const CacheCluster& cluster, const Draft& draft, const Region& region,
                                      bool show_node_info);
elasticache::v1::ReplicationGroup ToReply(const ReplicationGroup& group, const State& state, const Region& region);
elasticache::v1::ReplicationGroup ToReply(const ReplicationGroup& group, const Draft& draft, const Region& region);
elasticache::v1::CacheSubnetGroup ToReply(const SubnetGroup& group, const Region& region);
elasticache::v1::Event ToReply(const Event& event);

google::protobuf::Timestamp ToTimestamp(ServiceTime time);
ServiceTime FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace elastilab
