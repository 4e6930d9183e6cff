#include "controlplane/services/iam/iam_handlers.h"

namespace elastilab {

HandlerTable IamHandlers(const Directory& directory) {
  HandlerTable table;
  AddUserHandlers(table, directory);
  AddGroupHandlers(table, directory);
  AddRoleHandlers(table, directory);
  AddAccessKeyHandlers(table, directory);
  AddManagedPolicyHandlers(table, directory);
  AddPrincipalPolicyHandlers(table, directory);
  AddSimulationHandlers(table, directory);
  return table;
}

}  // namespace elastilab
