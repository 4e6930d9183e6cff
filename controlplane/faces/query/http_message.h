// HTTP requests and replies between the server and whoever answers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "controlplane/identity/signature/http_request.h"

namespace elastilab {

// Views: all live until the reply is there.
struct HttpRequest {
  HttpRequestView view = {};
  std::string_view peer_ip = {};
  bool tls = false;

  // The value of the first header of this name, in any case; or empty.
  std::string_view Header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/xml";
  std::string body = {};
  std::string request_id = {};  // sent as x-amzn-RequestId unless empty
  std::string allow = {};       // methods, sent with a 405
};

// The reply; or work that may block, and makes it on a worker's thread.
using HttpReply = std::variant<HttpResponse, std::function<HttpResponse()>>;

// Who answers. Called from many threads.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Must not block: called on a thread that serves many connections.
  virtual HttpReply Handle(const HttpRequest& request) = 0;
  // The reply to what is no acceptable HTTP request. `why` is a sentence.
  virtual HttpResponse Refuse(int status, const std::string& why) = 0;
};

// "Not Found"
std::string_view HttpReason(int status);

}  // namespace elastilab
