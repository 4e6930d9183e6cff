// Connects the AWS Query front with the dispatchers of this control plane.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controlplane/app/gatekeeper.h"
#include "controlplane/faces/query/backend.h"
#include "controlplane/services/call/dispatcher.h"

namespace elastilab {

// Thread-safe once all services are added.
class LabQueryBackend final : public QueryBackend {
 public:
  LabQueryBackend(Region& region, Gatekeeper& gatekeeper, std::function<std::vector<std::string>()> problems)
      : region_(region), gatekeeper_(gatekeeper), problems_(std::move(problems)) {}

  // `name` is the service's, as in credential scopes. The dispatcher outlives this.
  void Add(const std::string& name, const Dispatcher& dispatcher) { dispatchers_[name] = &dispatcher; }

  StatusOr<Caller> Authenticate(const HttpRequest& request, const QueryService& service, std::string_view action,
                                const std::string& request_id) override;
  Status Call(const QueryService& service, const Caller& caller, const Operation& operation, const std::string& request_id,
              const google::protobuf::Message& request, google::protobuf::Message* response) override;
  std::vector<std::string> Problems() const override { return problems_(); }

 private:
  Region& region_;
  Gatekeeper& gatekeeper_;
  const std::function<std::vector<std::string>()> problems_;
  std::map<std::string, const Dispatcher*, std::less<>> dispatchers_;
};

}  // namespace elastilab
