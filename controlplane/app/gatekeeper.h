// The same identities and the same decisions for every face: who calls, may they, and the line in the trail.
#pragma once

#include <memory>
#include <string>

#include "controlplane/faces/rpc/rpc_server.h"
#include "controlplane/identity/authorization/authorizer.h"
#include "controlplane/identity/signature/authenticator.h"
#include "controlplane/identity/trail/trail.h"
#include "controlplane/services/call/dispatcher.h"

namespace elastilab {

// Thread-safe.
class Gatekeeper {
 public:
  struct Sources {
    Authenticator::KeySource keys;
    Authorizer::PolicySource policies;
    // A key was used for a call of a service; may be empty.
    std::function<void(const std::string& access_key_id, const std::string& service)> used;
    ResourceFacts facts;
  };
  // Signed requests may be `max_skew` older or younger than the host's clock says.
  Gatekeeper(const Clock& clock, Location where, std::chrono::seconds max_skew, Trail& trail, Sources sources);

  // gRPC. The lab's owner, on the control socket, is root unless the call carries credentials; others must carry some.
  // A refusal is in the trail.
  StatusOr<Caller> Admit(const RpcPeer& peer, std::string_view service, const Operation& operation,
                         std::string_view request_id);
  // HTTP: the request must be signed. `operation` is what the request says it calls, for the trail.
  StatusOr<Caller> Admit(const HttpRequestView& request, const Caller& origin, std::string_view service,
                         std::string_view operation, std::string_view request_id);

  // For the dispatcher of a service.
  DispatchHooks Hooks(std::string service);

  const Authorizer& authorizer() const { return authorizer_; }

 private:
  // What a call that is not let in asked for.
  struct Asked {
    std::string_view service;
    std::string_view operation;
    bool read_only;
    std::string_view request_id;
  };
  Status Refuse(Status why, const Caller& caller, const Asked& asked);

  const Clock& clock_;
  const Location where_;
  Trail& trail_;
  const std::function<void(const std::string&, const std::string&)> used_;
  Authenticator authenticator_;
  Authorizer authorizer_;
};

}  // namespace elastilab
