#include "schema/required.h"

#include <gtest/gtest.h>

#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "proto/iam/v1/users.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

std::string Message(const Status& status) { return std::string(status.message()); }

TEST(RequiredTest, FirstMissingMemberIsNamed) {
  const Status status = CheckRequired(v1::CreateReplicationGroupRequest());
  EXPECT_EQ(FaultOf(status), v1::INVALID_PARAMETER_VALUE);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(status), "The parameter ReplicationGroupId must be provided and must not be blank.");
}

TEST(RequiredTest, BlankTextIsMissing) {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_id("rg");
  request.set_replication_group_description(" \t");
  EXPECT_EQ(Message(CheckRequired(request)),
            "The parameter ReplicationGroupDescription must be provided and must not be blank.");
  request.set_replication_group_description("x");
  EXPECT_TRUE(CheckRequired(request).ok());
}

TEST(RequiredTest, EmptyListIsMissing) {
  v1::RemoveTagsFromResourceRequest request;
  request.set_resource_name("arn:aws:elasticache:us-east-1:000000000000:cluster:c");
  EXPECT_EQ(Message(CheckRequired(request)), "The parameter TagKeys must be provided and must not be blank.");
  request.add_tag_keys("env");
  EXPECT_TRUE(CheckRequired(request).ok());
}

TEST(RequiredTest, FalseAndZeroAreValues) {
  v1::IncreaseReplicaCountRequest request;
  request.set_replication_group_id("rg");
  EXPECT_EQ(Message(CheckRequired(request)), "The parameter ApplyImmediately must be provided and must not be blank.");
  request.set_apply_immediately(false);
  EXPECT_TRUE(CheckRequired(request).ok());
}

TEST(RequiredTest, StructuresInListsAreCheckedToo) {
  v1::IncreaseReplicaCountRequest request;
  request.set_replication_group_id("rg");
  request.set_apply_immediately(true);
  auto* first = request.add_replica_configuration();
  first->set_node_group_id("0001");
  first->set_new_replica_count(0);
  request.add_replica_configuration()->set_new_replica_count(1);
  EXPECT_EQ(Message(CheckRequired(request)),
            "The parameter ReplicaConfiguration.ConfigureShard.2.NodeGroupId must be provided and must not be blank.");
}

TEST(RequiredTest, AbsentStructureNeedsNothingInside) {
  EXPECT_TRUE(CheckRequired(v1::DescribeUsersRequest()).ok());
  v1::DescribeUsersRequest request;
  request.add_filters()->set_name("user-id");
  EXPECT_EQ(Message(CheckRequired(request)),
            "The parameter Filters.member.1.Values must be provided and must not be blank.");
}

TEST(RequiredTest, IamAndStsSpeakAsTheirValidator) {
  iam::v1::CreateUserRequest request;
  EXPECT_EQ(FaultOf(CheckRequired(request)), v1::VALIDATION_ERROR);
  EXPECT_EQ(Message(CheckRequired(request)),
            "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null");
  request.set_user_name(" ");
  EXPECT_EQ(Message(CheckRequired(request)),
            "1 validation error detected: Value '' at 'userName' failed to satisfy constraint: Member must not be blank");
  request.set_user_name("bob");
  EXPECT_TRUE(CheckRequired(request).ok());
}

}  // namespace
}  // namespace elastilab
