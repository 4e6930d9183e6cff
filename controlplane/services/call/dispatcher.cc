#include "controlplane/services/call/dispatcher.h"

#include <spdlog/spdlog.h>

#include <exception>

#include "controlplane/region/faults/faults.h"
#include "schema/required.h"

namespace elastilab {

Dispatcher::Dispatcher(Region& region, HandlerTable handlers, DispatchHooks hooks, const std::vector<Operation>& operations)
    : region_(region), handlers_(std::move(handlers)), hooks_(std::move(hooks)) {
  for (const Operation& operation : operations) operations_[operation.name] = &operation;
}

Status Dispatcher::Call(const Operation& operation, RequestContext& context, const google::protobuf::Message& request,
                        google::protobuf::Message* response) const {
  if (hooks_.authorize) RETURN_IF_ERROR(hooks_.authorize(operation, context, request));
  RETURN_IF_ERROR(CheckRequired(request));
  auto handler = handlers_.find(operation.name);
  if (handler == handlers_.end()) return NotServedYet(operation.name);
  return handler->second(context, request, response);
}

Status Dispatcher::Dispatch(const std::string& name, RequestContext& context, const google::protobuf::Message& request,
                            google::protobuf::Message* response) const {
  const auto known = operations_.find(name);
  if (known == operations_.end()) return InvalidAction(name);
  const Operation& operation = *known->second;
  Status status;
  try {
    status = Call(operation, context, request, response);
  } catch (const std::exception& error) {
    spdlog::error("{} {} failed: {}", context.request_id, name, error.what());
    status = absl::InternalError("an internal error; the control plane's log has it under the request id");
  }
  // Requests may carry secrets and are not logged.
  spdlog::debug("{} {} {}", context.request_id, name, status.ok() ? "ok" : std::string(status.message()));
  if (hooks_.audit) hooks_.audit(operation, context, request, status, status.ok() ? response : nullptr);
  return status;
}

}  // namespace elastilab
