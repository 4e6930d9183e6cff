// Our side of aws_flags_oracle_test.py. Reads one JSON value per line:
//   ["describe-events", "--duration", "60"]  runs the CLI with these words; prints its exit code, what it printed, and
//                                            the calls that it made
//   "specs"                                  prints the flags of every operation, and its request's members
// Every call is answered: DescribeCacheClusters from 250 clusters, in pages; all others with nothing.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/commands/api_flags.h"
#include "cli/commands/registry.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "schema/identity_operations.h"
#include "schema/json.h"
#include "schema/operations.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using Json = nlohmann::ordered_json;

constexpr int kClusters = 250;

void AnswerClusters(const v1::DescribeCacheClustersRequest& request, v1::DescribeCacheClustersResponse* response) {
  const int start = std::atoi(request.marker().c_str());
  const int end = std::min(kClusters, start + (request.has_max_records() ? request.max_records() : 100));
  for (int i = start; i < end; ++i) response->add_cache_clusters()->set_cache_cluster_id(std::to_string(i));
  if (end < kClusters) response->set_marker(std::to_string(end));
}

class RecordingRpc : public Rpc {
 public:
  explicit RecordingRpc(Json* calls) : calls_(*calls) {}

  Status Call(const std::string& method, const google::protobuf::Message& request, google::protobuf::Message* response,
              std::chrono::milliseconds) override {
    const std::string json = ToAwsJson(request, {.indent = 0, .empty_lists = false, .secret = nullptr});
    calls_.push_back({{"operation", method.substr(method.rfind('/') + 1)}, {"request", Json::parse(json)}});
    const auto* clusters = dynamic_cast<const v1::DescribeCacheClustersRequest*>(&request);
    if (clusters != nullptr) AnswerClusters(*clusters, dynamic_cast<v1::DescribeCacheClustersResponse*>(response));
    return absl::OkStatus();
  }

 private:
  Json& calls_;
};

Json Run(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  Io io{.out = out, .err = err};
  Json calls = Json::array();
  const int code = RunCli(words, io, [&](const std::string&) { return std::make_unique<RecordingRpc>(&calls); });
  return {{"code", code}, {"out", out.str()}, {"err", err.str()}, {"calls", calls}};
}

Json Specs() {
  Json specs = Json::object();
  for (const auto* operations : {&AllOperations(), &IamOperations(), &StsOperations()}) {
    const char* service = operations == &AllOperations()   ? "elasticache"
                          : operations == &IamOperations() ? "iam"
                                                           : "sts";
    for (const Operation& operation : *operations) {
      Json flags = Json::array();
      for (const Flag& flag : OperationFlags(operation)) {
        flags.push_back(flag.name);
        if (flag.kind == FlagKind::kToggle) flags.push_back("no-" + flag.name);
      }
      Json members = Json::array();
      for (int i = 0; i < operation.request->field_count(); ++i)
        members.push_back(WireName(operation.request->field(i)));
      specs[service][operation.cli_name] = {{"flags", flags}, {"members", members}};
    }
  }
  return specs;
}

}  // namespace
}  // namespace elastilab

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto input = nlohmann::ordered_json::parse(line);
    const auto answer = input.is_string() ? elastilab::Specs() : elastilab::Run(input.get<std::vector<std::string>>());
    std::cout << answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  }
}
