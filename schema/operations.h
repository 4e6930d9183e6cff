// The operations that exist, read from the service descriptors: what the dispatcher routes by, the CLI's command tree,
// IAM's list of actions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace elasticache::v1 {
enum Access : int;
enum FaultCode : int;
}  // namespace elasticache::v1

namespace elastilab {

// How an operation hands out a long list, resolved to fields.
struct Paging {
  using Path = std::vector<const google::protobuf::FieldDescriptor*>;  // from the response down; mostly one step

  const google::protobuf::FieldDescriptor* limit = nullptr;        // of the request: max_records
  const google::protobuf::FieldDescriptor* input_token = nullptr;  // of the request: marker
  Path output_token;                                               // of the response; absent on the last page
  Path result;                                                     // the list
  int min_size = 0;
  int max_size = 0;
  int default_size = 0;
};

struct Operation {
  std::string name;      // "CreateCacheCluster"; with "elasticache:" before it, the IAM action
  std::string cli_name;  // "create-cache-cluster"
  const google::protobuf::MethodDescriptor* method = nullptr;
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;

  elasticache::v1::Access access{};
  // Whether it can change something. Without an annotation, all but Describe…, List…, Get…, Explain… and Wait… do.
  bool mutates = false;
  // IAM resource types that are checked even when the request names none.
  std::vector<std::string> required_resources;
  std::optional<Paging> paging;
  // The faults that the API declares; request-level faults come on top.
  std::vector<elasticache::v1::FaultCode> faults;

  bool empty_result = false;

  // Whether the reply has a result element on the AWS wire. If it can have no content it mostly has none.
  bool HasResult() const;
};

// The 75 operations of the ElastiCache API, service by service. Lives as long as the process.
const std::vector<Operation>& AllOperations();
// Null when there is no such operation. Exact case.
const Operation* FindOperation(std::string_view aws_name);
const Operation* OperationFromCliName(std::string_view cli_name);

// The operations of any service, in the order of its file: the admin API goes through the same machinery.
std::vector<Operation> OperationsOf(const google::protobuf::ServiceDescriptor* service);

}  // namespace elastilab
