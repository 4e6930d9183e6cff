// Where every call of the API arrives, whatever face it came through: known operation, required members, handler.
#pragma once

#include "controlplane/api/context.h"

namespace elastilab {

// Thread-safe.
class Dispatcher {
 public:
  Dispatcher(Region& region, HandlerTable handlers) : region_(region), handlers_(std::move(handlers)) {}

  // Errors are faults (schema/fault.h), save Unavailable when the store could not save.
  Status Dispatch(const std::string& operation, RequestContext& context, const google::protobuf::Message& request,
                  google::protobuf::Message* response) const;

  // Whether this version serves the operation.
  bool Serves(std::string_view operation) const { return handlers_.contains(operation); }

 private:
  Status Call(const std::string& operation, RequestContext& context, const google::protobuf::Message& request,
              google::protobuf::Message* response) const;

  Region& region_;
  const HandlerTable handlers_;
};

}  // namespace elastilab
