// Our codec as a filter, for query_oracle_test.py. Lines in, lines out, one for one:
//
//   operations <service>                  their names
//   decode <service> <operation> <form>   the request as JSON
//   encode <service> <operation> <JSON>   the reply as XML
//   error <service> <code>                the HTTP status, and the error reply as XML
//
// A fault is "fault <code> <message>".
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "controlplane/faces/query/form_decoder.h"
#include "controlplane/faces/query/xml_encoder.h"
#include "schema/fault.h"
#include "schema/identity_operations.h"
#include "schema/json.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

struct Service {
  const char* name;
  const char* xml_namespace;
  const std::vector<Operation>& operations;
};

const Service& FindService(const std::string& name) {
  static const Service services[] = {
      {"elasticache", "http://elasticache.amazonaws.com/doc/2015-02-02/", AllOperations()},
      {"iam", "https://iam.amazonaws.com/doc/2010-05-08/", IamOperations()},
      {"sts", "https://sts.amazonaws.com/doc/2011-06-15/", StsOperations()},
  };
  return *std::find_if(std::begin(services), std::end(services), [&](const Service& s) { return s.name == name; });
}

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

StatusOr<std::string> Encode(const Service& service, const Operation& operation, const std::string& json) {
  auto response = NewMessage(operation.response);
  RETURN_IF_ERROR(FromAwsJson(json, response.get()));
  return XmlReply(operation, service.xml_namespace, *response, "request-id");
}

StatusOr<std::string> Answer(std::string line) {
  const std::string verb = Word(line);
  const Service& service = FindService(Word(line));
  if (verb == "operations") {
    std::string names;
    for (const Operation& operation : service.operations) names += operation.name + " ";
    return names;
  }
  const std::string name = Word(line);
  if (verb == "error") {
    const auto code = FaultFromWire(name);
    if (!code.has_value()) return absl::NotFoundError("no such fault: " + name);
    return fmt::format("{} {}", FaultHttpStatus(*code),
                       XmlError(MakeFault(*code, "what & why"), service.xml_namespace, "request-id"));
  }
  for (const Operation& operation : service.operations) {
    if (operation.name == name) return verb == "decode" ? Decode(operation, line) : Encode(service, operation, line);
  }
  return absl::NotFoundError("no such operation: " + name);
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
