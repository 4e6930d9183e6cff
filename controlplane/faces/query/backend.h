// What stands behind the AWS Query front: the services it knows, who may call, and the operations themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "controlplane/faces/query/http_message.h"
#include "controlplane/identity/signature/caller.h"
#include "schema/operations.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

struct QueryService {
  std::string name;           // as in credential scopes: "elasticache"
  std::string version;        // "2015-02-02"
  std::string xml_namespace;  // "http://elasticache.amazonaws.com/doc/2015-02-02/"
  std::vector<Operation> operations;
};

// Thread-safe. Errors are faults; others are reported as InternalFailure or ServiceUnavailable.
class QueryBackend {
 public:
  virtual ~QueryBackend() = default;

  // Who makes the request, before anything else about it is looked at; `action` is what it says it calls, and may be
  // anything. Must not block.
  virtual StatusOr<Caller> Authenticate(const HttpRequest& request, const QueryService& service, std::string_view action,
                                        const std::string& request_id) = 0;

  // May block only if the operation mutates.
  virtual Status Call(const QueryService& service, const Caller& caller, const Operation& operation,
                      const std::string& request_id, const google::protobuf::Message& request,
                      google::protobuf::Message* response) = 0;

  // What keeps the region from doing its work, for people; empty: all is well. Must not block.
  virtual std::vector<std::string> Problems() const { return {}; }
};

// The 75 operations under the version and namespace of their API.
QueryService ElastiCacheQueryService();

}  // namespace elastilab
