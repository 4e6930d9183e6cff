#include "controlplane/api/dispatcher.h"

#include <spdlog/spdlog.h>

#include <exception>

#include "controlplane/faults/faults.h"
#include "schema/operations.h"
#include "schema/required.h"

namespace elastilab {

Status Dispatcher::Call(const std::string& operation, RequestContext& context, const google::protobuf::Message& request,
                        google::protobuf::Message* response) const {
  const Operation* known = FindOperation(operation);
  if (known == nullptr) return InvalidAction(operation);
  RETURN_IF_ERROR(CheckRequired(request));
  auto handler = handlers_.find(operation);
  if (handler == handlers_.end()) return NotServedYet(operation);
  return handler->second(context, request, response);
}

Status Dispatcher::Dispatch(const std::string& operation, RequestContext& context, const google::protobuf::Message& request,
                            google::protobuf::Message* response) const {
  Status status;
  try {
    status = Call(operation, context, request, response);
  } catch (const std::exception& error) {
    spdlog::error("{} {} failed: {}", context.request_id, operation, error.what());
    status = absl::InternalError("an internal error; the control plane's log has it under the request id");
  }
  // Requests may carry secrets and are not logged.
  spdlog::debug("{} {} {}", context.request_id, operation, status.ok() ? "ok" : std::string(status.message()));
  return status;
}

}  // namespace elastilab
