#include "schema/identity_operations.h"

#include <google/protobuf/descriptor.h>

#include "proto/iam/v1/access_keys.pb.h"
#include "proto/iam/v1/groups.pb.h"
#include "proto/iam/v1/policies.pb.h"
#include "proto/iam/v1/roles.pb.h"
#include "proto/iam/v1/simulation.pb.h"
#include "proto/iam/v1/users.pb.h"
#include "proto/sts/v1/sts.pb.h"

namespace elastilab {
namespace {

std::vector<Operation> OperationsIn(std::initializer_list<const google::protobuf::Descriptor*> one_message_of_each_file) {
  std::vector<Operation> all;
  for (const auto* message : one_message_of_each_file) {
    const auto* file = message->file();
    for (int i = 0; i < file->service_count(); ++i) {
      for (Operation& operation : OperationsOf(file->service(i))) all.push_back(std::move(operation));
    }
  }
  return all;
}

}  // namespace

const std::vector<Operation>& IamOperations() {
  namespace pb = ::iam::v1;
  static const auto& all = *new std::vector<Operation>(
      OperationsIn({pb::CreateUserRequest::descriptor(), pb::CreateGroupRequest::descriptor(), pb::CreateRoleRequest::descriptor(),
                    pb::CreateAccessKeyRequest::descriptor(), pb::CreatePolicyRequest::descriptor(),
                    pb::SimulateCustomPolicyRequest::descriptor()}));
  return all;
}

const std::vector<Operation>& StsOperations() {
  static const auto& all = *new std::vector<Operation>(OperationsIn({::sts::v1::AssumeRoleRequest::descriptor()}));
  return all;
}

}  // namespace elastilab
