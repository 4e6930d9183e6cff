#include "controlplane/services/elasticache/handlers.h"

namespace elastilab {

HandlerTable ElastiCacheHandlers() {
  HandlerTable table;
  AddCacheClusterHandlers(table);
  AddReplicationGroupHandlers(table);
  AddEventHandlers(table);
  AddEngineVersionHandlers(table);
  AddTagHandlers(table);
  AddSubnetGroupHandlers(table);
  AddSecurityGroupHandlers(table);
  AddReservedNodeHandlers(table);
  AddUserHandlers(table);
  AddUserGroupHandlers(table);
  AddParameterGroupHandlers(table);
  return table;
}

}  // namespace elastilab
