#include "controlplane/faces/admin/admin.h"

#include "controlplane/faces/admin/handlers.h"

namespace elastilab {
namespace {

// The table holds untyped messages; each handler gets its own kind.
template <typename Request, typename Response>
AdminHandler Typed(Status (*handler)(AdminContext&, const Request&, Response&)) {
  return [handler](AdminContext& ctx, const google::protobuf::Message& request, google::protobuf::Message* response) {
    return handler(ctx, static_cast<const Request&>(request), static_cast<Response&>(*response));
  };
}

}  // namespace

std::map<std::string, AdminHandler, std::less<>> AdminHandlers() {
  return {
      {"GetLab", Typed(GetLab)},
      {"DescribeTopology", Typed(DescribeTopology)},
      {"Explain", Typed(Explain)},
      {"ExplainAccess", Typed(ExplainAccess)},
      {"InjectFault", Typed(InjectFault)},
      {"ListFailovers", Typed(ListFailovers)},
      {"LookupTrail", Typed(LookupTrail)},
      {"GetClock", Typed(GetClock)},
      {"AdvanceClock", Typed(AdvanceClock)},
      {"Shutdown", Typed(Shutdown)},
  };
}

}  // namespace elastilab
