// The operations of IAM, by their AWS names.
#pragma once

#include "controlplane/identity/directory/directory.h"
#include "controlplane/services/call/context.h"
#include "schema/identity_operations.h"

namespace elastilab {

// `directory` outlives the table.
HandlerTable IamHandlers(const Directory& directory);

// One per noun; IamHandlers puts them together.
void AddUserHandlers(HandlerTable& table, const Directory& directory);
void AddGroupHandlers(HandlerTable& table, const Directory& directory);
void AddRoleHandlers(HandlerTable& table, const Directory& directory);
void AddAccessKeyHandlers(HandlerTable& table, const Directory& directory);
void AddManagedPolicyHandlers(HandlerTable& table, const Directory& directory);
void AddPrincipalPolicyHandlers(HandlerTable& table, const Directory& directory);  // attached, inline, boundaries
void AddSimulationHandlers(HandlerTable& table, const Directory& directory);

// The table holds untyped messages; each handler gets its own kind, and the directory.
template <typename Request, typename Response>
Handler WithDirectory(const Directory& directory,
                      Status (*handler)(const Directory&, RequestContext&, const Request&, Response&)) {
  return [&directory, handler](RequestContext& context, const google::protobuf::Message& request,
                               google::protobuf::Message* response) {
    return handler(directory, context, static_cast<const Request&>(request), static_cast<Response&>(*response));
  };
}

}  // namespace elastilab
