#include "tests/unit/schema/aws_model.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "proto/iam/v1/access_keys.pb.h"
#include "proto/iam/v1/groups.pb.h"
#include "proto/iam/v1/policies.pb.h"
#include "proto/iam/v1/roles.pb.h"
#include "proto/iam/v1/simulation.pb.h"
#include "proto/iam/v1/users.pb.h"
#include "proto/sts/v1/sts.pb.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using ::testing::Contains;
using ::testing::HasSubstr;

// Shapes of botocore 1.43.11, from which our protos were written.
constexpr size_t kElastiCacheShapes = 406;
constexpr size_t kIamShapes = 571;
constexpr size_t kStsShapes = 98;

std::vector<Operation> OperationsBeside(std::initializer_list<const Descriptor*> messages) {
  std::vector<Operation> all;
  for (const Descriptor* message : messages) {
    for (int i = 0; i < message->file()->service_count(); ++i) {
      for (Operation& operation : OperationsOf(message->file()->service(i))) all.push_back(std::move(operation));
    }
  }
  return all;
}

ModelScope Iam() {
  namespace pb = ::iam::v1;
  return {.service = "iam/2010-05-08",
          .our_shapes = kIamShapes,
          .operations = OperationsBeside({pb::CreateUserRequest::descriptor(), pb::CreateGroupRequest::descriptor(),
                                          pb::CreateRoleRequest::descriptor(), pb::CreateAccessKeyRequest::descriptor(),
                                          pb::CreatePolicyRequest::descriptor(),
                                          pb::SimulateCustomPolicyRequest::descriptor()}),
          .whole = false};
}

ModelScope Sts() {
  return {.service = "sts/2011-06-15",
          .our_shapes = kStsShapes,
          .operations = OperationsBeside({::sts::v1::AssumeRoleRequest::descriptor()}),
          .whole = false};
}

TEST(AwsModelTest, ElastiCacheAgreesWithEveryInstalledModel) {
  ExpectAgreesWithInstalledModels({.service = "elasticache/2015-02-02", .our_shapes = kElastiCacheShapes, .operations = AllOperations()},
                                  "ELASTILAB_AWS_MODEL");
}

TEST(AwsModelTest, IamAgreesWithEveryInstalledModel) { ExpectAgreesWithInstalledModels(Iam(), "ELASTILAB_IAM_MODEL"); }

TEST(AwsModelTest, StsAgreesWithEveryInstalledModel) { ExpectAgreesWithInstalledModels(Sts(), "ELASTILAB_STS_MODEL"); }

// The comparison itself: it must see an operation under a wrong name and a request with other members.
TEST(AwsModelTest, TheComparisonSeesDifferences) {
  const std::vector<std::string> files = ModelFiles("sts/2011-06-15", "ELASTILAB_STS_MODEL");
  if (files.empty()) GTEST_SKIP() << "no aws SDK on this machine";
  ModelScope scope = Sts();
  scope.our_shapes = CompareWithModel(scope, files.front()).shapes;
  scope.operations[0].name = "GetCaller";
  scope.operations[1].request = ::sts::v1::GetAccessKeyInfoRequest::descriptor();
  const auto differences = CompareWithModel(scope, files.front()).differences;
  EXPECT_THAT(differences, Contains(HasSubstr("GetCaller is not in the model")));
  EXPECT_THAT(differences, Contains(HasSubstr("GetAccessKeyInfoRequest.RoleArn is missing")));
  EXPECT_THAT(differences, Contains(HasSubstr("AccessKeyId too many")));
}

}  // namespace
}  // namespace elastilab
