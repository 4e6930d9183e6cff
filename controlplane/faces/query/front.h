// The AWS Query face: from an HTTP request to an operation of a service, and back.
//
//   path → service (credential scope, else Version and Action) → who calls → Action and Version → members → the call → XML
//
// Besides, GET /health and /_localstack/health tell in JSON what runs. What else comes gets a clear answer: in XML, or in
// JSON if the request came in JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controlplane/faces/query/backend.h"

namespace elastilab {

struct QueryFrontOptions {
  std::string version;                 // of ElastiLab
  std::vector<QueryService> services;  // at least one; the first answers where none can be told
};

// Thread-safe. `backend` outlives it.
class QueryFront final : public HttpHandler {
 public:
  QueryFront(QueryFrontOptions options, QueryBackend& backend);
  ~QueryFront() override;

  HttpReply Handle(const HttpRequest& request) override;
  HttpResponse Refuse(int status, const std::string& why) override;

 private:
  struct Exchange;
  class Routes;

  HttpReply HandleQuery(const HttpRequest& request, std::string_view query, std::string_view scope);
  HttpResponse RefuseService(const HttpRequest& request, std::string_view name);
  HttpResponse Health() const;
  HttpResponse Call(const Exchange& exchange);

  const QueryFrontOptions options_;
  const std::unique_ptr<const Routes> routes_;
  QueryBackend& backend_;
};

// The service in the credential scope of an Authorization header, "elasticache"; empty when there is none. Proves nothing.
std::string_view HeaderScopeService(const HttpRequest& request);

}  // namespace elastilab
