// Our codec as a filter, for query_oracle_test.py. Lines in, lines out, one for one:
//
//   decode <operation> <form>   the request as JSON
//   encode <operation> <JSON>   the reply as XML
//   error <code>                the error reply as XML
//
// A fault is "fault <code> <message>".
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <iostream>
#include <memory>
#include <string>

#include "controlplane/query/form_decoder.h"
#include "controlplane/query/xml_encoder.h"
#include "schema/fault.h"
#include "schema/json.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

constexpr char kNamespace[] = "http://elasticache.amazonaws.com/doc/2015-02-02/";

std::string Word(std::string& line) {
  const std::string word = line.substr(0, line.find(' '));
  line.erase(0, word.size() + 1);
  return word;
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

StatusOr<std::string> Decode(const Operation& operation, const std::string& text) {
  ASSIGN_OR_RETURN(const Form form, Form::Parse("", text));
  auto request = NewMessage(operation.request);
  RETURN_IF_ERROR(DecodeForm(form, request.get()));
  return ToAwsJson(*request, {.indent = 0});
}

StatusOr<std::string> Encode(const Operation& operation, const std::string& json) {
  auto response = NewMessage(operation.response);
  RETURN_IF_ERROR(FromAwsJson(json, response.get()));
  return XmlReply(operation.name, kNamespace, *response, "request-id");
}

StatusOr<std::string> Answer(std::string line) {
  const std::string verb = Word(line);
  const std::string name = Word(line);
  if (verb == "error") {
    const auto code = FaultFromWire(name);
    if (!code.has_value()) return absl::NotFoundError("no such fault: " + name);
    return fmt::format("{} {}", FaultHttpStatus(*code), XmlError(MakeFault(*code, "what & why"), kNamespace, "request-id"));
  }
  const Operation* operation = FindOperation(name);
  if (operation == nullptr) return absl::NotFoundError("no such operation: " + name);
  return verb == "decode" ? Decode(*operation, line) : Encode(*operation, line);
}

}  // namespace
}  // namespace elastilab

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto answer = elastilab::Answer(line);
    if (answer.ok()) {
      std::cout << *answer << std::endl;
    } else {
      const auto fault = elastilab::FaultOf(answer.status());
      std::cout << "fault " << (fault ? elastilab::FaultWire(*fault) : "none") << " " << answer.status().message() << std::endl;
    }
  }
}
