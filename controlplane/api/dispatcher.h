// The one way in: finds the operation, checks required members, runs its handler, writes one line per request. All faces
// (gRPC, Query) end here.
#pragma once

#include <string_view>

#include "controlplane/api/context.h"

namespace elastilab {

// Thread-safe; `region` outlives it.
class Dispatcher {
 public:
  Dispatcher(Region& region, HandlerTable handlers) : region_(region), handlers_(std::move(handlers)) {}

  // `request` and `response` are of the operation's types. Nothing but faults and plain errors comes out: an exception
  // is InternalFailure. When it is not OK, `response` is meaningless and nothing has changed.
  Status Dispatch(std::string_view operation, RequestContext& ctx, const google::protobuf::Message& request,
                  google::protobuf::Message* response) const;

 private:
  Status Run(std::string_view operation, RequestContext& ctx, const google::protobuf::Message& request,
             google::protobuf::Message* response) const;

  Region& region_;
  const HandlerTable handlers_;
};

}  // namespace elastilab
