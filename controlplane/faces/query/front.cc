#include "controlplane/faces/query/front.h"

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <random>
#include <unordered_map>

#include "common/text.h"
#include "controlplane/faces/query/form.h"
#include "controlplane/faces/query/form_decoder.h"
#include "controlplane/faces/query/xml_encoder.h"
#include "controlplane/identity/signature/sigv4_canonical.h"
#include "schema/fault.h"
#include "schema/json.h"

namespace elastilab {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;

// A random UUID. Nobody needs to be unable to guess it.
std::string NewRequestId() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const uint64_t high = (random() & ~0xF000ull) | 0x4000ull;
  const uint64_t low = (random() >> 2) | (1ull << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48,
                     low & 0xFFFF'FFFF'FFFF);
}

std::string_view CodeOf(int http_status) {
  switch (http_status) {
    case 404: return "NotFound";
    case 405: return "MethodNotAllowed";
    case 408: return "RequestTimeout";
    case 411: return "MissingContentLength";
    case 413: return "RequestEntityTooLarge";
    case 415: return "UnsupportedMediaType";
    case 417: return "ExpectationFailed";
    case 431: return "RequestHeaderSectionTooLarge";
    case 500: return "InternalFailure";
    case 501: return "NotImplemented";
    case 503: return "ServiceUnavailable";
    default: return "BadRequest";
  }
}

// "AKID/20150830/us-east-1/iam/aws4_request" → "iam".
std::string_view ServiceOfCredential(std::string_view credential) {
  // Of one that lacks a part the authenticator says so.
  if (std::count(credential.begin(), credential.end(), '/') < 4) return {};
  const size_t last = credential.rfind('/');
  const size_t before = credential.rfind('/', last - 1);
  return credential.substr(before + 1, last - before - 1);
}

bool SaysJson(const HttpRequest& request) {
  return request.Header("content-type").find("json") != std::string_view::npos;
}

bool IsForm(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return EqualsIgnoringCase(type.substr(0, type.find_last_not_of(" \t") + 1), "application/x-www-form-urlencoded");
}

}  // namespace

std::string_view HeaderScopeService(const HttpRequest& request) {
  const std::string_view header = request.Header("authorization");
  constexpr std::string_view kCredential = "Credential=";
  const size_t start = header.find(kCredential);
  if (!header.starts_with("AWS4-") || start == std::string_view::npos) return {};
  const std::string_view credential = header.substr(start + kCredential.size());
  return ServiceOfCredential(credential.substr(0, credential.find_first_of(", ")));
}

// Services and operations by name.
class QueryFront::Routes {
 public:
  explicit Routes(const std::vector<QueryService>& services) : services_(services) {
    for (const QueryService& service : services) {
      for (const Operation& operation : service.operations) operations_[&service].emplace(operation.name, &operation);
    }
  }

  const QueryService* Named(std::string_view name) const {
    const auto found = std::find_if(services_.begin(), services_.end(), [&](const auto& s) { return s.name == name; });
    return found == services_.end() ? nullptr : &*found;
  }

  // Whom an unsigned request most probably means.
  const QueryService& Guess(std::string_view version, std::string_view action) const {
    for (const QueryService& service : services_) {
      if (service.version == version) return service;
    }
    for (const QueryService& service : services_) {
      if (Find(service, action) != nullptr) return service;
    }
    return services_.front();
  }

  const Operation* Find(const QueryService& service, std::string_view action) const {
    const auto& operations = operations_.at(&service);
    const auto found = operations.find(action);
    return found == operations.end() ? nullptr : found->second;
  }

 private:
  const std::vector<QueryService>& services_;
  std::unordered_map<const QueryService*, std::unordered_map<std::string_view, const Operation*>> operations_;
};

// One call, from the moment its service is known.
struct QueryFront::Exchange {
  const QueryService& service;
  std::string request_id = NewRequestId();
  Caller caller = {};
  const Operation* operation = nullptr;
  google::protobuf::Arena arena = {};
  Message* request = nullptr;
  Message* response = nullptr;

  HttpResponse Fault(const Status& status) const {
    return {FaultHttpStatus(ReportedFault(status)), "text/xml", XmlError(status, service.xml_namespace, request_id), request_id};
  }

  Message* NewMessage(const google::protobuf::Descriptor* type) {
    return MessageFactory::generated_factory()->GetPrototype(type)->New(&arena);
  }

  Status Read(const Form& form, const Routes& routes) {
    for (const char* key : {"Action", "Version"}) {
      if (form.HasDuplicate(key)) {
        return MakeFault(FaultCode::MALFORMED_INPUT, fmt::format("The parameter {} is given more than once.", key));
      }
    }
    const std::string_view action = form.Find("Action").value_or("");
    if (action.empty()) {
      return MakeFault(FaultCode::MISSING_ACTION,
                       "The request lacks the parameter Action, which names the operation: Action=DescribeCacheClusters, say.");
    }
    const std::string_view version = form.Find("Version").value_or(service.version);
    operation = version == service.version ? routes.Find(service, action) : nullptr;
    if (operation == nullptr) {
      return MakeFault(FaultCode::INVALID_ACTION, fmt::format("Could not find operation {} for version {}", QuoteKey(action),
                                                              QuoteKey(version)));
    }
    request = NewMessage(operation->request);
    response = NewMessage(operation->response);
    return DecodeForm(form, request);
  }
};

QueryFront::QueryFront(QueryFrontOptions options, QueryBackend& backend)
    : options_(std::move(options)), routes_(std::make_unique<Routes>(options_.services)), backend_(backend) {}
QueryFront::~QueryFront() = default;

HttpResponse QueryFront::Refuse(int status, const std::string& why) {
  const std::string id = NewRequestId();
  HttpResponse response{status, "text/xml",
                        XmlErrorEnvelope(status, CodeOf(status), why, options_.services.front().xml_namespace, id), id};
  if (status == 405) response.allow = "GET, POST";
  return response;
}

HttpResponse QueryFront::RefuseService(const HttpRequest& request, std::string_view name) {
  std::string known;
  for (const QueryService& service : options_.services) known += (known.empty() ? "" : ", ") + service.name;
  const std::string why = fmt::format("The service '{}' is not served here; these are: {}.", QuoteKey(name), known);
  HttpResponse response = Refuse(501, why);
  if (SaysJson(request)) {
    response.content_type = request.Header("content-type");
    response.body = fmt::format(R"({{"__type":"NotImplemented","message":{}}})", JsonQuote(why));
  }
  return response;
}

HttpResponse QueryFront::Health() const {
  std::string services;
  for (const QueryService& service : options_.services) {
    services += fmt::format("{}{}: \"running\"", services.empty() ? "" : ", ", JsonQuote(service.name));
  }
  std::string problems;
  for (const std::string& problem : backend_.Problems()) problems += (problems.empty() ? "" : ", ") + JsonQuote(problem);
  const int status = problems.empty() ? 200 : 503;
  if (!problems.empty()) problems = fmt::format(R"(, "problems": [{}])", problems);
  return {status, "application/json",
          fmt::format(R"({{"services": {{{}}}, "edition": "elastilab", "version": {}{}}})", services, JsonQuote(options_.version),
                      problems)};
}

HttpReply QueryFront::Handle(const HttpRequest& request) {
  const TargetParts target = SplitTarget(request.view.target);
  if (target.path == "/health" || target.path == "/_localstack/health") {
    return request.view.method == "GET" ? Health() : Refuse(405, "Health is read with GET.");
  }
  const std::string_view scope = HeaderScopeService(request);
  if (!scope.empty() && routes_->Named(scope) == nullptr) return RefuseService(request, scope);
  if (target.path != "/" && !target.path.empty()) {
    return Refuse(404, fmt::format("There is nothing at {}: the API is at /, and /health tells what runs.", QuoteKey(target.path)));
  }
  if (request.view.method != "GET" && request.view.method != "POST") {
    return Refuse(405, fmt::format("The API is called with POST or GET, not {}.", QuoteKey(request.view.method)));
  }
  const std::string_view content_type = request.Header("content-type");
  if (!request.view.body.empty() && !content_type.empty() && !IsForm(content_type)) {
    return Refuse(415, fmt::format("Parameters come as application/x-www-form-urlencoded, not {}.", QuoteKey(content_type)));
  }
  return HandleQuery(request, target.query, scope);
}

HttpReply QueryFront::HandleQuery(const HttpRequest& request, std::string_view query, std::string_view scope) {
  const auto form = Form::Parse(query, request.view.method == "POST" ? request.view.body : std::string_view());
  if (!form.ok()) return Exchange{options_.services.front()}.Fault(form.status());
  if (scope.empty()) scope = ServiceOfCredential(form->Find("X-Amz-Credential").value_or(""));
  const QueryService* service = scope.empty() ? &routes_->Guess(form->Find("Version").value_or(""), form->Find("Action").value_or(""))
                                              : routes_->Named(scope);
  if (service == nullptr) return RefuseService(request, scope);
  auto exchange = std::make_shared<Exchange>(*service);
  auto caller = backend_.Authenticate(request, *service, form->Find("Action").value_or(""), exchange->request_id);
  if (!caller.ok()) return exchange->Fault(caller.status());
  exchange->caller = *std::move(caller);
  if (const Status status = exchange->Read(*form, *routes_); !status.ok()) return exchange->Fault(status);
  if (!exchange->operation->mutates) return Call(*exchange);
  return [this, exchange] { return Call(*exchange); };
}

HttpResponse QueryFront::Call(const Exchange& exchange) {
  const Status status = backend_.Call(exchange.service, exchange.caller, *exchange.operation, exchange.request_id,
                                      *exchange.request, exchange.response);
  if (!status.ok()) return exchange.Fault(status);
  return {200, "text/xml",
          XmlReply(*exchange.operation, exchange.service.xml_namespace, *exchange.response, exchange.request_id),
          exchange.request_id};
}

QueryService ElastiCacheQueryService() {
  return {"elasticache", "2015-02-02", "http://elasticache.amazonaws.com/doc/2015-02-02/", AllOperations()};
}

}  // namespace elastilab
