// What a handler works with, and the table that finds it. Handlers are named as the API names their operation and have
// three beats: validate, change the store in one Mutate (or read it), build the reply of what that returned.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/status.h"
#include "controlplane/identity/signature/caller.h"
#include "controlplane/region/catalog/naming.h"
#include "controlplane/region/endpoints/address_plan.h"
#include "controlplane/region/store/store.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

enum class EndpointStyle { kAddress, kDns };

// The region that the handlers serve: one per control plane, built at start, outlives all requests. Thread-safe.
struct Region {
  Store& store;
  Clock& clock;
  Location location;
  AddressPlan addresses;
  EndpointStyle endpoint_style = EndpointStyle::kAddress;
  // AWS raises quotas on request; a lab has them times this, 1 to 1000.
  int quota_factor = 1;
  // Whether an address:port can be taken; tests and simulations put their own here.
  std::function<bool(const std::string&, int)> address_is_free = AddressIsFree;
  // Whether some zone can run this engine at all; a create that asks for another is refused, naming the package.
  std::function<bool(Engine)> engine_is_installed = [](Engine) { return true; };

  int Quota(int of_the_service) const { return of_the_service * quota_factor; }
};

struct RequestContext {
  Region& region;
  std::string request_id;
  ServiceTime now;          // service time at which the request was accepted
  Caller caller;
  std::string decided_by = {};  // what allowed or refused the call, for the trail
};

using Handler = std::function<Status(RequestContext&, const google::protobuf::Message& request,
                                     google::protobuf::Message* response)>;
// AWS operation name to handler.
using HandlerTable = std::map<std::string, Handler, std::less<>>;

}  // namespace elastilab
