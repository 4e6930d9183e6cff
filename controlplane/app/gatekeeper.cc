#include "controlplane/app/gatekeeper.h"

#include "controlplane/identity/trail/audit_record.h"

namespace elastilab {
namespace {

// How the call came, on top of whose it is.
Caller From(const Caller& origin, Caller caller) {
  caller.source_ip = origin.source_ip;
  caller.user_agent = origin.user_agent;
  caller.secure_transport = origin.secure_transport;
  return caller;
}

}  // namespace

Gatekeeper::Gatekeeper(const Clock& clock, Location where, std::chrono::seconds max_skew, Trail& trail, Sources sources)
    : clock_(clock), where_(where), trail_(trail), used_(std::move(sources.used)),
      authenticator_(where.region, max_skew, std::move(sources.keys)),
      authorizer_(where, std::move(sources.policies), std::move(sources.facts)) {}

Status Gatekeeper::Refuse(Status why, const Caller& caller, const Asked& asked) {
  trail_.Append(AuditRecord({.service = asked.service, .event_name = asked.operation, .read_only = asked.read_only,
                             .request_id = asked.request_id, .region = where_.region, .at = clock_.Now(), .caller = caller,
                             .outcome = why},
                            NewUuid()));
  return why;
}

StatusOr<Caller> Gatekeeper::Admit(const RpcPeer& peer, std::string_view service, const Operation& operation,
                                   std::string_view request_id) {
  Caller origin;
  origin.source_ip = peer.ip;
  origin.user_agent = peer.user_agent;
  if (peer.owner && peer.authorization.empty()) return From(origin, RootCaller(where_.account));
  auto caller = authenticator_.ByBasic(peer.authorization, peer.session_token);
  if (!caller.ok()) return Refuse(caller.status(), origin, {service, operation.name, !operation.mutates, request_id});
  if (used_) used_(caller->access_key_id, std::string(service));
  return From(origin, *std::move(caller));
}

StatusOr<Caller> Gatekeeper::Admit(const HttpRequestView& request, const Caller& origin, std::string_view service,
                                   std::string_view operation, std::string_view request_id) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto caller = authenticator_.BySignature(request, service, now);
  if (!caller.ok()) {
    return Refuse(caller.status(), origin, {service, operation, IsReadOnly(service, operation), request_id});
  }
  if (used_) used_(caller->access_key_id, std::string(service));
  return From(origin, *std::move(caller));
}

DispatchHooks Gatekeeper::Hooks(std::string service) {
  DispatchHooks hooks;
  hooks.authorize = [this](const Operation& operation, RequestContext& context, const google::protobuf::Message& request) {
    return authorizer_.Authorize(operation, request, context.caller, context.now, &context.decided_by);
  };
  hooks.audit = [this, service = std::move(service)](const Operation& operation, const RequestContext& context,
                                                     const google::protobuf::Message& request, const Status& outcome,
                                                     const google::protobuf::Message* response) {
    if (!IsAudited(!operation.mutates, outcome)) return;
    trail_.Append(AuditRecord({service, operation.name, !operation.mutates, context.request_id, where_.region, context.now,
                               context.caller, outcome, context.decided_by, &request, response},
                              NewUuid()));
  };
  return hooks;
}

}  // namespace elastilab
