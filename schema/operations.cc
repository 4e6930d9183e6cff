#include "schema/operations.h"

#include <google/protobuf/descriptor.h>

#include <array>
#include <unordered_map>

#include "proto/elasticache/v1/annotations.pb.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/engine_versions.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/global_replication_groups.pb.h"
#include "proto/elasticache/v1/parameter_groups.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/reserved_nodes.pb.h"
#include "proto/elasticache/v1/security_groups.pb.h"
#include "proto/elasticache/v1/serverless_caches.pb.h"
#include "proto/elasticache/v1/serverless_snapshots.pb.h"
#include "proto/elasticache/v1/service_updates.pb.h"
#include "proto/elasticache/v1/snapshots.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "proto/elasticache/v1/user_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
namespace v1 = elasticache::v1;

// Naming a message of each file also keeps the linker from dropping the file.
std::vector<const FileDescriptor*> ServiceFiles() {
  return {
      v1::CacheCluster::descriptor()->file(),
      v1::ReplicationGroup::descriptor()->file(),
      v1::Snapshot::descriptor()->file(),
      v1::CacheParameterGroup::descriptor()->file(),
      v1::CacheSubnetGroup::descriptor()->file(),
      v1::CacheSecurityGroup::descriptor()->file(),
      v1::User::descriptor()->file(),
      v1::UserGroup::descriptor()->file(),
      v1::GlobalReplicationGroup::descriptor()->file(),
      v1::ServerlessCache::descriptor()->file(),
      v1::ServerlessCacheSnapshot::descriptor()->file(),
      v1::ServiceUpdate::descriptor()->file(),
      v1::ReservedCacheNode::descriptor()->file(),
      v1::Tag::descriptor()->file(),
      v1::Event::descriptor()->file(),
      v1::CacheEngineVersion::descriptor()->file(),
  };
}

Paging::Path ResolvePath(const Descriptor* message, std::string_view dotted) {
  Paging::Path path;
  while (message != nullptr && !dotted.empty()) {
    const size_t dot = dotted.find('.');
    path.push_back(FindByWireName(message, dotted.substr(0, dot)));
    if (path.back() == nullptr || dot == std::string_view::npos) break;
    dotted.remove_prefix(dot + 1);
    message = path.back()->message_type();
  }
  return path;
}

Paging ResolvePaging(const v1::Paging& info, const Operation& operation) {
  Paging paging;
  paging.limit = FindByWireName(operation.request, info.limit());
  paging.input_token = FindByWireName(operation.request, info.input_token());
  paging.output_token = ResolvePath(operation.response, info.output_token());
  paging.result = ResolvePath(operation.response, info.result());
  paging.min_size = info.min_size();
  paging.max_size = info.max_size();
  paging.default_size = info.default_size();
  return paging;
}

bool ReadsByName(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kVerbs = {"Describe", "List", "Get", "Explain", "Wait"};
  for (std::string_view verb : kVerbs) {
    if (name.starts_with(verb)) return true;
  }
  return false;
}

Operation FromMethod(const MethodDescriptor* method) {
  Operation operation;
  operation.name = method->name();
  operation.cli_name = KebabCase(method->name());
  operation.method = method;
  operation.request = method->input_type();
  operation.response = method->output_type();
  if (!method->options().HasExtension(v1::operation)) {
    operation.access = ReadsByName(method->name()) ? v1::READ : v1::WRITE;
    operation.mutates = operation.access == v1::WRITE;
    return operation;
  }
  const v1::OperationInfo& info = method->options().GetExtension(v1::operation);
  operation.access = info.access();
  operation.mutates = info.access() == v1::WRITE || info.access() == v1::TAGGING;
  operation.empty_result = info.empty_result();
  operation.required_resources.assign(info.required_resources().begin(), info.required_resources().end());
  if (info.has_paging()) operation.paging = ResolvePaging(info.paging(), operation);
  for (int fault : info.faults()) operation.faults.push_back(static_cast<v1::FaultCode>(fault));
  return operation;
}

std::vector<Operation> CollectOperations() {
  std::vector<Operation> all;
  for (const FileDescriptor* file : ServiceFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (Operation& operation : OperationsOf(file->service(i))) all.push_back(std::move(operation));
    }
  }
  return all;
}

const Operation* FindBy(std::string Operation::*key, std::string_view text) {
  using Index = std::unordered_map<std::string_view, const Operation*>;
  const auto build = [](std::string Operation::*member) {
    auto* index = new Index;
    for (const Operation& operation : AllOperations()) index->emplace(operation.*member, &operation);
    return index;
  };
  static const Index& by_name = *build(&Operation::name);
  static const Index& by_cli_name = *build(&Operation::cli_name);
  const Index& index = key == &Operation::name ? by_name : by_cli_name;
  auto found = index.find(text);
  return found == index.end() ? nullptr : found->second;
}

}  // namespace

bool Operation::HasResult() const { return empty_result || response->field_count() > 0; }

std::vector<Operation> OperationsOf(const ServiceDescriptor* service) {
  std::vector<Operation> operations;
  operations.reserve(service->method_count());
  for (int i = 0; i < service->method_count(); ++i) operations.push_back(FromMethod(service->method(i)));
  return operations;
}

const std::vector<Operation>& AllOperations() {
  static const auto& all = *new std::vector<Operation>(CollectOperations());
  return all;
}

const Operation* FindOperation(std::string_view aws_name) { return FindBy(&Operation::name, aws_name); }
const Operation* OperationFromCliName(std::string_view cli_name) { return FindBy(&Operation::cli_name, cli_name); }

}  // namespace elastilab
