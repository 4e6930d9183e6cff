// Where every call of a service arrives, whatever face it came through: known operation, may the caller, required
// members, handler; and what is written down of it afterwards.
#pragma once

#include <vector>

#include "controlplane/services/call/context.h"
#include "schema/operations.h"

namespace elastilab {

// What stands around the handlers. Each may be empty: then everybody may do everything, and nothing is written down.
struct DispatchHooks {
  // AccessDenied when the caller may not. Says what decided in the context.
  std::function<Status(const Operation&, RequestContext&, const google::protobuf::Message& request)> authorize;
  // Called after each call, before it is answered. `response` is null when it failed.
  std::function<void(const Operation&, const RequestContext&, const google::protobuf::Message& request, const Status&,
                     const google::protobuf::Message* response)>
      audit;
};

// One per service (ElastiCache, IAM, STS). Thread-safe.
class Dispatcher {
 public:
  // `operations` are the service's, those not served included.
  Dispatcher(Region& region, HandlerTable handlers, DispatchHooks hooks = {},
             const std::vector<Operation>& operations = AllOperations());

  // Errors are faults (schema/fault.h), save Unavailable when the store could not save.
  Status Dispatch(const std::string& operation, RequestContext& context, const google::protobuf::Message& request,
                  google::protobuf::Message* response) const;

  // Whether this version serves the operation.
  bool Serves(std::string_view operation) const { return handlers_.contains(operation); }

 private:
  Status Call(const Operation& operation, RequestContext& context, const google::protobuf::Message& request,
              google::protobuf::Message* response) const;

  Region& region_;
  const HandlerTable handlers_;
  const DispatchHooks hooks_;
  std::map<std::string, const Operation*, std::less<>> operations_;
};

}  // namespace elastilab
