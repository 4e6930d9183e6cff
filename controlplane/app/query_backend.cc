#include "controlplane/app/query_backend.h"

namespace elastilab {

StatusOr<Caller> LabQueryBackend::Authenticate(const HttpRequest& request, const QueryService& service,
                                               std::string_view action, const std::string& request_id) {
  Caller origin;
  origin.source_ip = request.peer_ip;
  origin.user_agent = request.Header("user-agent");
  origin.secure_transport = request.tls;
  return gatekeeper_.Admit(request.view, origin, service.name, action, request_id);
}

Status LabQueryBackend::Call(const QueryService& service, const Caller& caller, const Operation& operation,
                             const std::string& request_id, const google::protobuf::Message& request,
                             google::protobuf::Message* response) {
  RequestContext context{region_, request_id, region_.clock.Now(), caller};
  return dispatchers_.at(service.name)->Dispatch(operation.name, context, request, response);
}

}  // namespace elastilab
