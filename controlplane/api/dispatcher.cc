#include "controlplane/api/dispatcher.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <spdlog/spdlog.h>

#include <exception>

#include "controlplane/faults/common_faults.h"
#include "schema/fault.h"
#include "schema/operations.h"
#include "schema/required.h"

namespace elastilab {
namespace {

// Who asked for what and what came of it. Messages of faults may repeat ids that users typed, never secrets.
void LogRequest(std::string_view operation, const RequestContext& ctx, const Status& status, RealTime::duration took) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  if (status.ok()) {
    spdlog::info("{} {} by {}: ok in {} us", ctx.request_id, operation, ctx.principal, micros);
    return;
  }
  const FaultCode fault = ReportedFault(status);
  const auto level = FaultHttpStatus(fault) >= 500 ? spdlog::level::err : spdlog::level::info;
  spdlog::log(level, "{} {} by {}: {} in {} us: {}", ctx.request_id, operation, ctx.principal, FaultWire(fault), micros,
              std::string(status.message()));
}

}  // namespace

Status Dispatcher::Dispatch(std::string_view operation, RequestContext& ctx, const google::protobuf::Message& request,
                            google::protobuf::Message* response) const {
  const RealTime start = region_.clock.Monotonic();
  Status status;
  try {
    status = Run(operation, ctx, request, response);
  } catch (const std::exception& error) {
    status = absl::InternalError(fmt::format("{} failed: {}", operation, error.what()));
  }
  LogRequest(operation, ctx, status, region_.clock.Monotonic() - start);
  return status;
}

Status Dispatcher::Run(std::string_view operation, RequestContext& ctx, const google::protobuf::Message& request,
                       google::protobuf::Message* response) const {
  const Operation* known = FindOperation(operation);
  if (known == nullptr) return UnknownOperation(operation);
  if (request.GetDescriptor() != known->request || response->GetDescriptor() != known->response) {
    return absl::InternalError(fmt::format("{} was called with messages of another operation", operation));
  }
  const auto handler = handlers_.find(operation);
  if (handler == handlers_.end()) return OperationNotServedYet(operation);
  RETURN_IF_ERROR(CheckRequired(request));
  return handler->second(ctx, request, response);
}

}  // namespace elastilab
