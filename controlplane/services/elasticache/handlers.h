// The operations of the API that this version serves, by their AWS names.
#pragma once

#include "controlplane/services/call/context.h"

namespace elastilab {

HandlerTable ElastiCacheHandlers();

// One per noun; ElastiCacheHandlers puts them together.
void AddCacheClusterHandlers(HandlerTable& table);      // cache_clusters.cc, modify_cache_cluster.cc, node_types.cc
void AddReplicationGroupHandlers(HandlerTable& table);  // replication_groups.cc, modify_replication_group.cc, replica_count.cc
void AddEventHandlers(HandlerTable& table);
void AddEngineVersionHandlers(HandlerTable& table);
void AddTagHandlers(HandlerTable& table);
void AddParameterGroupHandlers(HandlerTable& table);     // parameter_groups.cc, parameters.cc
void AddSubnetGroupHandlers(HandlerTable& table);
void AddSecurityGroupHandlers(HandlerTable& table);
void AddReservedNodeHandlers(HandlerTable& table);
void AddUserHandlers(HandlerTable& table);
void AddUserGroupHandlers(HandlerTable& table);

// The table holds untyped messages; each handler gets its own kind.
template <typename Request, typename Response>
Handler Typed(Status (*handler)(RequestContext&, const Request&, Response&)) {
  return [handler](RequestContext& context, const google::protobuf::Message& request, google::protobuf::Message* response) {
    return handler(context, static_cast<const Request&>(request), static_cast<Response&>(*response));
  };
}

}  // namespace elastilab
