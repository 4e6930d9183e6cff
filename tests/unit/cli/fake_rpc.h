// A control plane of canned answers, and a run of the CLI against it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/client/exit_code.h"
#include "cli/commands/registry.h"
#include "google/protobuf/message.h"

namespace elastilab {

class FakeRpc : public Rpc {
 public:
  using Handler = std::function<Status(const google::protobuf::Message& request, google::protobuf::Message* response)>;

  // What an operation answers, by its last name: "GetLab".
  void On(const std::string& operation, Handler handler) { handlers_[operation] = std::move(handler); }
  void Answer(const std::string& operation, const google::protobuf::Message& answer) {
    auto copy = std::shared_ptr<google::protobuf::Message>(answer.New());
    copy->CopyFrom(answer);
    On(operation, [copy](const auto&, auto* response) {
      response->CopyFrom(*copy);
      return absl::OkStatus();
    });
  }
  void Refuse(const std::string& operation, absl::StatusCode code, const std::string& fault, const std::string& text) {
    On(operation, [=](const auto&, auto*) { return WithCallDetails(Status(code, text), operation, fault); });
  }

  Status Call(const std::string& method, const google::protobuf::Message& request, google::protobuf::Message* response,
              std::chrono::milliseconds) override {
    calls.emplace_back(method, request.ShortDebugString());
    auto handler = handlers_.find(method.substr(method.rfind('/') + 1));
    if (handler == handlers_.end()) return absl::UnavailableError("nobody answers");
    return handler->second(request, response);
  }

  std::vector<std::pair<std::string, std::string>> calls;  // method, request

 private:
  std::map<std::string, Handler> handlers_;
};

// Hands one FakeRpc to the CLI without giving it away.
class RpcView : public Rpc {
 public:
  explicit RpcView(Rpc& rpc) : rpc_(rpc) {}
  Status Call(const std::string& method, const google::protobuf::Message& request, google::protobuf::Message* response,
              std::chrono::milliseconds deadline) override {
    return rpc_.Call(method, request, response, deadline);
  }

 private:
  Rpc& rpc_;
};

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

inline Outcome RunWords(Rpc& rpc, std::vector<std::string> words) {
  std::ostringstream out;
  std::ostringstream err;
  Io io{.out = out, .err = err};
  words.insert(words.begin(), {"--data-dir", "/nonexistent/elastilab-test"});
  const int code = RunCli(words, io, [&](const std::string&) { return std::make_unique<RpcView>(rpc); });
  return {code, out.str(), err.str()};
}

}  // namespace elastilab
