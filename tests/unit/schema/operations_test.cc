#include "schema/operations.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "proto/elasticache/v1/annotations.pb.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using testing::Contains;
using testing::ElementsAre;
namespace v1 = elasticache::v1;

TEST(OperationsTest, All75AreThereUnderBothNames) {
  EXPECT_EQ(AllOperations().size(), 75U);
  for (const Operation& operation : AllOperations()) {
    EXPECT_EQ(FindOperation(operation.name), &operation);
    EXPECT_EQ(OperationFromCliName(operation.cli_name), &operation);
    EXPECT_EQ(operation.request->name(), operation.name + "Request");
    EXPECT_EQ(operation.response->name(), operation.name + "Response");
    EXPECT_NE(operation.access, v1::ACCESS_UNSPECIFIED) << operation.name;
  }
}

TEST(OperationsTest, UnknownNamesAreNull) {
  EXPECT_EQ(FindOperation("createCacheCluster"), nullptr);
  EXPECT_EQ(FindOperation(""), nullptr);
  EXPECT_EQ(OperationFromCliName("CreateCacheCluster"), nullptr);
}

TEST(OperationsTest, CliNamesHaveHyphens) {
  EXPECT_EQ(FindOperation("IncreaseNodeGroupsInGlobalReplicationGroup")->cli_name,
            "increase-node-groups-in-global-replication-group");
}

TEST(OperationsTest, OnlyDescribeAndListReadOnly) {
  for (const Operation& operation : AllOperations()) {
    const bool reads = operation.name.starts_with("Describe") || operation.name.starts_with("List");
    EXPECT_EQ(operation.mutates, !reads) << operation.name;
  }
}

TEST(OperationsTest, PagingIsResolvedToFields) {
  for (const Operation& operation : AllOperations()) {
    const bool pages = FindByWireName(operation.request, "Marker") || FindByWireName(operation.request, "NextToken");
    ASSERT_EQ(operation.paging.has_value(), pages) << operation.name;
    if (!pages) continue;
    EXPECT_NE(operation.paging->limit, nullptr) << operation.name;
    EXPECT_NE(operation.paging->input_token, nullptr) << operation.name;
    EXPECT_NE(operation.paging->output_token.back(), nullptr) << operation.name;
    ASSERT_NE(operation.paging->result.back(), nullptr) << operation.name;
    EXPECT_TRUE(operation.paging->result.back()->is_repeated()) << operation.name;
    EXPECT_LE(operation.paging->min_size, operation.paging->default_size) << operation.name;
  }
  const Paging& defaults = *FindOperation("DescribeEngineDefaultParameters")->paging;
  EXPECT_EQ(defaults.result.size(), 2U);
  EXPECT_EQ(defaults.output_token.size(), 2U);
  EXPECT_EQ(FindOperation("DescribeSnapshots")->paging->max_size, 50);
}

TEST(OperationsTest, DescriptorsSayWhatIamAndDocumentationNeed) {
  const Operation& create = *FindOperation("CreateCacheCluster");
  EXPECT_THAT(create.required_resources, ElementsAre("parametergroup"));
  EXPECT_THAT(create.faults, Contains(v1::CACHE_CLUSTER_ALREADY_EXISTS));
  EXPECT_TRUE(create.HasResult());
  EXPECT_FALSE(FindOperation("DeleteCacheSubnetGroup")->HasResult());
}

TEST(OperationsTest, AnyServiceCanBeListed) {
  const auto* service = v1::CacheCluster::descriptor()->file()->FindServiceByName("CacheClusters");
  const auto operations = OperationsOf(service);
  ASSERT_EQ(operations.size(), 6U);
  EXPECT_EQ(operations[0].name, "CreateCacheCluster");
  EXPECT_EQ(operations[0].method, service->method(0));
}

}  // namespace
}  // namespace elastilab
